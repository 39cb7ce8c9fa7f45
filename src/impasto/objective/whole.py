"""The whole picture at once: the plain way, and the fastest while it fits into memory."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from impasto.costs.term import Summary, Term, TileWindow
from impasto.costs.total import weighted_total
from impasto.evaluation import Evaluation
from impasto.tensor_types import Image
from impasto.vgg.vgg19 import VGG19


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
        image = image.detach().requires_grad_(True)
        summaries: dict[Term, Summary] = {}

        def measure(layer: str, a_G: Tensor) -> Tensor:
            window = None if self._window is None else self._window(layer)
            for term in self.terms:
                if term.layer == layer:
                    summaries[term], a_G = term.measure(a_G, window)
            return a_G

        self.encoder.walk(image, self.layers, measure)
        total, cost = weighted_total(summaries, self.alpha, self.beta)
        (gradient,) = torch.autograd.grad(total, image)
        return Evaluation(cost, gradient)
