"""The palette cost added to what the network sees: the canvas's colours, strip by strip, in two passes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.costs.image_cost import strips_of
from impasto.costs.palette import PaletteTarget, colors, derivative, histograms
from impasto.costs.palette_pixels import PalettePixels, are_compiled
from impasto.costs.term import Summary
from impasto.distributed.partition import Partition
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.images.mask import Mask
from impasto.inputs.inputs import Inputs, Region
from impasto.inputs.parts import PartMap, Parts
from impasto.objective.scale_setup import ScaleSetup
from impasto.tensor_types import Image, Span


@dataclass(frozen=True, eq=False)
class Selection:
    """The pixels that count, of the rows of a picture that this process owns.

    mask: what each counts, [own rows, W]; None where all count alike. part: the part of the picture to which each
    belongs, uint8 [own rows, W], below `parts`; None where there is one part.
    """

    mask: Tensor | None = None
    part: Tensor | None = None
    parts: int = 1

    def rows(self, rows: slice) -> "Selection":
        """Some of the rows."""
        mask, part = (None if one is None else one[rows] for one in (self.mask, self.part))
        return Selection(mask, part, self.parts)

    def histograms(self, image: Image, partition: Partition) -> Summary:
        """The histograms of the whole picture, given this process's rows [1, 3, rows, W]."""
        if are_compiled(image):
            sums = PalettePixels(image, self.mask, self.part, self.parts).histograms()
        else:
            sums = self.rows(slice(0, 0))._histograms(image[:, :, :0])
            for strip in strips_of(Span(0, image.shape[2]), image.shape[3]):
                rows = slice(*strip)
                sums = sums.plus(self.rows(rows)._histograms(image[:, :, rows]))
        partition.add_up([sums.total])
        return Summary(sums.total, max(partition.total(sums.count), 1e-9))

    def _histograms(self, image: Image) -> Summary:
        return histograms(image.cpu(), self.mask, self.part, self.parts)

    def add_gradient(self, image: Image, slope: Tensor, gradient: Tensor) -> None:
        """Add the derivative by the pixels to `gradient`; slope: dJ by the histograms."""
        if are_compiled(image):
            PalettePixels(image, self.mask, self.part, self.parts).add_gradient(slope, gradient)
            return
        slope = slope.to(image.device)
        for strip in strips_of(Span(0, image.shape[2]), image.shape[3]):
            rows = slice(*strip)
            here = self.rows(rows)
            x = image[:, :, rows].clone().requires_grad_(True)
            with torch.enable_grad():
                y = colors(x)
                by_y = derivative(y.detach(), slope, here.part)
                if here.mask is not None:
                    by_y *= here.mask.flatten().to(by_y)
                # Of a sum, and not of y with by_y: torch would import sympy for that, which takes half a second.
                (by_x,) = torch.autograd.grad((y * by_y).sum(), x)
            gradient[:, :, rows] += by_x


@dataclass(frozen=True, eq=False)
class PaletteTerm:
    """The palette cost of a region of the canvas. weight: what it counts in the style cost."""

    target: PaletteTarget
    pixels: Selection
    weight: float


@dataclass(frozen=True, eq=False)
class RegionPalette:
    """The palettes of the styles of a region.

    styles: of each style the histograms over the number of its pixels, [K, 13, BINS]. pixels: those of the canvas that
    lie in the region. share: how much of the canvas these are.
    """

    styles: Sequence[Tensor]
    pixels: Selection
    share: float

    def term(self, inputs: Inputs, region: Region) -> PaletteTerm:
        """The cost of the region, whose palette is that of its styles, blended by their weights."""
        weights = [inputs.styles[number].weight for number in region.styles]
        blended = sum(weight * one for weight, one in zip(weights, self.styles, strict=True)) / sum(weights)
        target = PaletteTarget.of(Summary(torch.as_tensor(blended), 1))
        return PaletteTerm(target, self.pixels, region.weight * self.share)


@torch.no_grad()
def encode_palettes(setup: ScaleSetup, parts: Parts | None = None) -> list[RegionPalette]:
    """The palettes of every region's styles; an empty list where the setting `palette` is 0.

    parts: of all pictures; None where paintings are not to be divided into parts.
    """
    if not setup.settings.palette:
        return []
    found = []
    for region in setup.inputs.regions:
        of_content, *of_styles = _parts(setup, parts, region)
        histograms_S = [
            _style_histograms(setup, number, mask, part)
            for number, mask, part in zip(region.styles, region.style_masks, of_styles, strict=True)
        ]
        mask, share = None, 1.0
        if region.mask is not None:
            mask = region.mask.rows(setup.size, *setup.own_rows)
            share = setup.partition.total(float(mask.sum())) / (setup.size[0] * setup.size[1])
        pixels = _selection(setup.content_rows, setup.size, setup.own_rows, mask, of_content)
        found.append(RegionPalette(histograms_S, pixels, share))
    return found


def _style_histograms(setup: ScaleSetup, number: int, shown: Mask | None, parts: PartMap | None) -> Tensor:
    """The histograms of a style over the number of its pixels, [K, 13, BINS]; shown: the part that is looked at."""
    size = setup.style_sizes[number]
    own = setup.partition.rows_of(size[0])
    style = setup.style_rows(number, own)

    def read(rows: Span) -> Image:
        return style[:, :, rows.within(own)]

    mask = None if shown is None else shown.rows(size, *own)
    return _selection(read, size, own, mask, parts).histograms(style, setup.partition).mean


def _parts(setup: ScaleSetup, parts: Parts | None, region: Region) -> Sequence[PartMap | None]:
    """The parts of the content image, and of each style of a region: those that the first process finds.

    Another kind of processor rounds otherwise, and might sort a place into another part.
    """
    if parts is None:
        return [None] * (1 + len(region.styles))
    found = parts.of_region(setup.inputs, region)
    said = setup.partition.said_by_first([(one.share.tolist(), one.lab.tolist()) for one in found])
    return [PartMap(torch.tensor(share), torch.tensor(lab)) for share, lab in said]


def _selection(
    read: Callable[[Span], Image],
    size: tuple[int, int],
    own: Span,
    mask: Tensor | None,
    parts: PartMap | None,
) -> Selection:
    """The selection of some rows of a picture of this size; read: gives rows of it, [1, 3, rows, W]."""
    if parts is None:
        return Selection(mask)
    part = torch.empty(own.stop - own.start, size[1], dtype=torch.uint8)
    for rows in strips_of(own, size[1]):
        part[rows.within(own)] = parts.rows(read(rows), size[0], rows.start)
    return Selection(mask, part, parts.count)


class WithPalettes:
    """`evaluate(image)` with the palette cost added to the style cost. weight: of the palette in J."""

    def __init__(
        self,
        evaluate: Evaluate,
        palettes: Sequence[PaletteTerm],
        weight: float,
        beta: float,
        partition: Partition,
    ):
        self._evaluate, self._palettes, self._partition = evaluate, tuple(palettes), partition
        self._weight, self._beta = weight, beta

    def __call__(self, image: Image) -> Evaluation:
        """J with the palette, and its gradient at `image`."""
        evaluation = self._evaluate(image)
        image, style = image.detach(), 0.0
        for palette in self._palettes:
            sums = palette.pixels.histograms(image, self._partition)
            total = sums.total.requires_grad_(True)
            with torch.enable_grad():
                J = palette.target.rule(Summary(total, sums.count))
                (slope,) = torch.autograd.grad(J, total)
            weight = self._weight * palette.weight
            style += weight * J.item()
            palette.pixels.add_gradient(image, self._beta * weight * slope, evaluation.gradient)
        cost = evaluation.cost
        total_cost = cost.total + self._beta * style
        return Evaluation(
            Cost(total_cost, cost.content, cost.style + style, cost.variation, cost.custom),
            evaluation.gradient,
        )
