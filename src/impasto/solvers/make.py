"""The solvers by name, and the one for a canvas, which several processes may share.

A solver joins here by one line. Its class says itself how it is made (`for_canvas`), in which layouts it can work
(`layouts`), what memory it takes (`vectors`, `saved_vectors`), how much it has to do (`work`), and how users read of it
(`TITLE`, `memory_words`); see `LBFGS` and `Adam`. The settings that it alone reads name it in `settings/schema.py`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import Tensor

from impasto.distributed.partition import Partition
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.layout import Layout
from impasto.settings import Settings
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.solver import Solver, State

SOLVERS: dict[str, type[LBFGS] | type[Adam]] = {"lbfgs": LBFGS, "adam": Adam}
"""The solvers, by the names that the setting `solver` has."""
LEAST_MEMORY = "adam"  # the solver that needs least memory


def make_solver(
    canvas: Tensor, layout: Layout, settings: Settings, partition: Partition, height: int
) -> Solver:
    """The solver that brings a canvas forward, in each process for its own rows.

    canvas: this process's rows [1, 3, rows, W]. height: of the whole canvas.
    """
    members = partition.members(height)
    if members is None:
        return WatchedSolver(partition, None, canvas)
    own = SOLVERS[layout.solver].for_canvas(canvas, layout, settings, members, height)
    return own if members.size == partition.size else WatchedSolver(partition, own, canvas)


class WatchedSolver:
    """The solver of a picture that is too small for all processes: those without rows learn what the others did.

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
