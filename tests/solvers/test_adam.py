"""Adam with moments in half the memory."""

import pytest
import torch

from impasto.errors import SettingsError
from impasto.solvers import vectors
from impasto.solvers.adam import Adam, round_at_random
from tests.solvers.helpers import bowl, saved

SIZE = (1, 3, 12, 10)


@pytest.fixture(autouse=True)
def several_chunks(monkeypatch):
    monkeypatch.setattr(vectors, "CHUNK", 100)


def solver(dtype, start=0.5):
    return Adam(torch.full(SIZE, start), 0.01, dtype)


@pytest.mark.parametrize("dtype", [None, torch.bfloat16])
@pytest.mark.parametrize("steps_before", [3])
def test_restored_state_goes_on_to_the_bit(dtype, steps_before):
    evaluate, straight = bowl(SIZE), solver(dtype)
    for _ in range(steps_before):
        straight.step(evaluate)
    resumed = solver(dtype, 0.0)
    resumed.restore(saved(straight.state()))
    for _ in range(8):
        assert straight.step(evaluate) == resumed.step(evaluate)
        assert torch.equal(straight.image, resumed.image)


def test_adam_with_short_moments_stays_close_and_its_squares_decay():
    """Rounded to the nearest, the mean of squares would stay where the first steps put it."""
    evaluate = bowl(SIZE)
    exact, short = solver(None), solver(torch.bfloat16)
    for _ in range(400):
        exact.step(evaluate)
        short.step(evaluate)
    assert (exact.image - short.image).abs().max() < 0.01
    a, b = exact.state()["square"].sum(), short.state()["square"].float().sum()
    assert b == pytest.approx(float(a), rel=0.02)


def test_rounding_at_random_is_right_on_average_and_gives_neighbours():
    generator = torch.Generator().manual_seed(0)
    step = 2.0**-7  # of bfloat16 between 1 and 2
    rounded = round_at_random(torch.full((40_000,), 1 + 0.3 * step), generator).float()
    assert set(rounded.tolist()) == {1.0, 1 + step}
    assert rounded.double().mean() == pytest.approx(1 + 0.3 * step, abs=4 * step * (0.21 / 40_000) ** 0.5)
    exact = torch.tensor([0.0, 1.0, 1.5, 2.0**-120])
    assert torch.equal(round_at_random(exact, generator).float(), exact)


def test_adam_refuses_moments_whose_squares_would_vanish():
    with pytest.raises(SettingsError, match="bfloat16"):
        Adam(torch.zeros(SIZE), 0.01, torch.float16)
