"""A cost that sees the canvas through a function: J(f(X)), and dJ/dX by the chain rule."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from impasto.evaluation import Evaluate, Evaluation
from impasto.tensor_types import Image


class Transform(NamedTuple):
    """f, and the product of its transposed derivative with a gradient.

    forward: G = f(X), given X. backward: dJ/dX, given dJ/dG, which it may change in place.
    """

    forward: Callable[[Image], Tensor]
    backward: Callable[[Tensor], Tensor]


def seen_through(transform: Transform, evaluate: Evaluate) -> Evaluate:
    """`evaluate(X)`: the cost of f(X), and its gradient with respect to X."""

    def transformed(image: Image) -> Evaluation:
        evaluation = evaluate(transform.forward(image.detach()))
        return Evaluation(evaluation.cost, transform.backward(evaluation.gradient))

    return transformed
