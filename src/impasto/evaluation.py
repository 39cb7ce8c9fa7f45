"""The seam between engines and solvers: an image goes in, its cost and the cost's gradient come out."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from impasto.shapes import Image


@dataclass(frozen=True)
class Cost:
    """J and its two parts, as plain numbers: total = alpha * content + beta * style."""

    total: float
    content: float
    style: float


@dataclass(frozen=True)
class Evaluation:
    """The cost of an image, and dJ/dG: how each channel of each pixel changes it."""

    cost: Cost
    gradient: Image


@runtime_checkable
class Evaluate(Protocol):
    """What a solver knows of style transfer."""

    def __call__(self, image: Image) -> Evaluation:
        """The cost and gradient at `image`, which is left as it is.

        The gradient is the caller's from then on, to keep and to change.
        """
        ...
