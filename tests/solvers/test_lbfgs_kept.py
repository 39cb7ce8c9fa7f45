"""L-BFGS with its pairs kept in each way: where it arrives, and going on from a saved state."""

import pytest
import torch

from impasto.solvers import vectors
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.smoothing_metric import picture_metric
from impasto.solvers.vector_store import IN_MEMORY_PART, store_as
from tests.solvers.helpers import bowl, saved

SIZE = (1, 3, 12, 10)
KINDS = sorted(IN_MEMORY_PART)


@pytest.fixture(autouse=True)
def several_chunks(monkeypatch):
    monkeypatch.setattr(vectors, "CHUNK", 100)


def solver(kind, folder, start=0.5):
    return LBFGS(torch.full(SIZE, start), 4, picture_metric, store_as(kind, folder))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps_before", [1, 9])
def test_restored_state_goes_on_to_the_bit(kind, steps_before, tmp_path):
    evaluate, straight = bowl(SIZE), solver(kind, tmp_path)
    for _ in range(steps_before):
        straight.step(evaluate)
    resumed = solver(kind, tmp_path, 0.0)
    resumed.restore(saved(straight.state()))
    for _ in range(8):
        assert straight.step(evaluate) == resumed.step(evaluate)
        assert torch.equal(straight.image, resumed.image)


@pytest.mark.parametrize("kind", KINDS)
def test_lbfgs_arrives_as_well_however_its_pairs_are_kept(kind, tmp_path):
    evaluate = bowl(SIZE)
    exact, other = solver("float32", tmp_path), solver(kind, tmp_path)
    first = exact.step(evaluate).total
    other.step(evaluate)
    for _ in range(25):
        lowest, cost = exact.step(evaluate).total, other.step(evaluate).total
    assert cost - lowest < 1e-4 * (first - lowest)


def test_a_state_saved_in_half_precision_can_be_resumed_on_disk(tmp_path):
    evaluate, before = bowl(SIZE), solver("float16", tmp_path)
    for _ in range(6):
        before.step(evaluate)
    after = solver("disk", tmp_path, 0.0)
    after.restore(saved(before.state()))
    before.step(evaluate)
    after.step(evaluate)
    torch.testing.assert_close(after.image, before.image, rtol=0, atol=1e-5)


def test_each_saved_tensor_is_asked_for_once(tmp_path):
    """So a checkpoint may read them one by one, and none stays in memory."""
    before = solver("float32", tmp_path)
    for _ in range(3):
        before.step(bowl(SIZE))
    asked = []

    class Lazy(dict):
        def __getitem__(self, name):
            asked.append(name)
            return super().__getitem__(name)

    solver("disk", tmp_path).restore(Lazy(saved(before.state())))
    assert len(asked) == len(set(asked))
    assert {"s0", "y0", "s1", "y1", "gradient", "image"} <= set(asked)
