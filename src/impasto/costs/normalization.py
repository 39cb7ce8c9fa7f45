"""What a term's cost is divided by in the `paint` recipe, so that alpha and beta are pure numbers.

The raw costs differ by powers of ten between layers, styles and sizes (arXiv 1910.09447). Divided by a
reference in the same unit, a cost says how large the difference is beside the thing itself.
"""

from dataclasses import dataclass

import torch
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


def content_reference(moments: Moments, kind: str = "energy") -> float:
    """What the content cost is divided by.

    kind: "energy": a quarter of the variance of a_C over the positions, the cost of a picture that lost all detail.
    "activation": a quarter of the square of a_C's mean m, the cost of a picture that is off by m everywhere.
    """
    mean = moments.total / moments.positions
    if kind == "activation":
        return float(mean.mean()) ** 2 / 4
    return float((moments.squares / moments.positions - mean.square()).clamp(min=0).mean()) / 4


def style_reference(target: StyleTarget, summary_S: Summary, kind: str = "energy") -> float:
    """What the style cost is divided by.

    kind: "energy": the cost of a picture without any activation, times `target.reference_factor`; with Gram matrices
    1 / (4 n_C^2) of the target's energy. "activation": what the target says of the style's mean activation, which
    differs between paintings by 15 percent, where the energy differs by much more; a target without one has the other.
    """
    if kind == "activation" and (reference := target.activation_reference()) is not None:
        return reference
    nothing = Summary(torch.zeros_like(summary_S.total), 1)
    return target.reference_factor * float(target.rule(nothing))
