"""How much a solver has to do for the steps of a scale: for whoever forecasts the time of a painting."""

from dataclasses import dataclass

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
