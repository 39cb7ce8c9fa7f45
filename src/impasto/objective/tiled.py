"""The picture tile by tile: the exact cost and gradient of the whole, in the memory of one tile.

Two passes (Galerne, Raad, Lezama and Morel, "Scaling Painting Style Transfer", arXiv 2212.13459). The first
adds up the measurements of all tiles, without a graph, and differentiates the rules on the sums. The second
goes over each tile again, with a graph, and propagates the sums' derivatives back to its pixels. Nothing is
approximated: a cost that sees activations through sums over positions only is the sum over the tiles.

The last tile of the first pass has its graph still and is the first of the second, and the second pass measures
nothing again: it only needs to know which way the sums change.

The network may be walked in *stages*, each with tiles of its own (`passes.py`): the first one's tiles fill the
whole input of block 4, and the second one's start from that; going back, the derivative by that map goes into the
graphs of the first one's tiles. It costs the memory of the map and its derivative, each a third more than the
picture's; it saves most of the halo, which deep layers ask for and shallow ones pay, and the second pass of deep
layers in one tile.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.costs.term import Summary, Term, TileWindow
from impasto.costs.total import weighted_total
from impasto.distributed.partition import WHOLE, Partition, shared_summaries
from impasto.evaluation import Cost, Evaluation
from impasto.objective.tiles import Tile
from impasto.objective.tiling import Tiling
from impasto.tensor_types import Features, Image, Input, Piece
from impasto.vgg.vgg19 import VGG19

Summaries = dict[Term, Summary]
Slopes = dict[Term, Tensor]


class Tiled:
    """`evaluate(image)` tile by tile; otherwise as `Whole`.

    stages: tilings of a picture of that size, for all layers of the terms; each begins with the block in front of which
        the one before ended (`Tiling.blocks`). With a margin each tile is mirrored, too.
    partition: for a picture that is shared by several processes, each with a band of its rows (`Tiling`), in one stage.
        Image and gradient are then those of `tiling.rows`, the cost is the whole picture's, and the gradient of a row
        that several processes see is the sum of theirs.
    """

    def __init__(
        self,
        encoder: VGG19,
        terms: Sequence[Term],
        alpha: float,
        beta: float,
        stages: Sequence[Tiling],
        partition: Partition = WHOLE,
    ):
        self.encoder, self.terms, self.alpha, self.beta = encoder, tuple(terms), alpha, beta
        *self._earlier, self._last = stages
        self._partition = partition

    def __call__(self, image: Image) -> Evaluation:
        """J and dJ/dG at `image` [1, 3, H, W]."""
        sums: Summaries = {}
        inputs: list[Tensor] = [image.detach()]
        for stage in self._earlier:
            sums, end = self._forward(stage, inputs[-1], sums)
            inputs.append(end)
            del end  # the list alone holds it, and lets it go when it is popped
        cost, slopes, gradient = self._turn(inputs.pop(), sums)
        for stage in reversed(self._earlier):
            gradient = self._back(stage, inputs.pop(), slopes, gradient)
        return Evaluation(cost, gradient)

    @torch.no_grad()
    def _forward(self, stage: Tiling, x: Input, sums: Summaries) -> tuple[Summaries, Tensor]:
        """The first pass over a stage that is not the last: the sums with those of its tiles, and its end."""
        end: Tensor | None = None
        for tile in stage.tiles:
            measured, own = self._measure(stage, stage.cut(x, tile), tile)
            sums = _added(sums, measured)
            end = stage.empty_end(own) if end is None else end
            end[..., *stage.own_end(tile)] = own
        assert end is not None
        return sums, end

    def _turn(self, x: Input, sums: Summaries) -> tuple[Cost, Slopes, Input]:
        """Both passes over the last stage: the cost, its derivative by each sum, and that by the stage's input."""
        stage, (*others, last) = self._last, self._last.tiles
        with torch.no_grad():
            for tile in others:
                sums = _added(sums, self._measure(stage, stage.cut(x, tile), tile)[0])
        seen = stage.cut(x, last).requires_grad_(True)
        measured = self._measure(stage, seen, last)[0]
        summaries = {
            term: Summary(summary.total.detach().requires_grad_(True), summary.count)
            for term, summary in shared_summaries(_added(sums, measured), self._partition).items()
        }
        total, cost = weighted_total(summaries, self.alpha, self.beta)
        derivatives = torch.autograd.grad(total, [summaries[term].total for term in self.terms])
        slopes = dict(zip(self.terms, derivatives, strict=True))

        gradient = torch.zeros_like(x)
        _pull(stage, last, seen, _outputs(measured, slopes), gradient)
        del measured
        for tile in others:
            seen = stage.cut(x, tile).requires_grad_(True)
            measured = self._measure(stage, seen, tile, value=False)[0]
            _pull(stage, tile, seen, _outputs(measured, slopes), gradient)
            del measured, seen  # before the next ones are made
        return cost, slopes, gradient

    def _back(self, stage: Tiling, x: Input, slopes: Slopes, by_end: Tensor) -> Input:
        """The second pass over a stage that is not the last: dJ by its input, given dJ by its end."""
        gradient = torch.zeros_like(x)
        for tile in stage.tiles:
            seen = stage.cut(x, tile).requires_grad_(True)
            measured, own = self._measure(stage, seen, tile, value=False)
            outputs = [*_outputs(measured, slopes), (own, by_end[..., *stage.own_end(tile)])]
            del measured, own
            _pull(stage, tile, seen, outputs, gradient)
            del seen, outputs  # before the next ones are made
        return gradient

    def _measure(self, stage: Tiling, x: Piece, tile: Tile, value: bool = True) -> tuple[Summaries, Features]:
        """The summaries of what a tile owns, one for each term that the stage sees; and the end of its walk."""
        summaries: Summaries = {}

        def measure(layer: str, a_G: Tensor, window: TileWindow) -> Tensor:
            for term in self.terms:
                if term.layer == layer:
                    summaries[term], a_G = term.measure(a_G, window, value=value)
            return a_G

        end = stage.walk(self.encoder, x, tile, measure)
        return summaries, end


def _outputs(measured: Summaries, slopes: Slopes) -> list[tuple[Tensor, Tensor]]:
    """The outputs of a graph, with the derivative of J with respect to each."""
    return [(summary.total, slopes[term]) for term, summary in measured.items()]


def _pull(
    stage: Tiling, tile: Tile, seen: Tensor, outputs: Sequence[tuple[Tensor, Tensor]], gradient: Tensor
) -> None:
    """Add a tile's part to the gradient by the stage's input."""
    ends, derivatives = zip(*outputs, strict=True)
    (part,) = torch.autograd.grad(ends, seen, derivatives)
    stage.add(part, tile, gradient)


def _added(sums: Summaries, more: Summaries) -> Summaries:
    return sums | {term: sums[term].plus(one) if term in sums else one for term, one in more.items()}
