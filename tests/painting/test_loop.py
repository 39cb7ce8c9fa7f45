"""The loop alone, on a problem of plain numbers."""

import torch

from impasto.evaluation import Cost, Evaluation
from impasto.painting.loop import Progress, Stage, run
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS


class Bowl:
    """sum (x - 0.3)^2 at two sizes."""

    stages = (Stage((2, 3), 4), Stage((4, 6), 3))

    def __init__(self, solver=lambda x: Adam(x, 0.05)):
        self.solver = lambda canvas, stage: solver(canvas)
        self.grown = []

    def evaluate_at(self, stage):
        def evaluate(x):
            assert x.shape[2:] == self.stages[stage].size
            J = float(((x - 0.3) ** 2).sum())
            return Evaluation(Cost(J, J, 0.0), 2 * (x - 0.3))

        return evaluate

    def first_canvas(self):
        return torch.ones(1, 3, 2, 3)

    def shown(self, canvas, stage):
        return canvas

    def grow(self, canvas, stage):
        self.grown.append(stage)
        return canvas.repeat_interleave(2, 2).repeat_interleave(2, 3)


def test_steps_count_through_all_scales():
    problem, progress = Bowl(), Progress()
    steps = list(run(problem, progress))
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6, 7]
    assert [(step.scale, step.step, step.steps, step.size) for step in steps] == [
        *((1, i, 4, (2, 3)) for i in (1, 2, 3, 4)),
        *((2, i, 3, (4, 6)) for i in (1, 2, 3)),
    ]
    assert problem.grown == [1]
    assert [step.cost for step in steps] == progress.history


def test_done_counts_pixels_and_ends_at_one():
    done = [step.done for step in run(Bowl(), Progress())]
    assert done == sorted(done)
    assert done[3] == 4 * 6 / (4 * 6 + 3 * 24)
    assert done[-1] == 1


def test_a_scale_that_is_finished_early_gives_way_to_the_next():
    steps = list(run(Bowl(lambda x: LBFGS(x, 5)), Progress()))
    assert steps[-1].scale == 2
    assert steps[-1].done == 1
    assert len(steps) < 7


def test_the_image_of_a_step_is_a_copy():
    first, *_, last = run(Bowl(), Progress())
    assert last.image.shape == (1, 3, 4, 6)
    first.image.zero_()
    assert first.image.any()
