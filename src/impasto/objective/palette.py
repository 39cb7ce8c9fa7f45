"""The palette cost added to what the network sees: the canvas's colours, strip by strip, in two passes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.costs.image_cost import strips_of
from impasto.costs.palette import PaletteTarget, colors, derivative, histograms
from impasto.costs.term import Summary
from impasto.distributed.partition import Partition
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.objective.scale_setup import ScaleSetup
from impasto.tensor_types import Image, Span

SMALLEST = 150
"""A canvas that will grow has a palette from this long side on, in pixels. On a smaller one the palette would turn
whole areas: a strip of sky becomes a meadow. Later it finds the same colours for single strokes."""


@dataclass(frozen=True, eq=False)
class RegionPalette:
    """The palette that a region is drawn to. mask: its weights [own rows, W], None for the whole canvas.

    weight: what its cost counts in the style cost.
    """

    target: PaletteTarget
    mask: Tensor | None
    weight: float


@torch.no_grad()
def encode_palettes(setup: ScaleSetup) -> list[RegionPalette]:
    """The palette of every region's styles, blended by their weights.

    Nothing where the setting `palette` is 0, and while the canvas is too small.
    """
    if not setup.settings.palette or (setup.grows and max(setup.size) < SMALLEST):
        return []
    found = []
    for region in setup.inputs.regions:
        total, weights = torch.zeros(()), 0.0
        for number, part in zip(region.styles, region.style_masks, strict=True):
            size, weight = setup.style_sizes[number], setup.inputs.styles[number].weight
            own = setup.partition.rows_of(size[0])
            mask = None if part is None else part.rows(size, *own)
            sums = _sums(setup.style_rows(number, own), mask, setup.partition)
            total = total + weight * sums.mean
            weights += weight
        mask, share = None, 1.0
        if region.mask is not None:
            mask = region.mask.rows(setup.size, *setup.own_rows)
            share = setup.partition.total(float(mask.sum())) / (setup.size[0] * setup.size[1])
        found.append(
            RegionPalette(PaletteTarget.of(Summary(total / weights, 1)), mask, region.weight * share)
        )
    return found


def _sums(image: Image, mask: Tensor | None, partition: Partition) -> Summary:
    """The sums over the whole picture, given this process's rows."""
    sums = histograms(image[:, :, :0].cpu())
    for strip in strips_of(Span(0, image.shape[2]), image.shape[3]):
        rows = slice(*strip)
        sums = sums.plus(histograms(image[:, :, rows].cpu(), None if mask is None else mask[rows]))
    partition.add_up([sums.total])
    return Summary(sums.total, max(partition.total(sums.count), 1e-9))


class WithPalettes:
    """`evaluate(image)` with the palette cost added to the style cost. weight: of the palette in J."""

    def __init__(
        self,
        evaluate: Evaluate,
        palettes: Sequence[RegionPalette],
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
            sums = _sums(image, palette.mask, self._partition)
            total = sums.total.requires_grad_(True)
            with torch.enable_grad():
                J = palette.target.rule(Summary(total, sums.count))
                (slope,) = torch.autograd.grad(J, total)
            weight = self._weight * palette.weight
            style += weight * J.item()
            self._add_gradient(image, palette.mask, self._beta * weight * slope, evaluation.gradient)
        cost = evaluation.cost
        total_cost = cost.total + self._beta * style
        return Evaluation(
            Cost(total_cost, cost.content, cost.style + style, cost.variation, cost.custom),
            evaluation.gradient,
        )

    @staticmethod
    def _add_gradient(image: Tensor, mask: Tensor | None, slope: Tensor, gradient: Tensor) -> None:
        """slope: dJ by the histograms; its derivative by the pixels is added to `gradient`."""
        slope = slope.to(image.device)
        for strip in strips_of(Span(0, image.shape[2]), image.shape[3]):
            rows = slice(*strip)
            x = image[:, :, rows].clone().requires_grad_(True)
            with torch.enable_grad():
                y = colors(x)
                by_y = derivative(y.detach(), slope)
                if mask is not None:
                    by_y *= mask[rows].flatten().to(by_y)
                # Of a sum, and not of y with by_y: torch would import sympy for that, which takes half a second.
                (by_x,) = torch.autograd.grad((y * by_y).sum(), x)
            gradient[:, :, rows] += by_x
