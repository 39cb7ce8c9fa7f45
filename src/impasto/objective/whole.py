"""The whole picture at once: the plain way, and the fastest while it fits into memory."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd.graph import get_gradient_edge

from impasto.costs.term import Summary, Term, TileWindow
from impasto.costs.total import weighted_total
from impasto.evaluation import Evaluation
from impasto.tensor_types import Features, Image, Span
from impasto.vgg.vgg19 import VGG19

if TYPE_CHECKING:
    from impasto.vgg.opening import Opening

FIRST = "relu1_1"


class Whole:
    """`evaluate(image)` for the sum of some cost terms, each of one layer; alpha, beta: their weights in J.

    window: the part of a layer that is measured, where it is not all of it.
    """

    def __init__(
        self,
        encoder: VGG19,
        terms: Sequence[Term],
        alpha: float,
        beta: float,
        window: Callable[[str], TileWindow] | None = None,
    ):
        self.encoder, self.terms, self.alpha, self.beta = encoder, tuple(terms), alpha, beta
        self._window = window
        self.layers = list(dict.fromkeys(term.layer for term in terms))

    def __call__(self, image: Image) -> Evaluation:
        """J and dJ/dG at `image` [1, 3, H, W]."""
        image = image.detach()
        opening = self.encoder.opening(image, self.layers)
        if opening is not None:
            return self._evaluated(opening, image)
        image.requires_grad_(True)
        summaries: dict[Term, Summary] = {}
        self.encoder.walk(image, self.layers, partial(self._measure, summaries))
        total, cost = weighted_total(summaries, self.alpha, self.beta)
        (gradient,) = torch.autograd.grad(total, image)
        return Evaluation(cost, gradient)

    def _evaluated(self, opening: "Opening", image: Image) -> Evaluation:
        """The same with an opening: block 1 without a graph, and its gradient strip by strip."""
        measured: dict[Term, Summary] = {}
        x = opening.forward(image, partial(self._measure, measured, FIRST))
        summaries = {
            term: Summary(summary.total.detach().requires_grad_(True), summary.count)
            for term, summary in measured.items()
        }
        sums = [summary.total for summary in summaries.values()]
        x = _Entry.apply(x.new_zeros((), requires_grad=True), x)
        entry = get_gradient_edge(x)  # x itself need not be kept
        behind = [layer for layer in self.layers if layer != FIRST]
        x = self.encoder.walk(x, behind, partial(self._measure, summaries), first=2)
        total, cost = weighted_total(summaries, self.alpha, self.beta)
        del x, summaries
        by_x, *slopes = torch.autograd.grad(total, [entry, *map(get_gradient_edge, sums)])
        del total

        def derivative(a: Features, rows: Span, from_above: Features) -> Features:
            return self._derivative(dict(zip(measured, slopes, strict=True)), a, rows, from_above)

        return Evaluation(cost, opening.backward(by_x, derivative))

    def _measure(self, summaries: dict[Term, Summary], layer: str, a_G: Tensor) -> Tensor:
        """Measure a layer by all terms that look at it; the activation to go on with."""
        window = None if self._window is None else self._window(layer)
        for term in self.terms:
            if term.layer == layer:
                summaries[term], a_G = term.measure(a_G, window)
        return a_G

    def _derivative(
        self, slopes: Mapping[Term, Tensor], a: Features, rows: Span, from_above: Features
    ) -> Features:
        """dJ by some rows of the first layer, given dJ by its sums and the part that comes from the layers above."""
        window = self._rows_of_window(rows, a.shape[3])
        if not slopes or window is None:
            return from_above
        a = a.detach().requires_grad_(True)
        outputs, passed_on = [], a
        with torch.enable_grad():
            for term, slope in slopes.items():
                summary, passed_on = term.measure(passed_on, window, value=False)
                outputs.append((summary.total, slope))
        outputs.append((passed_on, from_above))
        totals, gradients = zip(*outputs, strict=True)
        (found,) = torch.autograd.grad(totals, a, gradients)
        return found

    def _rows_of_window(self, rows: Span, width: int) -> TileWindow | None:
        """The part of the first layer's window that lies in these rows; None where there is none."""
        if self._window is None:
            return TileWindow(
                (slice(*rows), slice(0, width)), (slice(0, rows.stop - rows.start), slice(0, width))
            )
        there, here = self._window(FIRST).in_layer, self._window(FIRST).in_tile
        own = Span(max(rows.start, here[0].start), min(rows.stop, here[0].stop))
        if own.start >= own.stop:
            return None
        above = here[0].start - there[0].start
        in_layer = slice(own.start - above, own.stop - above)
        return TileWindow((in_layer, there[1]), (own.within(rows), here[1]))


class _Entry(torch.autograd.Function):
    """The beginning of a graph at a tensor that is not kept: the gradient by it is that at its edge."""

    @staticmethod
    def forward(ctx: Any, anchor: Tensor, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None]:
        return None, None
