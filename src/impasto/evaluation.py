"""The seam between engines and solvers: an image goes in, its cost and the cost's gradient come out."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from impasto.tensor_types import Image


@dataclass(frozen=True)
class Cost:
    """J and its parts, as plain numbers.

    total = alpha * content + beta * style + (setting `variation`) * variation + custom
    content and style: with all that the settings add to them. custom: costs of the user's own, weighted.
    """

    total: float
    content: float
    style: float
    variation: float = 0.0
    custom: float = 0.0

    def numbers(self) -> list[float]:
        """All parts, to be stored or sent; `Cost(*numbers)` is equal to this one."""
        return [self.total, self.content, self.style, self.variation, self.custom]


@dataclass(frozen=True)
class Evaluation:
    """The cost of an image, and dJ/dG: how each channel of each pixel changes it."""

    cost: Cost
    gradient: Image


@runtime_checkable
class Evaluate(Protocol):
    """The one function through which a solver sees style transfer."""

    def __call__(self, image: Image) -> Evaluation:
        """The cost and gradient at `image`, which is left as it is.

        The gradient is the caller's from then on, to change as well.
        """
