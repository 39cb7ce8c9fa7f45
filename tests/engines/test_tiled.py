"""The tiled engine equals the whole one: any size, tile, pooling, border and cost."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.encoder.vgg19 import VGG19
from impasto.engines.targets import content_terms, style_terms
from impasto.engines.tiled import Tiled
from impasto.engines.tiles import tiles
from impasto.engines.whole import Whole
from impasto.layers import LAYERS
from tests import one_page
from tests.helpers import random_image, tiny_weights


def both(encoder, content, style, side, content_layer="relu4_2", style_layers=one_page.STYLE_LAYERS):
    terms = [
        *content_terms(encoder, content, {content_layer: 1.0}, balance=True),
        *style_terms(encoder, style, style_layers, balance=True),
    ]
    return Whole(encoder, terms, 1.0, 10.0), Tiled(encoder, terms, 1.0, 10.0, side)


def assert_same(whole, tiled, image, tolerance):
    expected, found = whole(image), tiled(image)
    for part in ("total", "content", "style"):
        assert getattr(found.cost, part) == pytest.approx(getattr(expected.cost, part), rel=tolerance)
    assert (found.gradient - expected.gradient).norm() < tolerance * expected.gradient.norm()


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("border", ["zeros", "replicate"])
@pytest.mark.parametrize(
    ("size", "side"), [((64, 96), 32), ((210, 101), 64), ((90, 47), 16), ((40, 40), 100)]
)
def test_float64_agrees_to_1e_10(pooling, border, size, side):
    encoder = VGG19(tiny_weights(), pooling=pooling, border=border, dtype=torch.float64)
    content, style, image = (random_image(*size, seed).double() for seed in (1, 2, 3))
    assert_same(*both(encoder, content, style, side), image, 1e-10)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    height=st.integers(16, 90),
    width=st.integers(16, 90),
    side=st.integers(16, 60),
    content_layer=st.sampled_from(list(LAYERS)),
    style_layer=st.sampled_from(list(LAYERS)),
)
def test_any_size_any_tile_any_layers(height, width, side, content_layer, style_layer):
    encoder = VGG19(tiny_weights(), dtype=torch.float64)
    content, style, image = (random_image(height, width, seed).double() for seed in (1, 2, 3))
    whole, tiled = both(encoder, content, style, side, content_layer, {style_layer: 1.0, "relu1_1": 0.1})
    assert_same(whole, tiled, image, 1e-10)


def test_float32_on_the_real_weights_agrees_to_1e_5(real_encoder):
    content, style, image = random_image(120, 101, 1), random_image(90, 120, 2), random_image(120, 101, 3)
    assert_same(*both(real_encoder, content, style, 64), image, 1e-5)


@given(
    height=st.integers(16, 400),
    width=st.integers(16, 400),
    side=st.integers(1, 200),
    name=st.sampled_from(list(LAYERS)),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_tiles_own_every_activation_once(height, width, side, name):
    stride = LAYERS[name].stride
    owned = torch.zeros(height // stride, width // stride)
    for tile in tiles(height, width, [name], side):
        owned[slice(*tile.rows.own_at(stride)), slice(*tile.columns.own_at(stride))] += 1
    assert torch.equal(owned, torch.ones_like(owned))


def test_a_tile_sees_the_halo_and_not_much_more():
    [_, middle, _] = tiles(16 * 60, 16, ["relu5_1"], 16 * 20)
    seen = middle.rows.seen[1]
    assert middle.rows.own == (320, 640)
    assert 320 - 70 - 30 <= seen.start <= 320 - 70
    assert 640 + 70 <= seen.stop <= 640 + 70 + 30
