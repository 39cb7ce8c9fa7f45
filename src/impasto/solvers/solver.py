"""The interface of a solver: what the loop asks it for, its saved state, and what it tells a plan of its needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from impasto.evaluation import Cost, Evaluate

State = dict[str, Any]
"""The whole state of a solver: enough to go on to the bit.

Plain numbers and strings, lists of them, tensors, and vectors that are not in memory (`vector_store.StoredVector`),
which `tensor()` reads.
"""


@runtime_checkable
class Solver(Protocol):
    """Brings `evaluate`'s cost down, keeping every value of the image in [0, 1]."""

    image: Tensor
    """The image so far, of any shape; a step changes it in place."""

    finished: str | None
    """Why no further step helps, or None."""

    def step(self, evaluate: Evaluate) -> Cost:
        """Improve `image`; the cost is that of the new image (L-BFGS) or of the one before (Adam).

        The gradient that `evaluate` returns is the solver's from then on: it may change it.
        """

    def forget(self) -> None:
        """Forget what is no longer true when `evaluate` becomes another function; the image stays."""

    def state(self) -> State:
        """A view of the whole state, for saving at once: the next step changes it."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state, with a tensor where the state had a vector that was not in memory.

        `state` may read each tensor when it is asked for: they are asked for once, one by one.
        """


@runtime_checkable
class SolverSettings(Protocol):
    """The settings that decide how much memory a solver needs."""

    @property
    def history(self) -> int:
        """Most past steps that L-BFGS remembers."""

    @property
    def averaging(self) -> float:
        """Decay of Adam's average of iterates, 0 for none."""


@dataclass(frozen=True)
class Vectors:
    """How many vectors a solver has alive, its image among them.

    A vector is one canvas in float32: 12 bytes a pixel, 0.77 GB at 64 megapixels. In addition there are a few pieces
    of vectors, whatever the picture's size (`vectors.scratch_bytes`).

    evaluating: while `evaluate` runs, without what that allocates (its gradient is one vector).
    peak: at most, when `evaluate` has returned.
    """

    evaluating: float
    peak: float


@dataclass(frozen=True)
class SolverWork:
    """The work of all steps of a scale.

    evaluations: of J and its gradient. additions: of one vector to another, and what takes as long. reads: of vectors
    from disk.
    """

    evaluations: float
    additions: float
    reads: float = 0.0
