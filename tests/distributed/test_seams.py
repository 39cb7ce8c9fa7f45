"""Steering, watching, cancelling and costs on the picture: two ranks as one process."""

import numpy as np
import pytest
import torch

from impasto.costs.image_cost import Hold
from impasto.errors import SettingsError
from impasto.settings import Settings
from tests.costs.test_image_cost import Bending
from tests.distributed.helpers import HEIGHT, SHORT, WIDTH, assert_as_alone, evaluation, painting, pictures
from tests.helpers import random_image

pytestmark = pytest.mark.slow  # two processes

FIELDS = {**SHORT, "steps": 2, "tile": 160}
CHANGES = {"strength": 0.8, "variation": 0.3}
MASK = np.linspace(0, 1, HEIGHT)[:, None].repeat(WIDTH, 1)


def held():
    return Hold(random_image(HEIGHT, WIDTH, 6), MASK, 30.0)


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
def test_costs_on_the_picture_are_those_of_one_process(ranks, precision, tolerance):
    given = precision, pictures(), {"costs": [held(), Bending(1e-3)], "variation": 0.2}
    assert_as_alone(ranks(evaluation, *given), *evaluation(None, *given), tolerance)


def steered(group, solver, after, changes, adjustments=(), resume=None, stop=None, save=None):
    """The picture, the adjustments, and whether a wrong one was refused; saved after `stop` steps."""
    settings = Settings(**{"recipe": "glaze", **FIELDS, "solver": solver})
    one = painting(group, pictures(), settings, resume, adjustments=adjustments)
    refused = False
    if after == 0:
        one.adjust(**changes)
    for step in one:
        if step.number == after:
            one.adjust(**changes)
            try:
                one.adjust(size=100)
            except SettingsError:
                refused = True
        if step.number == stop:
            one.save_checkpoint(save)
    return one.result().image, one.adjustments, refused


@pytest.mark.parametrize(("solver", "after"), [("lbfgs", 4), ("adam", 2)])
def test_steered_it_can_be_repeated_and_resumed_to_the_bit(ranks, tmp_path, solver, after):
    """After step 2 rank 1 has no rows yet; after 4 both have some."""
    path = str(tmp_path / "a.checkpoint")
    (image, told, refused), (_, same, also) = ranks(steered, solver, after, CHANGES)
    assert told == same == [{"step": after, **CHANGES}] and refused and also
    [(again, *_), _] = ranks(steered, solver, None, {}, told, None, after, path)
    assert torch.equal(again, image)
    [(resumed, *_), _] = ranks(steered, solver, None, {}, (), path)
    assert torch.equal(resumed, image)
    alone, *_ = steered(None, solver, after, CHANGES)
    assert (image - alone).abs().max() < 2e-3


def watched(group, colour):
    """Previews before the first step, at every event, and at the end; and the result."""
    one = painting(
        group, pictures(), Settings(**{"recipe": "glaze", **FIELDS, "solver": "adam", "colour": colour})
    )
    shown = [one.preview(60), *(one.preview(60) for _ in one.events())]
    return shown, one.result().image


@pytest.mark.parametrize("colour", ["painting", "photograph"])
def test_the_first_rank_previews_all_of_it(ranks, colour):
    (shown, _), (others, _) = ranks(watched, colour)
    expected, _ = watched(None, colour)
    assert len(shown) == len(expected)
    for one, alone in zip(shown, expected, strict=True):
        assert one.shape == alone.shape == (60, 18, 3)
        assert np.abs(one.astype(int) - alone).max() <= 1
    assert not any(one.any() for one in others)


def cancelled(group):
    one = painting(group, pictures(), Settings(**{"recipe": "glaze", **FIELDS, "solver": "adam"}))
    numbers = []
    for step in one:
        numbers.append(step.number)
        if step.number == 4 and (group is None or group.rank == 1):
            one.cancel()
    result = one.result()
    return numbers, result.stopped


def test_cancelled_in_one_rank_it_ends_in_both(ranks):
    assert ranks(cancelled) == [([1, 2, 3, 4], "cancelled")] * 2
