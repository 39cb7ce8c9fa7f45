"""What the loop knows of a solver, and what it saves of its state."""

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from impasto.evaluation import Cost, Evaluate

State = dict[str, Any]
"""Everything a solver remembers, as tensors and plain numbers: enough to go on to the bit."""


@runtime_checkable
class Solver(Protocol):
    """Brings `evaluate`'s cost down, keeping every value of the image in [0, 1]."""

    image: Tensor
    """The image so far, of any shape."""

    finished: str | None
    """Why no further step helps, or None."""

    def step(self, evaluate: Evaluate) -> Cost:
        """Improve `image`; the cost is that of the new image (L-BFGS) or of the one before (Adam)."""
        ...

    def state(self) -> State:
        """A view of the whole state, for saving at once."""
        ...

    def restore(self, state: State) -> None:
        """Take over a saved state."""
        ...
