"""L-BFGS inside the box [0, 1] (Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 3.1).

The two-loop recursion (`history.py`) gives the direction; a backtracking search along the *projected* line gives the
step (Bertsekas 1982: values on the border of the box that the gradient pushes outwards stay there and take no part in
the direction, `vectors.py`). So G never leaves [0, 1] and nothing has to be clipped in the end. Every decision is
relative to the cost's own scale: a cost multiplied by 10^11 takes the same steps.

Every vector has the image's size, so few of them are alive at a time, and memory is used again in place. Without the
pairs these are alive:

| when | vectors |
|---|---|
| a direction is made | image, gradient, direction; with `picture_metric` its result and a third more: 4 1/3 |
| its slope is measured | image, gradient, direction, trial, their difference: 5 |
| `evaluate` runs | image, gradient, direction, trial: 4 |
| a trial is judged | the same and its gradient: 5 |
| a pair is made | image, gradient, s, y: 4, none of them new |
| y . M y is computed | image, gradient, y, M y and a third more: 4 1/3 |
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from impasto.distributed.partition import WHOLE, Partition, Reductions
from impasto.errors import CostError
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.layout import Layout
from impasto.settings import Settings
from impasto.solvers.history import Metric, Pairs
from impasto.solvers.smoothing_metric import metric_of_rows
from impasto.solvers.solver import SolverSettings, SolverWork, State, Vectors
from impasto.solvers.vector_store import IN_MEMORY_PART, WORDS, InMemory, StoreVector, store_as
from impasto.solvers.vectors import dot, hold, largest_magnitude, steepest_descent

FIRST_STEP = 0.01
"""Root mean square change of a value in the first trial step, before any curvature is known."""
STALLED_STEPS, STALLED_DECREASE = 5, 1e-6
"""Finished after so many steps that together lower the cost by less than this part of it."""
SUFFICIENT_DECREASE, MOST_TRIALS = 1e-4, 20  # of the line search: Armijo's constant, and when it gives up
EVALUATIONS = 1.07  # evaluations of a step: 1.05 to 1.1 were counted
PASSES = 24
"""A step's work on vectors without pairs, in additions of one vector to another; the metric is most of it."""
PAIR_PASSES = {"float32": 3.3, "float16": 5.0, "disk": 3.3}
"""The work for each pair: two products and two additions, and half precision converted."""


class LBFGS:
    """Limited-memory BFGS on the pixels.

    image: any shape, values in [0, 1]; a copy is taken.
    history: how many pairs (s, y) are remembered; in memory as they are, each takes twice the image's.
    metric: the inverse Hessian before any curvature is known, up to a factor: a symmetric, positive definite
        linear function of a gradient, such as `smoothing_metric.picture_metric`. None: the identity, as in the book.
    store: how the vectors of the pairs are stored (`vector_store.store_as`).
    reductions: for an image that is one part of a picture, with a process for each part. Every process then
        makes the same calls, `evaluate` gives each the cost of the whole picture and the gradient of its part,
        and all take the same decisions. The metric has to see to its own borders.
    """

    TITLE = "L-BFGS"

    def __init__(
        self,
        image: Tensor,
        history: int,
        metric: Metric | None = None,
        store: StoreVector = InMemory,
        reductions: Reductions = WHOLE,
    ):
        self.image = image.clone(memory_format=torch.contiguous_format)
        self.finished: str | None = None
        self.evaluations = 0
        self._reductions = reductions
        self._pairs = Pairs(history, metric or _identity, store, self._reductions)
        self._last: Evaluation | None = None
        self._unit = 1.0  # divides cost and gradient, so that float32 products stay far from overflow
        self._recent: list[float] = []

    @classmethod
    def for_canvas(
        cls, canvas: Tensor, layout: Layout, settings: Settings, partition: Partition, height: int
    ) -> "LBFGS":
        """The solver of the rows of a canvas that this process owns; height: of the whole canvas."""
        metric = metric_of_rows(partition, height) if settings.smoothing else None
        return cls(canvas, layout.history, metric, store_as(layout.kept, reductions=partition), partition)

    @staticmethod
    def layouts(settings: SolverSettings, steps: int) -> Iterator[Layout]:
        """Its ways to store past steps, best first: a step teaches one pair at most."""
        plain = Layout(solver="lbfgs", history=min(settings.history, steps))
        yield plain
        yield replace(plain, kept="float16")
        yield replace(plain, kept="disk")
        yield replace(plain, kept="disk", encoding="disk")

    @staticmethod
    def vectors(layout: Layout, settings: SolverSettings) -> Vectors:
        """How many vectors of the canvas's size it has alive; see above."""
        pairs = 2 * layout.history * IN_MEMORY_PART[layout.kept]
        return Vectors(evaluating=4 + pairs, peak=5 + pairs)

    @staticmethod
    def saved_vectors(layout: Layout, settings: SolverSettings) -> int:
        """How many float32 vectors of the canvas's size a checkpoint holds: image, gradient and the pairs."""
        return 2 + 2 * layout.history

    @staticmethod
    def work(layout: Layout, steps: int) -> SolverWork:
        """The work of its steps."""
        # At first there are fewer pairs than there is room for.
        full = layout.history
        mean = full - full * (full + 1) / (2 * steps) if steps > full else (steps - 1) / 2
        additions = PASSES + PAIR_PASSES[layout.kept] * mean
        reads = 4 * mean if layout.kept == "disk" else 0.0  # each of a pair's vectors is read twice
        return SolverWork(EVALUATIONS * steps + 1, steps * additions, steps * reads)

    @staticmethod
    def memory_words(layout: Layout) -> str:
        """Its way to store past steps, in words."""
        return f"past steps {WORDS[layout.kept]}"

    def step(self, evaluate: Evaluate) -> Cost:
        """Take one step to a lower cost; returns the cost at the new image.

        The gradients that `evaluate` returns are changed in place. Raises CostError when the very first cost
        is not a finite number, and OutputError when a pair cannot be written to disk.
        """
        last = self._last or self._first(evaluate)
        s = self._move(evaluate, last)
        if s is None or self._last is None:
            return last.cost
        y = torch.sub(self._last.gradient, last.gradient, out=last.gradient)
        pair = self._pairs.stored(s, y)
        del s  # its memory serves the metric
        if pair is not None:
            self._pairs.append(pair, y)
        self._note(self._last.cost.total)
        return self._last.cost

    def _first(self, evaluate: Evaluate) -> Evaluation:
        evaluation = self._evaluate(evaluate, self.image)
        largest = largest_magnitude(evaluation.gradient)
        if not self._reductions.everywhere(math.isfinite(evaluation.cost.total) and math.isfinite(largest)):
            raise CostError.at(evaluation.cost.total)
        largest = self._reductions.largest(largest)
        if largest > 0:
            self._unit = 2.0 ** math.floor(math.log2(largest))  # a power of two: the division is exact
        evaluation.gradient.div_(self._unit)
        self._last = evaluation
        self._note(evaluation.cost.total)
        return evaluation

    def _evaluate(self, evaluate: Evaluate, image: Tensor) -> Evaluation:
        self.evaluations += 1
        evaluation = evaluate(image)
        return Evaluation(evaluation.cost, evaluation.gradient.contiguous().div_(self._unit))

    def _move(self, evaluate: Evaluate, last: Evaluation) -> Tensor | None:
        """Go to an image with a lower cost; by how much it changed, or None when there is no way on."""
        direction = self._direction(last.gradient)
        if direction is None:
            self.finished = "the gradient is zero: nothing is left to improve"
            return None
        found = self._search(evaluate, last, direction)
        if found is None and self._pairs:
            self._pairs.clear()
            del direction
            direction = self._direction(last.gradient)
            found = None if direction is None else self._search(evaluate, last, direction)
        if found is None or direction is None:
            self.finished = "no step lowers the cost any further"
            return None
        image, evaluation = found
        s = torch.sub(image, self.image, out=direction)
        # In place, and not a new image: whoever looks at this one holds no second one in memory.
        self.image.copy_(image)
        self._last = evaluation
        return s

    def _direction(self, gradient: Tensor) -> Tensor | None:
        """-H g on the values that are free to move, or None when g vanishes there."""
        direction = steepest_descent(self.image, gradient)
        if not self._reductions.largest(largest_magnitude(direction)) > 0:
            return None
        direction = self._pairs.times(direction)
        hold(direction, self.image, gradient)
        if self._reductions.total(dot(direction, gradient)) < 0:
            return direction if self._pairs else self._of_first_length(direction)
        del direction
        if not self._pairs:  # cannot be: what is held takes no part, and the metric is positive definite
            return self._of_first_length(steepest_descent(self.image, gradient))
        self._pairs.clear()
        return self._direction(gradient)

    def _of_first_length(self, direction: Tensor) -> Tensor:
        squares = self._reductions.total(float(direction.square().sum()))
        count = self._reductions.total(direction.numel())
        mean = direction.new_tensor(squares) / count  # in the image's own precision
        return direction.mul_(FIRST_STEP / float(mean.sqrt()))

    def _search(
        self, evaluate: Evaluate, last: Evaluation, direction: Tensor
    ) -> tuple[Tensor, Evaluation] | None:
        """The first image along the projected line that lowers the cost enough (Armijo's rule), with that; or None.

        A trial with a cost or gradient that is not a finite number counts as a step too long. The search ends where a
        step is shorter than the distance between two numbers just below 1: such a one moves dark values only, which
        are stored more finely, and by nothing that can be seen.
        """
        resolution = torch.finfo(self.image.dtype).eps / 2
        before, length = last.cost.total, 1.0
        for _ in range(MOST_TRIALS):
            trial = torch.add(self.image, direction, alpha=length).clamp_(0, 1)
            step = trial - self.image
            if not self._reductions.largest(largest_magnitude(step)) > resolution:
                return None
            slope = self._reductions.total(dot(last.gradient, step)) * self._unit
            del step
            evaluation = self._evaluate(evaluate, trial)
            cost = evaluation.cost.total
            lower = math.isfinite(cost) and slope < 0 and cost <= before + SUFFICIENT_DECREASE * slope
            if self._reductions.everywhere(lower and math.isfinite(largest_magnitude(evaluation.gradient))):
                return trial, evaluation
            del trial, evaluation  # before the next ones are made
            length *= _shrink(cost - before, slope)
        return None

    def _note(self, total: float) -> None:
        self._recent = [*self._recent, total][-(STALLED_STEPS + 1) :]
        fell = self._recent[0] - self._recent[-1]
        if len(self._recent) > STALLED_STEPS and fell <= STALLED_DECREASE * abs(self._recent[0]):
            steps = f"the last {STALLED_STEPS} steps"
            self.finished = f"converged: {steps} changed the cost by less than a millionth"

    def forget(self) -> None:
        """Forget cost, gradient and curvature, which were those of another function; the image stays."""
        self._pairs.clear()
        self._last, self._recent, self.finished = None, [], None

    def state(self) -> State:
        """Image, pairs, last evaluation and their numbers."""
        state: State = {"image": self.image, "unit": self._unit, "recent": self._recent}
        state |= {"finished": self.finished, "evaluations": self.evaluations}
        if self._last is not None:
            state |= {"gradient": self._last.gradient, "cost": self._last.cost.numbers()}
        return state | self._pairs.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state, of any way to store the pairs."""
        self.image, self._unit, self._recent = state["image"], state["unit"], list(state["recent"])
        self.finished, self.evaluations = state["finished"], state["evaluations"]
        self._last = Evaluation(Cost(*state["cost"]), state["gradient"]) if "cost" in state else None
        self._pairs.restore(state)


def _identity(gradient: Tensor) -> Tensor:
    return gradient


def _shrink(rise: float, slope: float) -> float:
    """The factor by which to shorten the step: to the minimum of the parabola through what was seen, within reason."""
    if not math.isfinite(rise) or slope >= 0:
        return 0.1
    return min(0.5, max(0.1, -slope / (2 * (rise - slope)))) if rise > slope else 0.5
