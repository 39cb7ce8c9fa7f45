"""The picture tile by tile: the exact cost and gradient of the whole, in the memory of one tile.

Two passes (Galerne, Raad, Lezama and Morel, "Scaling Painting Style Transfer", arXiv 2212.13459). The first
adds up the measurements of all tiles, without a graph, and differentiates the rules on the sums. The second
goes over each tile again, with a graph, and propagates the sums' derivatives back to its pixels. Nothing is
approximated: a cost that sees activations through sums over positions only is the sum over the tiles.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from impasto.costs.term import Summary, Term, Window
from impasto.encoder.vgg19 import VGG19
from impasto.engines.tiles import Tile, tiles
from impasto.engines.total import weighted_total
from impasto.evaluation import Evaluation
from impasto.layers import LAYERS
from impasto.shapes import Image


class Tiled:
    """`evaluate(image)` in tiles that own about `side` x `side` pixels each; otherwise as `Whole`."""

    def __init__(self, encoder: VGG19, terms: Sequence[Term], alpha: float, beta: float, side: int):
        self.encoder, self.terms, self.alpha, self.beta, self.side = encoder, tuple(terms), alpha, beta, side
        self.layers = list(dict.fromkeys(term.layer for term in terms))

    def __call__(self, image: Image) -> Evaluation:
        """J and dJ/dG at `image` [1, 3, H, W]."""
        image = image.detach()
        summaries = {
            term: Summary(summary.total.detach().requires_grad_(True), summary.count)
            for term, summary in self._measure_all(image).items()
        }
        total, cost = weighted_total(summaries, self.alpha, self.beta)
        slopes = torch.autograd.grad(total, [summaries[term].total for term in self.terms])
        gradient = torch.zeros_like(image)
        for tile in self._tiles(image):
            rows, columns = tile.pixels
            pixels = image[..., rows, columns].clone().requires_grad_(True)
            measured = self._measure(pixels, tile)
            (part,) = torch.autograd.grad([measured[term].total for term in self.terms], pixels, slopes)
            gradient[..., rows, columns] += part
        return Evaluation(cost, gradient)

    def _tiles(self, image: Image) -> Iterator[Tile]:
        return tiles(image.shape[2], image.shape[3], self.layers, self.side)

    @torch.no_grad()
    def _measure_all(self, image: Image) -> dict[Term, Summary]:
        """The summaries of the whole picture."""
        sums: dict[Term, Summary] = {}
        for tile in self._tiles(image):
            rows, columns = tile.pixels
            for term, summary in self._measure(image[..., rows, columns], tile).items():
                sums[term] = sums[term].plus(summary) if term in sums else summary
        return sums

    def _measure(self, pixels: Image, tile: Tile) -> dict[Term, Summary]:
        """The summaries of what a tile owns, a term each."""
        summaries: dict[Term, Summary] = {}

        def measure(layer: str, a: Tensor) -> Tensor:
            stride = LAYERS[layer].stride
            window = Window(slice(*tile.rows.own_at(stride)), slice(*tile.columns.own_at(stride)))
            own = a[..., tile.rows.own_within(layer), tile.columns.own_within(layer)]
            for term in self.terms:
                if term.layer == layer:
                    summaries[term], _ = term.measure(own, window)
            return a

        self.encoder.walk(pixels, self.layers, measure, tile.trims())
        return summaries
