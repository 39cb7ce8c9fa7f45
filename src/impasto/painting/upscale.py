"""From one scale to the next: the canvas, enlarged, with the photograph's fine detail laid over it.

Strip by strip, because a canvas may be gigabytes.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from impasto.images.masks.mask import region_rows
from impasto.images.pixel_store import strips
from impasto.images.resize.fine_detail import FineDetail, detail_share
from impasto.images.resize.resize import enlarged_rows, fitted_size
from impasto.inputs.inputs import Inputs
from impasto.objective.tiling.tiles import Span
from impasto.painting.scales import Size
from impasto.tensor_types import Image, ResizedImage


def every_row(height: int) -> Span:
    """The rows of a picture that a process reads when it paints alone."""
    return Span(0, height)


@dataclass(frozen=True)
class Growth:
    """What a canvas of the size `before` becomes at `size`.

    detail: the setting: of the photograph's fine detail as much is taken as suits the painting, times this.
    style_sizes: of each painting beside the larger canvas.
    own_rows, total: where several processes paint together, the rows of a picture of some height that this one reads,
        and a number added up over all of them.
    """

    inputs: Inputs
    detail: float
    before: Size
    size: Size
    style_sizes: Sequence[Size]
    own_rows: Callable[[int], Span] = every_row
    total: Callable[[float], float] = float

    def rows(self, coarse: Tensor, there: int) -> ResizedImage:
        """The own rows of the larger canvas, in [0, 1]; `coarse`: the rows from `there` on of the smaller one."""
        own = self.own_rows(self.size[0])
        detail = FineDetail(self.inputs.content, self.size, self.before)
        shares = self._shares(detail) if self.detail else None
        grown = coarse.new_empty(1, 3, own.stop - own.start, self.size[1])
        for a, b in strips(own.stop - own.start, self.size[1]):
            strip = Span(own.start + a, own.start + b)
            rows = enlarged_rows(coarse, there, self.before, self.size, *strip)
            if shares is not None:
                self._lay_over(rows, detail.rows(*strip).to(rows), shares, strip)
            grown[:, :, a:b] = rows.clamp_(0, 1)
        return grown

    def _shares(self, detail: FineDetail) -> list[float]:
        """How much of the photograph's fine detail suits each painting, whose own spans as many octaves."""
        photograph, shares = self._strength(detail), []
        for style, size in zip(self.inputs.styles, self.style_sizes, strict=True):
            picture = style.picture
            long_side = round(max(size) * max(self.before) / max(self.size))
            coarse = fitted_size(picture.height, picture.width, long_side)
            shares.append(detail_share(photograph, self._strength(FineDetail(picture, size, coarse))))
        return shares

    def _strength(self, detail: FineDetail) -> float:
        """The root mean square over the whole picture."""
        squares = self.total(detail.squares(*self.own_rows(detail.size[0])))
        return math.sqrt(squares / (3 * math.prod(detail.size)))

    def _lay_over(self, rows: Image, detail: Image, shares: Sequence[float], strip: Span) -> None:
        """Add the photograph's detail to a strip of a canvas, in place; shares: how much of it suits each painting.

        Blended paintings take the mean. Where masks say so each region takes its own, and what belongs to none all.
        """
        of_regions = [self._share(one.styles, shares) for one in self.inputs.regions]
        if not self.inputs.masks:
            rows.add_(detail, alpha=self.detail * of_regions[0])
            return
        weights = region_rows(self.inputs.masks, self.size, *strip)
        share = 1 - weights.sum(0)
        for weight, of_region in zip(weights, of_regions, strict=True):
            share.add_(weight, alpha=of_region)
        rows.addcmul_(detail, share.to(detail), value=self.detail)

    def _share(self, styles: Sequence[int], shares: Sequence[float]) -> float:
        weights = {number: self.inputs.styles[number].weight for number in styles}
        if len(weights) == 1:
            return shares[styles[0]]
        return sum(weight * shares[number] for number, weight in weights.items()) / sum(weights.values())
