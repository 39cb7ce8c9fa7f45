"""The loop alone, on a problem of plain numbers."""

import pytest
import torch

from impasto.evaluation import Cost, Evaluation
from impasto.painting.loop import Event, Progress, Step, paint
from impasto.painting.scales import Scale
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS


class Bowl:
    """sum (x - aim)^2 at two sizes; adjusting sets the aim. It notes what the loop asks for."""

    scales = (Scale((2, 3), 4), Scale((4, 6), 3))

    def __init__(self, solver=lambda x: Adam(x, 0.05), adjustments=(), compiled=True):
        self.make, self.adjustments, self.compiled = solver, dict(adjustments), compiled
        self.asked, self.aim, self.evaluations, self.cancel_at = [], 0.3, 0, None

    def initial_canvas(self):
        return torch.ones(1, 3, 2, 3)

    def upscaled(self, canvas, scale):
        self.asked.append(f"upscaled {scale}")
        return canvas.repeat_interleave(2, 2).repeat_interleave(2, 3)

    def solver(self, canvas, scale):
        return self.make(canvas)

    def first_canvas_saved(self, canvas):
        return None

    def encode(self, scale, begun, steps=0):
        self.asked.append(f"encode {scale}")
        return scale

    def objective(self, scale, encodings):
        assert encodings == scale
        self.asked.append(f"objective {scale}")
        aim = self.aim

        def evaluate(x):
            assert x.shape[2:] == self.scales[scale].size
            self.evaluations += 1
            J = float(((x - aim) ** 2).sum())
            return Evaluation(Cost(J, J, 0.0), 2 * (x - aim))

        return evaluate

    def adjust(self, number):
        due = [step for step in self.adjustments if step <= number]
        for step in due:
            self.aim = self.adjustments.pop(step)
        return bool(due)

    def compiles(self):
        return not self.compiled

    def cancelled(self):
        return self.cancel_at is not None and self.evaluations >= self.cancel_at


def steps_of(problem, progress=None):
    return [event for event in paint(problem, progress or Progress()) if isinstance(event, Step)]


def test_steps_count_through_all_scales():
    problem, progress = Bowl(), Progress()
    steps = steps_of(problem, progress)
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6, 7]
    assert [(step.scale, step.step, step.steps, step.size) for step in steps] == [
        *((1, i, 4, (2, 3)) for i in (1, 2, 3, 4)),
        *((2, i, 3, (4, 6)) for i in (1, 2, 3)),
    ]
    assert problem.asked == ["encode 0", "objective 0", "upscaled 1", "encode 1", "objective 1"]
    assert [step.cost for step in steps] == progress.history


def test_done_counts_pixels_and_ends_at_one():
    done = [step.done for step in steps_of(Bowl())]
    assert done == sorted(done)
    assert done[3] == 4 * 6 / (4 * 6 + 3 * 24)
    assert done[-1] == 1


def test_a_scale_that_is_finished_early_gives_way_to_the_next():
    steps = steps_of(Bowl(lambda x: LBFGS(x, 5)))
    assert steps[-1].scale == 2
    assert steps[-1].done == 1
    assert len(steps) < 7


@pytest.mark.parametrize("compiled", [True, False])
def test_what_takes_a_while_is_told_before_it_is_done(compiled):
    """When an event comes, what it tells of has not been asked for yet."""
    problem, heard = Bowl(compiled=compiled), []
    for event in paint(problem, Progress()):
        if isinstance(event, Event):
            heard.append((event.kind, event.scale, event.size, event.steps, len(problem.asked)))
    compiling = [] if compiled else ["compiling"]
    asked = {"scale": 0, "encoding": 0, "compiling": 1}
    first = [(kind, 1, (2, 3), 4, asked[kind]) for kind in ["scale", "encoding", *compiling]]
    asked = {"scale": 2, "encoding": 3, "compiling": 4}
    second = [(kind, 2, (4, 6), 3, asked[kind]) for kind in ["scale", "encoding", *compiling]]
    assert heard == first + second


@pytest.mark.parametrize("step", [0, 2, 4])
def test_an_adjustment_makes_the_objective_anew_and_nothing_else(step):
    """After step 4 the first scale has ended: the second begins with it."""
    plain, adjusted = Bowl(), Bowl(adjustments={step: 0.8})
    costs, other = ([one.cost.total for one in steps_of(problem)] for problem in (plain, adjusted))
    assert costs[:step] == other[:step]
    assert all(one != two for one, two in zip(costs[step:], other[step:], strict=True))
    assert [one for one in adjusted.asked if "encode" in one] == ["encode 0", "encode 1"]


def test_an_adjustment_of_a_scale_that_had_come_to_its_end_goes_on_with_it():
    """L-BFGS is done with this bowl after a few steps; told of another minimum it paints on."""
    problem = Bowl(lambda x: LBFGS(x, 5))
    events = paint(problem, Progress())
    last = next(one for one in events if isinstance(one, Step) and problem_finished(one))
    problem.adjustments[last.number] = 0.8
    after = next(one for one in events if isinstance(one, Step))
    assert (after.scale, after.step) == (1, last.step + 1)
    assert after.cost.total < 18 * 0.5**2  # of the new function at the old minimum


def problem_finished(step):
    return step.cost.total < 1e-9


@pytest.mark.parametrize("evaluations", [0, 1, 5, 9])
def test_cancelled_it_ends_without_an_error_before_another_evaluation(evaluations):
    problem, progress = Bowl(lambda x: LBFGS(x, 5)), Progress()
    problem.cancel_at = evaluations
    steps_of(problem, progress)
    assert problem.evaluations == evaluations
