"""The projected gradient against finite differences, along greys."""

import pytest
import torch

from impasto.objective.targets import content_terms, style_terms
from impasto.objective.transforms import GRAYSCALE, grayscale, seen_through
from impasto.objective.whole import Whole
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights


def test_along_greys_the_gradient_is_exact_and_has_no_colour():
    encoder = VGG19(tiny_weights(), precision="float64")
    content, style, canvas, change = (grayscale(random_image(32, 40, seed).double()) for seed in range(4))
    terms = [
        *content_terms(encoder, content, {"relu2_1": 1.0}, balance=True),
        *style_terms(encoder, style, {"relu1_1": 0.5, "relu3_1": 0.5}, balance=True),
    ]
    evaluate = seen_through(GRAYSCALE, Whole(encoder, terms, alpha=1.0, beta=3.0))
    gradient = evaluate(canvas).gradient
    assert torch.equal(gradient, grayscale(gradient))
    h = 1e-6
    above, below = (evaluate(canvas + sign * h * change).cost.total for sign in (1, -1))
    assert float((gradient * change).sum()) == pytest.approx((above - below) / (2 * h), rel=1e-6)


def test_a_grey_canvas_has_the_first_channels_values():
    image = random_image(5, 6)
    greys = grayscale(image)
    assert all(torch.equal(greys[:, channel], image[:, 0]) for channel in range(3))
