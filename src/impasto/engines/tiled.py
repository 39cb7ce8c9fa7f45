"""The picture tile by tile: the exact cost and gradient of the whole, in the memory of one tile.

Two passes (Galerne, Raad, Lezama and Morel, "Scaling Painting Style Transfer", arXiv 2212.13459). The first
adds up the measurements of all tiles, without a graph, and differentiates the rules on the sums. The second
goes over each tile again, with a graph, and propagates the sums' derivatives back to its pixels. Nothing is
approximated: a cost that sees activations through sums over positions only is the sum over the tiles.

The last tile of the first pass keeps its graph and is the first of the second, and the second pass measures
nothing again: it only needs to know which way the sums change.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.costs.term import Summary, Term, Window
from impasto.encoder.vgg19 import VGG19
from impasto.engines.sharing import AddUp, alone, shared_summaries
from impasto.engines.tiles import Tile
from impasto.engines.tiling import Tiling
from impasto.engines.total import weighted_total
from impasto.evaluation import Evaluation
from impasto.shapes import Image, ResizedImage

Summaries = dict[Term, Summary]


class Tiled:
    """`evaluate(image)` tile by tile; otherwise as `Whole`.

    tiling: of a picture of that size, for all layers of the terms. With a margin it is `Mirrored`, too.
    add_up: for a picture that is shared by several processes, each with a band of its rows (`Tiling`). Image and
        gradient are then those of `tiling.rows`, the cost is the whole picture's, and the gradient of a row that
        several processes see is the sum of theirs.
    """

    def __init__(
        self,
        encoder: VGG19,
        terms: Sequence[Term],
        alpha: float,
        beta: float,
        tiling: Tiling,
        add_up: AddUp = alone,
    ):
        self._add_up = add_up
        self.encoder, self.terms, self.alpha, self.beta, self.tiling = (
            encoder,
            tuple(terms),
            alpha,
            beta,
            tiling,
        )

    def __call__(self, image: Image) -> Evaluation:
        """J and dJ/dG at `image` [1, 3, H, W]."""
        image = image.detach()
        *others, last = self.tiling.tiles
        sums = self._sums(image, others)
        pixels = self.tiling.cut(image, last).requires_grad_(True)
        measured = self._measure(pixels, last)
        summaries = {
            term: Summary(summary.total.detach().requires_grad_(True), summary.count)
            for term, summary in shared_summaries(_added(sums, measured), self._add_up).items()
        }
        total, cost = weighted_total(summaries, self.alpha, self.beta)
        slopes = torch.autograd.grad(total, [summaries[term].total for term in self.terms])

        gradient = torch.zeros_like(image)
        self._pull(measured, slopes, pixels, last, gradient)
        del measured
        for tile in others:
            pixels = self.tiling.cut(image, tile).requires_grad_(True)
            self._pull(self._measure(pixels, tile, value=False), slopes, pixels, tile, gradient)
        return Evaluation(cost, gradient)

    @torch.no_grad()
    def _sums(self, image: Image, tiles: Sequence[Tile]) -> Summaries:
        """The first pass."""
        sums: Summaries = {}
        for tile in tiles:
            sums = _added(sums, self._measure(self.tiling.cut(image, tile), tile))
        return sums

    def _pull(
        self, measured: Summaries, slopes: Sequence[Tensor], pixels: ResizedImage, tile: Tile, gradient: Image
    ) -> None:
        """Add a tile's part to the gradient."""
        (part,) = torch.autograd.grad([measured[term].total for term in self.terms], pixels, slopes)
        self.tiling.add(part, tile, gradient)

    def _measure(self, pixels: Image, tile: Tile, *, value: bool = True) -> Summaries:
        """The summaries of what a tile owns, a term each."""
        summaries: Summaries = {}

        def measure(layer: str, a_G: Tensor, window: Window) -> Tensor:
            for term in self.terms:
                if term.layer == layer:
                    summaries[term], a_G = term.measure(a_G, window, value=value)
            return a_G

        self.tiling.walk(self.encoder, pixels, tile, measure)
        return summaries


def _added(sums: Summaries, more: Summaries) -> Summaries:
    return {term: sums[term].plus(more[term]) if term in sums else more[term] for term in more}
