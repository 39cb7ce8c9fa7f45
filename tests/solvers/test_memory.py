"""The claimed number of vectors, against a count of the memory that is alive."""

import pytest
import torch

from impasto.evaluation import Cost, Evaluation
from impasto.layout import Layout
from impasto.settings import Settings
from impasto.solvers import vectors
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.smoothing_metric import picture_metric
from impasto.solvers.vector_store import store_as
from tests.solvers.helpers import LiveBytes, bowl

SIZE = (1, 3, 96, 100)
VECTOR = 4 * 3 * 96 * 100
STEPS, HISTORY = 5, 2
SCRATCH = 0.2
"""What the chunks may take here, in vectors: they are made as small as a thirtieth of one."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(vectors, "CHUNK", VECTOR // 4 // 30)


def vectors_alive(make, failing=()):
    """While the cost is evaluated, and at the peak of a step, in vectors; some trials may fail."""
    problem, evaluating = bowl(SIZE), []
    with LiveBytes() as memory:

        def evaluate(image):
            evaluating.append(memory.live)
            memory.paused = True
            evaluation = problem(image)
            cost, gradient = evaluation.cost, evaluation.gradient
            del evaluation
            J = float("nan") if len(evaluating) in failing else cost.total
            memory.paused = False
            memory.adopt(gradient)
            return Evaluation(Cost(J, J, 0.0), gradient)

        canvas = torch.full(SIZE, 0.5)
        solver = make(canvas)
        del canvas
        memory.peak = memory.live
        for _ in range(STEPS):
            solver.step(evaluate)
        return max(evaluating) / VECTOR, memory.peak / VECTOR


@pytest.mark.slow
@pytest.mark.parametrize("metric", [None, picture_metric])
@pytest.mark.parametrize("kept", ["float32", "float16", "disk"])
def test_lbfgs_has_as_many_vectors_alive_as_it_says(kept, metric, tmp_path):
    evaluating, peak = vectors_alive(
        lambda x: LBFGS(x, HISTORY, metric, store_as(kept, tmp_path)), failing=(3, 5)
    )
    said = LBFGS.vectors(Layout(history=HISTORY, kept=kept), Settings())
    assert evaluating == pytest.approx(said.evaluating, abs=SCRATCH)
    assert said.peak - SCRATCH < peak < said.peak + SCRATCH


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_adam_has_as_many_vectors_alive_as_it_says(dtype):
    evaluating, peak = vectors_alive(lambda x: Adam(x, 0.01, dtype))
    layout = Layout(moments=str(dtype).removeprefix("torch."))
    said = Adam.vectors(layout, Settings(averaging=0.0))
    assert evaluating == pytest.approx(said.evaluating, abs=0.01)
    assert peak == pytest.approx(said.peak, abs=SCRATCH)


def test_the_picture_metric_needs_its_result_and_a_third_more():
    with LiveBytes() as memory:
        change = torch.ones(SIZE)
        picture_metric(change)
    assert memory.peak / VECTOR == pytest.approx(1 + 4 / 3, abs=SCRATCH)
