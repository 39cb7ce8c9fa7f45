"""The line search of L-BFGS: backtracking along the projected line (Nocedal and Wright, algorithm 3.1)."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from impasto.distributed.partition import Reductions
from impasto.evaluation import Evaluation
from impasto.solvers.vectors import dot, is_finite, largest_magnitude, moved

SUFFICIENT_DECREASE = 1e-4
MOST_TRIALS = 20


def search(
    evaluate: Callable[[Tensor], Evaluation],
    image: Tensor,
    last: Evaluation,
    direction: Tensor,
    unit: float,
    reductions: Reductions,
) -> tuple[Tensor, Evaluation] | None:
    """The first image along the projected line that lowers the cost enough (Armijo's rule), with that; or None.

    evaluate: the cost, and the gradient divided by `unit`; `last` is that of `image`.
    A trial with a cost or gradient that is not a finite number counts as a step too long. The search ends where a
    step is shorter than the distance between two numbers just below 1: such a one moves dark values only, which
    are stored more finely, and by nothing that can be seen.
    """
    resolution = torch.finfo(image.dtype).eps / 2
    before, length = last.cost.total, 1.0
    for _ in range(MOST_TRIALS):
        trial = moved(image, direction, length)
        step = trial - image
        if not reductions.largest(largest_magnitude(step)) > resolution:
            return None
        slope = reductions.total(dot(last.gradient, step)) * unit
        del step
        evaluation = evaluate(trial)
        cost = evaluation.cost.total
        lower = math.isfinite(cost) and slope < 0 and cost <= before + SUFFICIENT_DECREASE * slope
        if reductions.everywhere(lower and is_finite(evaluation.gradient)):
            return trial, evaluation
        del trial, evaluation  # before the next ones are made
        length *= _shrink(cost - before, slope)
    return None


def _shrink(rise: float, slope: float) -> float:
    """The factor by which to shorten the step: to the minimum of the parabola through what was seen, within reason."""
    if not math.isfinite(rise) or slope >= 0:
        return 0.1
    return min(0.5, max(0.1, -slope / (2 * (rise - slope)))) if rise > slope else 0.5
