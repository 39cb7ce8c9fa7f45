"""The interface between engines and costs: an additive measurement, and a scalar rule on the small summary.

Because a measurement is a sum over positions, the summaries of the tiles of a picture add up to the summary
of the picture, and an engine may walk the picture as it likes.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from torch import Tensor

from impasto.tensor_types import Features, Scalar


@dataclass(frozen=True)
class Summary:
    """A sum over positions, and over how many numbers or positions it went; where they are weighted, their weights."""

    total: Tensor
    count: float

    def plus(self, other: "Summary") -> "Summary":
        """The summary of two parts of a picture together."""
        return Summary(self.total + other.total, self.count + other.count)

    @property
    def mean(self) -> Tensor:
        """The sum's part that falls to one position: comparable between pictures of any size."""
        return self.total / self.count


Slices = tuple[slice, slice]
"""Rows and columns of a layer."""
EVERYWHERE: Slices = (slice(None), slice(None))


@dataclass(frozen=True)
class TileWindow:
    """The part of a layer that a tile owns: where it lies in the whole layer, and where in what was computed of it."""

    in_layer: Slices
    in_tile: Slices


@runtime_checkable
class Term(Protocol):
    """One layer's part in the content cost, the style cost, or a custom cost."""

    @property
    def layer(self) -> str:
        """The layer whose activation is measured."""

    @property
    def part(self) -> Literal["content", "style", "custom"]:
        """Which part of J the term belongs to."""

    @property
    def weight(self) -> float:
        """The factor of the rule's value in its part."""

    def measure(
        self, a_G: Features, window: TileWindow | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums over the positions of `a_G`, or over a window of it; and `a_G` to go on with.

        What comes after in the network should be computed from the second: then the gradients of both meet in the
        memory of one.

        value: False when only the sums' derivatives will be asked for; the sums may then hold anything.
        """

    def rule(self, summary: Summary) -> Scalar:
        """The cost of a picture with this summary."""
