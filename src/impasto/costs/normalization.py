"""What a term's cost is divided by in the `paint` recipe, so that alpha and beta are pure numbers.

The raw costs differ by powers of ten between layers, styles and sizes (arXiv 1910.09447). Divided by a
reference in the same unit, a cost says how large the difference is beside the thing itself.
"""

from dataclasses import dataclass

from torch import Tensor

from impasto.costs.styles import StyleTarget
from impasto.costs.term import Summary
from impasto.tensor_types import Features


@dataclass(frozen=True)
class Moments:
    """Each channel's sum and sum of squares over some positions, in float64: they add up tile by tile."""

    total: Tensor
    squares: Tensor
    positions: int

    @classmethod
    def of(cls, a: Features) -> "Moments":
        """The moments of activations [1, n_C, n_H, n_W]."""
        rows = a[0].flatten(1).cpu().double()
        return cls(rows.sum(dim=1), rows.square().sum(dim=1), rows.shape[1])

    def plus(self, other: "Moments") -> "Moments":
        """The moments of two parts of a picture together."""
        return Moments(
            self.total + other.total, self.squares + other.squares, self.positions + other.positions
        )


def content_reference(moments: Moments) -> float:
    """A quarter of the square of a_C's mean: the content cost of a picture that is off by so much everywhere."""
    return float(moments.total.mean() / moments.positions) ** 2 / 4


def style_reference(target: StyleTarget, summary_S: Summary) -> float:
    """What the style cost is divided by: the target's own reference."""
    return target.reference(summary_S)
