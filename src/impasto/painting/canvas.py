"""The canvas with which a scale begins: what the optimisation starts from, or the canvas before, enlarged.

An enlarged canvas has the photograph's fine detail laid over it, strip by strip, because a canvas may be gigabytes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.distributed.partition import WHOLE, Partition
from impasto.images.mask import region_rows
from impasto.images.pixel_store import strips
from impasto.images.resize import FineDetail, detail_share, enlarged_rows, fitted_size, resize, source_rows
from impasto.inputs.inputs import Inputs
from impasto.painting.scales import Size
from impasto.tensor_types import Image, ResizedImage, Span


def first_canvas(
    start: str, content: Tensor, noise: float, generator: torch.Generator, picture: Tensor | None = None
) -> Tensor:
    """The generated image G before the first step: a new tensor [1, 3, H, W] in [0, 1], like C.

    start: "content": G = C. "recoloured", "underpainting": likewise; the caller gives C in the colours of S.
        "content+noise": G = C + U(-noise, noise), clipped to [0, 1], the stated method's random initialisation.
        "noise": uniform noise in [0, 1] without C. "picture": `picture` [1, 3, h, w], resampled to C's size.
    content: C, [1, 3, H, W] in [0, 1]. noise: its amplitude in [0, 1]; 0.25 in the stated method.
    generator: on the CPU, so that every device starts from the same numbers.
    """
    if start in ("content", "recoloured", "underpainting"):
        return content.detach().clone()
    if start == "picture":
        assert picture is not None
        return resize(picture.detach(), (content.shape[-2], content.shape[-1])).to(content).clone()
    uniform = torch.rand(content.shape, generator=generator, dtype=torch.float32)
    if start == "noise":
        return uniform.to(content)
    # In place: a canvas may be gigabytes.
    return uniform.mul_(2).sub_(1).mul_(noise).add_(content.detach().cpu()).clamp_(0, 1).to(content)


@dataclass(frozen=True)
class Upscaler:
    """Makes the canvas of a scale out of the canvas of the scale before.

    detail: the setting: of the photograph's fine detail as much is taken as suits the style images, times this.
    before, size: height and width of the whole canvas at the scale before and at this one.
    style_sizes: of each style image for the larger canvas.
    partition: the processes that share the canvas.
    soften: the canvas is first shrunk to this part of its size, which takes away the noise of its pixels; 1: not.
    """

    inputs: Inputs
    detail: float
    before: Size
    size: Size
    style_sizes: Sequence[Size]
    partition: Partition = WHOLE
    soften: float = 1.0

    def __call__(self, canvas: Tensor) -> ResizedImage:
        """This process's rows of the larger canvas, in [0, 1], given its rows of the smaller one."""
        rows = self.partition.exchange(self.before[0], self._needed)
        return self._upscaled(rows.widened(canvas), self._needed(self.partition.rank).start)

    def _needed(self, rank: int) -> Span:
        """The rows of the smaller canvas from which a process makes its rows of the larger one."""
        own = self.partition.rows_of(self.size[0], rank)
        if self.partition.size == 1:
            return Span(0, self.before[0])
        middle = Span(*source_rows(*own, self.size[0], self._middle[0]))
        if self._middle == self.before:
            return middle
        return Span(*source_rows(*middle, self._middle[0], self.before[0]))

    @property
    def _middle(self) -> Size:
        """The size to which the smaller canvas is shrunk first."""
        if self.soften == 1:
            return self.before
        height, width = (max(1, round(self.soften * side)) for side in self.before)
        return height, width

    def _upscaled(self, coarse: Tensor, first: int) -> ResizedImage:
        """coarse: the rows of the smaller canvas from `first` on."""
        own = self.partition.rows_of(self.size[0])
        if self._middle != self.before:
            needed = Span(*source_rows(*own, self.size[0], self._middle[0]))
            coarse = enlarged_rows(coarse, first, self.before, self._middle, *needed)
            first = needed.start
        detail = FineDetail(self.inputs.content, self.size, self.before)
        shares = self._shares(detail) if self.detail else None
        grown = coarse.new_empty(1, 3, own.stop - own.start, self.size[1])
        for a, b in strips(own.stop - own.start, self.size[1]):
            strip = Span(own.start + a, own.start + b)
            rows = enlarged_rows(coarse, first, self._middle, self.size, *strip)
            if shares is not None:
                self._lay_over(rows, detail.rows(*strip).to(rows), shares, strip)
            grown[:, :, a:b] = rows.clamp_(0, 1)
        return grown

    def _shares(self, detail: FineDetail) -> list[float]:
        """How much of the photograph's fine detail suits each style image, whose own spans as many octaves."""
        photograph, shares = self._strength(detail), []
        for style, size in zip(self.inputs.styles, self.style_sizes, strict=True):
            picture = style.picture
            long_side = round(max(size) * max(self.before) / max(self.size))
            coarse = fitted_size(picture.height, picture.width, long_side)
            shares.append(detail_share(photograph, self._strength(FineDetail(picture, size, coarse))))
        return shares

    def _strength(self, detail: FineDetail) -> float:
        """The root mean square over the whole picture."""
        squares = self.partition.total(detail.squares(*self.partition.rows_of(detail.size[0])))
        return math.sqrt(squares / (3 * math.prod(detail.size)))

    def _lay_over(self, rows: Image, detail: Image, shares: Sequence[float], strip: Span) -> None:
        """Add the photograph's detail to a strip of a canvas, in place; shares: how much of it suits each style.

        Blended styles take the mean. Where masks say so each region takes its own, and what belongs to none all.
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
