"""While a canvas is small and will grow, it has no palette."""

import pytest

from impasto.objective.palette import SMALLEST
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights


@pytest.mark.parametrize("size", [SMALLEST - 1, SMALLEST + 20])
def test_the_last_scale_has_a_palette_and_smaller_ones_from_a_size_on(size):
    settings = Settings(size=size, scales=2, steps=1)
    painting = Stylizer(settings, encoder=VGG19(tiny_weights())).paint(
        random_image(60, 90), random_image(40, 50)
    )
    problem = painting._problem
    found = []
    for scale in range(2):
        problem.layouts = painting.layouts
        encodings = problem.encode(
            scale, problem.first_canvas_saved(random_image(*problem.scales[scale].size))
        )
        found.append(len(encodings.palettes))
    assert found == [0, 1]
