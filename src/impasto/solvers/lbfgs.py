"""L-BFGS inside the box [0, 1] (Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 3.1).

The two-loop recursion gives the direction; a backtracking search along the *projected* line gives the step
(Bertsekas 1982: values on the border of the box that the gradient pushes outwards stay there and take no
part in the direction). So G never leaves [0, 1] and nothing has to be clipped in the end. Every decision is
relative to the cost's own scale: a cost multiplied by 10^11 takes the same steps.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from impasto.errors import CostError
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.solvers.base import State

SUFFICIENT_DECREASE = 1e-4
MOST_TRIALS = 20
FIRST_STEP = 0.01
"""Root mean square change of a value in the first trial step, before any curvature is known."""
CURVATURE = 1e-6
"""A pair (s, y) is remembered when the cosine between s and y is above this."""
STALLED_STEPS, STALLED_DECREASE = 5, 1e-6
"""Finished after so many steps that together lower the cost by less than this part of it."""


class Pair(NamedTuple):
    """What one step taught: s, the change of the image; y, the change of the gradient."""

    s: Tensor
    y: Tensor
    sy: float


class LBFGS:
    """Limited-memory BFGS on the pixels.

    image: any shape, values in [0, 1]; a copy is taken.
    history: how many pairs (s, y) are kept; each takes twice the image's memory.
    metric: the inverse Hessian before any curvature is known, up to a factor: a symmetric, positive definite
        linear function of a gradient, such as `smoothing.smoothed`. None: the identity, as in the book.
    """

    def __init__(self, image: Tensor, history: int, metric: Callable[[Tensor], Tensor] | None = None):
        self.image = image.clone()
        self.finished: str | None = None
        self.history = history
        self._metric = metric or _identity
        self.evaluations = 0
        self._pairs: list[Pair] = []
        self._last: Evaluation | None = None
        self._unit = 1.0  # divides cost and gradient, so that float32 products stay far from overflow
        self._recent: list[float] = []

    def step(self, evaluate: Evaluate) -> Cost:
        """One step to a lower cost; returns the cost at the new image.

        Raises CostError when the very first cost is not a finite number.
        """
        last = self._last or self._first(evaluate)
        direction = self._direction(last.gradient)
        if direction is None:
            self.finished = "the gradient is zero: nothing is left to improve"
            return last.cost
        found = self._search(evaluate, last, direction)
        if found is None and self._pairs:
            self._pairs.clear()
            direction = self._direction(last.gradient)
            found = None if direction is None else self._search(evaluate, last, direction)
        if found is None:
            self.finished = "no step lowers the cost any further"
            return last.cost
        image, evaluation = found
        self._remember(image - self.image, evaluation.gradient - last.gradient)
        self.image, self._last = image, evaluation
        self._note(evaluation.cost.total)
        return evaluation.cost

    def _first(self, evaluate: Evaluate) -> Evaluation:
        evaluation = self._evaluate(evaluate, self.image)
        largest = float(evaluation.gradient.abs().max())
        if not math.isfinite(evaluation.cost.total) or not math.isfinite(largest):
            raise CostError.at(evaluation.cost.total)
        if largest > 0:
            self._unit = 2.0 ** math.floor(math.log2(largest))  # a power of two: the division is exact
        self._last = Evaluation(evaluation.cost, evaluation.gradient / self._unit)
        self._note(evaluation.cost.total)
        return self._last

    def _evaluate(self, evaluate: Evaluate, image: Tensor) -> Evaluation:
        self.evaluations += 1
        evaluation = evaluate(image)
        return Evaluation(evaluation.cost, evaluation.gradient / self._unit)

    def _direction(self, gradient: Tensor) -> Tensor | None:
        """-H g on the values that are free to move, or None when g vanishes there."""
        held = _outward(self.image, -gradient)
        steepest = (-gradient).masked_fill_(held, 0)
        if not float(steepest.abs().max()) > 0:
            return None
        direction = self._two_loops(steepest) if self._pairs else self._metric(steepest).clone()
        direction.masked_fill_(held, 0)
        direction.masked_fill_(_outward(self.image, direction), 0)
        if _dot(direction, gradient) < 0:
            return direction if self._pairs else _of_first_length(direction)
        if not self._pairs:  # cannot be: what is held takes no part, and the metric is positive definite
            return _of_first_length(steepest)
        self._pairs.clear()
        return self._direction(gradient)

    def _two_loops(self, direction: Tensor) -> Tensor:
        """H applied to `direction`, H being the inverse Hessian that the pairs describe."""
        direction = direction.clone()
        alphas = []
        for s, y, sy in reversed(self._pairs):
            alphas.append(_dot(s, direction) / sy)
            direction.sub_(y, alpha=alphas[-1])
        newest = self._pairs[-1]
        factor = newest.sy / _dot(newest.y, self._metric(newest.y))
        direction = self._metric(direction) * factor
        for (s, y, sy), alpha in zip(self._pairs, reversed(alphas), strict=True):
            direction.add_(s, alpha=alpha - _dot(y, direction) / sy)
        return direction

    def _search(
        self, evaluate: Evaluate, last: Evaluation, direction: Tensor
    ) -> tuple[Tensor, Evaluation] | None:
        """The first image along the projected line that lowers the cost enough, or None."""
        before, length = last.cost.total, 1.0
        for _ in range(MOST_TRIALS):
            image = torch.add(self.image, direction, alpha=length).clamp_(0, 1)
            slope = _dot(last.gradient, image - self.image) * self._unit
            trial = self._evaluate(evaluate, image)
            if _finite(trial) and slope < 0 and trial.cost.total <= before + SUFFICIENT_DECREASE * slope:
                return image, trial
            length *= _shrink(trial.cost.total - before, slope)
        return None

    def _remember(self, s: Tensor, y: Tensor) -> None:
        sy = _dot(s, y)
        if sy > CURVATURE * math.sqrt(_dot(s, s) * _dot(y, y)):
            self._pairs.append(Pair(s, y, sy))
            del self._pairs[: -self.history]

    def _note(self, total: float) -> None:
        self._recent = [*self._recent, total][-(STALLED_STEPS + 1) :]
        fell = self._recent[0] - self._recent[-1]
        if len(self._recent) > STALLED_STEPS and fell <= STALLED_DECREASE * abs(self._recent[0]):
            self.finished = (
                f"converged: the last {STALLED_STEPS} steps changed the cost by less than a millionth"
            )

    def state(self) -> State:
        """Image, pairs, last evaluation and the numbers beside them."""
        state: State = {"image": self.image, "unit": self._unit, "recent": self._recent}
        state |= {
            "finished": self.finished,
            "evaluations": self.evaluations,
            "sy": [pair.sy for pair in self._pairs],
        }
        if self._last is not None:
            cost = self._last.cost
            state |= {"gradient": self._last.gradient, "cost": [cost.total, cost.content, cost.style]}
        for i, pair in enumerate(self._pairs):
            state |= {f"s{i}": pair.s, f"y{i}": pair.y}
        return state

    def restore(self, state: State) -> None:
        """Go on from a saved state."""
        self.image, self._unit, self._recent = state["image"], state["unit"], list(state["recent"])
        self.finished, self.evaluations = state["finished"], state["evaluations"]
        self._pairs = [Pair(state[f"s{i}"], state[f"y{i}"], sy) for i, sy in enumerate(state["sy"])]
        self._last = Evaluation(Cost(*state["cost"]), state["gradient"]) if "cost" in state else None


def _identity(gradient: Tensor) -> Tensor:
    return gradient


def _of_first_length(direction: Tensor) -> Tensor:
    return direction * (FIRST_STEP / float(direction.square().mean().sqrt()))


def _outward(image: Tensor, direction: Tensor) -> Tensor:
    """Where a value on the border of [0, 1] is pushed out of it."""
    return ((image <= 0) & (direction < 0)) | ((image >= 1) & (direction > 0))


def _dot(a: Tensor, b: Tensor) -> float:
    return float(torch.dot(a.flatten(), b.flatten()))


def _finite(evaluation: Evaluation) -> bool:
    return math.isfinite(evaluation.cost.total) and bool(evaluation.gradient.isfinite().all())


def _shrink(rise: float, slope: float) -> float:
    """By how much to shorten the step: to the minimum of the parabola through what was seen, within reason."""
    if not math.isfinite(rise) or slope >= 0:
        return 0.1
    return min(0.5, max(0.1, -slope / (2 * (rise - slope)))) if rise > slope else 0.5
