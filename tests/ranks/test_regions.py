"""Two ranks with several styles, regions and protection: cost, gradient and picture are those of one process."""

import numpy as np
import pytest
import torch

from impasto.encoder.vgg19 import VGG19
from impasto.inputs import read_inputs
from impasto.painting import Painting
from impasto.problem import PicturesAtEveryScale
from impasto.settings import Settings
from impasto.shared import PicturesInSlabs
from tests.helpers import random_image, tiny_weights

HEIGHT, WIDTH = 300, 90
TOP = np.clip(np.linspace(2.5, -1.5, HEIGHT), 0, 1)[:, None].repeat(WIDTH, 1)
STYLE_TOP = np.clip(np.linspace(2.5, -1.5, 280), 0, 1)[:, None].repeat(110, 1)


def inputs(name):
    content, style, other = (
        random_image(HEIGHT, WIDTH, 1),
        random_image(280, 110, 2),
        random_image(90, 100, 3),
    )
    return {
        "styles": lambda: read_inputs(content, [(style, 2), other]),
        "regions": lambda: read_inputs(content, [style, other], masks=[TOP, 1 - TOP], protect=TOP),
        "parts": lambda: read_inputs(content, style, masks=[TOP, 1 - TOP], style_masks=[STYLE_TOP, 1 - STYLE_TOP]),
    }[name]()  # fmt: skip


def problem(group, name, precision):
    encoder = VGG19(tiny_weights(), precision=precision)
    given = (Settings(scales=1, engine="tiled", tile=64), encoder, inputs(name))
    return PicturesAtEveryScale(*given) if group is None else PicturesInSlabs(*given, None, group)


def evaluation(group, name, precision):
    here = problem(group, name, precision)
    image = random_image(HEIGHT, WIDTH, 3).to(here.encoder.precision.measured)
    found = here.evaluate_at(0)(image if group is None else image[:, :, slice(*here._own(0))])
    return found.cost, found.gradient


@pytest.mark.parametrize("name", ["styles", "regions", "parts"])
@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
def test_cost_and_gradient_are_those_of_one_process(ranks, name, precision, tolerance):
    (upper_cost, upper), (lower_cost, lower) = ranks(evaluation, name, precision)
    assert upper_cost == lower_cost
    cost, gradient = evaluation(None, name, precision)
    assert upper_cost.total == pytest.approx(cost.total, rel=tolerance)
    assert (torch.cat([upper, lower], 2) - gradient).norm() < tolerance * gradient.norm()


def painted(group, name):
    settings = Settings(steps=3, scales=2, engine="tiled", tile=64)
    painting = Painting(settings, VGG19(tiny_weights()), inputs(name), None, group)
    list(painting)
    return painting.result().image


@pytest.mark.parametrize("name", ["styles", "regions"])
def test_a_painting_is_that_of_one_process(ranks, name):
    together, _ = ranks(painted, name)
    assert (together - painted(None, name)).abs().max() < 2e-3
