"""The solvers by name, and the one for a canvas.

A solver joins here by one line. Its class says itself how it is made (`for_canvas`), in which layouts it can work
(`layouts`), what memory it takes (`vectors`, `saved_vectors`), how much it has to do (`work`), and how users read of it
(`TITLE`, `memory_words`); see `LBFGS` and `Adam`. The settings that it alone reads name it in `settings/schema.py`.
"""

from torch import Tensor

from impasto.distributed.partition import Partition
from impasto.layout import Layout
from impasto.settings import Settings
from impasto.solvers.adam import Adam
from impasto.solvers.idle_rank import WatchedSolver
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.solver import Solver

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
    own = None
    if members is not None:
        own = SOLVERS[layout.solver].for_canvas(canvas, layout, settings, members, height)
    if members is not None and members.size == partition.size:
        assert own is not None
        return own
    return WatchedSolver(partition, own, canvas)
