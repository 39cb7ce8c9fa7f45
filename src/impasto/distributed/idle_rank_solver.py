"""A solver on a picture that is too small for all ranks: those without a part of it learn what the others did."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from impasto.distributed.group import Group
from impasto.objective.evaluation import Cost, Evaluate
from impasto.solvers.solver import Solver, State


class Onlookers:
    """The `Solver` of every rank: `own` where there is one, and its cost and end everywhere.

    own: this rank's solver, None in an onlooker. image: what an onlooker has of the picture: no rows.
    """

    def __init__(self, group: Group, own: Solver | None, image: Tensor):
        self._group, self._own = group, own
        self.image = image if own is None else own.image
        self.finished: str | None = None

    def step(self, evaluate: Evaluate) -> Cost:
        """One step of those that have a part; its cost."""
        told: Any = None
        if self._own is not None:
            cost = self._own.step(evaluate)
            told = [*cost.numbers(), self._own.finished]
        *numbers, self.finished = self._group.tell(told)
        return Cost(*numbers)

    def state(self) -> State:
        """This rank's; nothing in an onlooker."""
        return {} if self._own is None else self._own.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.finished = state.get("finished")
        if self._own is not None:
            self._own.restore(state)
            self.image = self._own.image
