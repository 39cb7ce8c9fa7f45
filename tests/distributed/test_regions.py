"""Two ranks with several styles, regions and protection: cost, gradient and picture are those of one process."""

import numpy as np
import pytest

from impasto.inputs.inputs import Guidance, read_inputs
from impasto.settings import Settings
from tests.distributed import helpers
from tests.distributed.helpers import HEIGHT, SHORT, WIDTH, assert_as_alone
from tests.helpers import MeanAndDeviation, random_image

pytestmark = pytest.mark.slow  # two processes

TOP = np.clip(np.linspace(2.5, -1.5, HEIGHT), 0, 1)[:, None].repeat(WIDTH, 1)
STYLE_TOP = np.clip(np.linspace(2.5, -1.5, 280), 0, 1)[:, None].repeat(110, 1)
PARTS = Guidance(masks=[TOP, 1 - TOP], style_masks=[STYLE_TOP, 1 - STYLE_TOP])


def inputs(name):
    content, style, other = (
        random_image(HEIGHT, WIDTH, 1),
        random_image(280, 110, 2),
        random_image(90, 100, 3),
    )
    return {
        "styles": lambda: read_inputs(content, [(style, 2), other]),
        "regions": lambda: read_inputs(content, [style, other], guidance=Guidance(masks=[TOP, 1 - TOP], protect=TOP)),
        "parts": lambda: read_inputs(content, style, guidance=PARTS),
    }[name]()  # fmt: skip


FIELDS = {
    "gram": {},
    "covariance": {"style_cost": "covariance"},
    "wasserstein": {"style_cost": "wasserstein"},
    "a custom cost beside it": {"costs": [MeanAndDeviation("relu3_1", 0.3)]},
}


def evaluation(group, name, precision, fields):
    return helpers.evaluation(group, precision, inputs(name), fields)


@pytest.mark.parametrize(
    ("name", "fields", "precision", "tolerance"),
    [
        ("styles", "gram", "float64", 1e-10),
        ("styles", "covariance", "float32", 1e-5),
        ("styles", "a custom cost beside it", "float64", 1e-10),
        ("regions", "gram", "float32", 1e-5),
        ("regions", "wasserstein", "float64", 1e-10),
        ("regions", "a custom cost beside it", "float32", 1e-5),
        ("parts", "covariance", "float64", 1e-10),
        ("parts", "wasserstein", "float32", 1e-5),
        ("parts", "gram", "float64", 1e-10),
    ],
)
def test_cost_and_gradient_are_those_of_one_process(ranks, name, fields, precision, tolerance):
    given = name, precision, FIELDS[fields]
    assert_as_alone(ranks(evaluation, *given), *evaluation(None, *given), tolerance)


def painted(group, name):
    one = helpers.painting(group, inputs(name), Settings(**{"recipe": "glaze", **SHORT, "steps": 3}))
    return helpers.painted(one)[0].image


@pytest.mark.parametrize("name", ["styles", "regions"])
def test_a_painting_is_that_of_one_process(ranks, name):
    together, _ = ranks(painted, name)
    assert (together - painted(None, name)).abs().max() < 2e-3
