"""Cancelled in one of two ranks, both end before the next evaluation, and go on to the bit."""

import pytest
import torch

from impasto.distributed.slab_partition import SlabPartition
from impasto.layout import Layout
from impasto.painting.checkpoint import load_checkpoint
from impasto.painting.painting import Painting
from impasto.settings import Settings
from impasto.vgg.vgg19 import VGG19
from tests.distributed.helpers import SHORT, pictures
from tests.helpers import tiny_weights

pytestmark = pytest.mark.slow  # two processes


class Counting(SlabPartition):
    """Counts how often the ranks agree on something, which all do equally often; after `at` times it cancels."""

    calls, at, painting = 0, None, None

    def anywhere(self, x):
        self.calls += 1
        if self.calls == self.at:
            self.painting.cancel()
        return super().anywhere(x)


def paint(group, solver, at, by, save=None, resume=None):
    """The result, the costs, and how often the ranks agreed after rank `by` had cancelled."""
    settings = Settings(**SHORT, recipe="glaze", solver=solver)
    partition = Counting(group, on_machine=group.size)
    checkpoint = None if resume is None else load_checkpoint(resume)
    painting = partition.painting = Painting(
        settings, VGG19(tiny_weights()), pictures(), checkpoint, partition
    )
    if checkpoint is None:
        painting.layouts = [Layout(tile=96, style_tile=96, solver=solver, history=settings.history)] * 2
    partition.calls, partition.at = 0, at if group.rank == by else None
    history = []
    for step in painting:
        history.append(step.cost)
    after = partition.calls - (at or 0)
    if save:
        painting.save_checkpoint(save)
    return painting.result(), history, after


@pytest.fixture(scope="module")
def undisturbed(ranks):
    """By solver: the painting that nobody cancels, and its costs."""
    return {solver: ranks(paint, solver, None, 0)[0][:2] for solver in ("lbfgs", "adam")}


@pytest.mark.parametrize(
    ("solver", "at", "by"),
    [("lbfgs", 7, 0), ("lbfgs", 8, 1), ("lbfgs", 34, 0), ("lbfgs", 34, 1), ("adam", 6, 1), ("adam", 28, 0)],
)
def test_cancelled_in_one_rank_all_end_before_the_next_evaluation(
    ranks, undisturbed, tmp_path, solver, at, by
):
    """At first rank 1 has no rows, and only watches; `at` 28 or 34 both have some."""
    path = str(tmp_path / "a.checkpoint")
    straight, costs = undisturbed[solver]
    [(result, history, after), (_, same, other_after)] = ranks(paint, solver, at, by, path)
    assert result.stopped == "cancelled"
    assert history == same == costs[: len(history)]
    assert 0 < len(history) < len(costs)
    assert after == other_after <= 2  # that there is an evaluation, and that it is not made
    [(resumed, rest, _), _] = ranks(paint, solver, None, 0, None, path)
    assert history + rest == costs
    assert torch.equal(resumed.image, straight.image)
