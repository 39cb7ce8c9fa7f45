"""The solver of a picture that is too small for all processes: those without rows of it learn what the others did."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import Tensor

from impasto.distributed.partition import Partition
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.solvers.solver import Solver, State


class WatchedSolver:
    """The `Solver` of every process: `own` where the process has rows, and its cost and its end everywhere.

    own: this process's solver, None where it has no rows. image: what a process without a solver has: no rows.
    """

    def __init__(self, partition: Partition, own: Solver | None, image: Tensor):
        self._partition, self._own = partition, own
        self.image = image if own is None else own.image
        self.finished: str | None = None

    def step(self, evaluate: Evaluate) -> Cost:
        """Take a step with those that have rows; returns its cost.

        Every process calls `evaluate` equally often, those without rows with none: so all of them can agree in it, for
        example on ending the step.
        """
        numbers_of_step: Any = None
        if self._own is None:
            while self._partition.anywhere(False):
                evaluate(self.image)
        else:
            cost = self._own.step(partial(self._evaluate_in_all, evaluate))
            self._partition.anywhere(False)
            numbers_of_step = [*cost.numbers(), self._own.finished]
        *numbers, self.finished = self._partition.said_by_first(numbers_of_step)
        return Cost(*numbers)

    def _evaluate_in_all(self, evaluate: Evaluate, image: Tensor) -> Evaluation:
        self._partition.anywhere(True)
        return evaluate(image)

    def forget(self) -> None:
        """See `Solver`."""
        self.finished = None
        if self._own is not None:
            self._own.forget()

    def state(self) -> State:
        """This process's; nothing where it has no rows."""
        return {} if self._own is None else self._own.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.finished = state.get("finished")
        if self._own is not None:
            self._own.restore(state)
            self.image = self._own.image
