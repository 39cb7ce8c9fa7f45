"""Canvases that are made, grown and shown: against what torch's allocator counts."""

from itertools import pairwise

import pytest

from impasto.memory.network_memory import VECTOR
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights
from tests.memory.helpers import most_allocated

HEIGHT, WIDTH = 900, 1200
VECTOR_BYTES = VECTOR * HEIGHT * WIDTH
MASK = random_image(90, 120, 4)[0, 0]


def begun(**fields):
    """A painting in two scales; nothing is computed."""
    settings = Settings(
        **{"recipe": "glaze", "size": WIDTH, "scales": 2, "steps": 2, "solver": "adam", **fields}
    )
    content, style = random_image(HEIGHT // 2, WIDTH // 2, 1), random_image(400, 500, 2)
    given = {"protect": MASK.numpy()} if fields.get("protect_strength") else {}
    return Stylizer(settings, encoder=VGG19(tiny_weights())).paint(content, style, **given)


def parts(painting):
    return [one.scale for one in painting.plan(times=False).scales]


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["painting", "photograph"])
def test_a_canvas_grows_in_what_is_planned(colour):
    painting = begun(colour=colour)
    painting.layouts = painting.layouts
    problem, scale, demand = painting._problem, parts(painting)[1], painting.plan(times=False).demand
    canvas = problem.initial_canvas()
    counted = most_allocated(lambda: problem.solver(problem.upscaled(canvas, 1), 1).image.sum())
    there_before = VECTOR * scale.coarser[0] * scale.coarser[1]
    moments = 2 * VECTOR_BYTES  # of Adam, which take no memory until they are written to
    assert 2 * VECTOR_BYTES <= counted - moments <= demand.beginning(scale) - there_before


@pytest.mark.parametrize("start", ["content", "noise", "content+noise"])
def test_the_first_canvas_is_made_in_what_is_planned(start):
    painting = begun(scales=1, start=start)
    counted = most_allocated(painting._problem.initial_canvas)
    assert VECTOR_BYTES <= counted <= painting.plan(times=False).demand.beginning(parts(painting)[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("colour", "protect_strength"), [("painting", 0.0), ("photograph", 0.0), ("painting", 1.0)]
)
@pytest.mark.parametrize("finished", [False, True])
def test_a_picture_is_shown_in_what_is_planned(colour, protect_strength, finished):
    painting = begun(colour=colour, protect_strength=protect_strength, steps=1)
    demand = painting.plan(times=False).demand
    for step, scale in zip(painting, parts(painting), strict=True):
        if (step.scale == 2) == finished:
            counted = most_allocated(painting.result)
            assert VECTOR_BYTES <= counted <= demand.showing(scale)
            assert counted > 0.4 * demand.showing(scale)


def test_scales_know_what_they_grow_from():
    scales = parts(begun(scales=3))
    assert scales[0].coarser is None
    assert all(fine.coarser == coarse.size for coarse, fine in pairwise(scales))
