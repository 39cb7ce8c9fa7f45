"""How much memory a solver needs, and how much it has to do: for whoever plans a painting.

The unit is a vector: one canvas in float32, 12 bytes a pixel, 0.77 GB at 64 megapixels. In addition there are a few
pieces of `vectors.CHUNK` values, whatever the picture's size.

What L-BFGS has alive, without its pairs:

| when | vectors |
|---|---|
| a direction is made | image, gradient, direction; with `picture_metric` its result and a third more: 4 1/3 |
| its slope is measured | image, gradient, direction, trial, their difference: 5 |
| `evaluate` runs | image, gradient, direction, trial: 4 |
| a trial is judged | the same and its gradient: 5 |
| a pair is made | image, gradient, s, y: 4, none of them new |
| y . M y is computed | image, gradient, y, M y and a third more: 4 1/3 |

Adam has image, mean and square, and from `evaluate` on the gradient.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch

from impasto.solvers.vectors import CHUNK

SCRATCH_PIECES = 32
"""Pieces of at most CHUNK values in addition to the vectors: measured as 23 to 114 MB, most of it in the
metric's convolutions, and the same for a canvas of 6 and of 17 megapixels."""


@runtime_checkable
class SolverSettings(Protocol):
    """The settings that decide how a solver may be laid out. history: pairs of L-BFGS."""

    @property
    def history(self) -> int:
        """Most past steps that L-BFGS remembers."""

    @property
    def averaging(self) -> float:
        """Decay of Adam's average of iterates, 0 for none."""


@dataclass(frozen=True)
class Vectors:
    """How many vectors a solver has alive, its image among them.

    evaluating: while `evaluate` runs, without what that allocates (its gradient is one vector).
    peak: at most, when `evaluate` has returned.
    """

    evaluating: float
    peak: float


def scratch_bytes(vector: int) -> int:
    """The most bytes of the chunks of a vector of so many bytes, in addition to the vectors."""
    return SCRATCH_PIECES * min(vector, CHUNK * torch.float32.itemsize)


EVALUATIONS = 1.07
"""Evaluations of a step of L-BFGS: 1.05 to 1.1 were counted. Adam takes one."""
LBFGS_PASSES, ADAM_PASSES = 24, 8
"""A step's work on vectors without pairs, counted in additions of one vector to another; the metric is most of it."""
PAIR_PASSES = {"float32": 3.3, "float16": 5.0, "disk": 3.3}
"""The work for each pair: two products and two additions, and half precision converted."""


@dataclass(frozen=True)
class SolverWork:
    """The work of all steps of a scale.

    evaluations: of J and its gradient. additions: of one vector to another, and what takes as long. reads: of vectors
    from disk.
    """

    evaluations: float
    additions: float
    reads: float = 0.0
