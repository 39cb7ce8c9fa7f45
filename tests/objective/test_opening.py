"""The gradient of block 1 strip by strip, against the walk that keeps every activation."""

import pytest
import torch

from impasto.kernels import can_compile
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image

LAYERS = ["relu1_1", "relu2_1"]


@pytest.mark.skipif(not can_compile(), reason="numba is not here")
@pytest.mark.parametrize(
    ("size", "margin", "strip", "pooling"),
    [((43, 51), 0, 2**14, "max"), ((43, 51), 16, 2**17, "average"), ((40, 24), 16, 2**16, "average")],
)
def test_it_has_the_same_bits(real_encoder, monkeypatch, size, margin, strip, pooling):
    encoder = VGG19(real_encoder.weights, pooling=pooling)
    tiling = Tiling(*size, LAYERS, margin=margin)
    image = random_image(tiling.height, tiling.width, 1)
    terms = [
        *content_terms(
            encoder, random_image(tiling.height, tiling.width, 3), {"relu2_1": 1.0}, balance=False
        ),
        *style_terms(
            encoder, random_image(48, 48, 2), dict.fromkeys(LAYERS, 1.0), balance=False, cost="covariance"
        ),
    ]
    whole = Whole(encoder, terms, 1.0, 10.0, tiling.window if margin else None)
    monkeypatch.setattr("impasto.vgg.opening.STRIP_BYTES", strip)
    assert encoder.opening(image, LAYERS) is None  # too small
    monkeypatch.setattr("impasto.vgg.opening.SMALLEST", 0)
    assert encoder.opening(image, LAYERS) is not None
    by_strips = whole(image)
    monkeypatch.setattr(VGG19, "opening", lambda *given: None)
    at_once = whole(image)
    assert by_strips.cost == at_once.cost
    assert torch.equal(by_strips.gradient, at_once.gradient)


def test_where_it_does_not_apply(tiny_encoder, monkeypatch):
    monkeypatch.setattr("impasto.vgg.opening.SMALLEST", 0)
    image = random_image(32, 32)
    assert tiny_encoder.opening(image, ["relu1_2", "relu2_1"]) is None
    assert tiny_encoder.opening(image, ["relu1_1"]) is None
