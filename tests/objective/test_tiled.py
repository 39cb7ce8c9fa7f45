"""The tiled engine equals the whole one: any size, tile, pooling, border and cost."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.costs.content_store import EncodingInMemory, EncodingOnDisk
from impasto.costs.styles import STYLE_COSTS
from impasto.objective.passes import passes
from impasto.objective.targets import content_terms, custom_sums, custom_term, style_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiles import tiles
from impasto.objective.tiling import Tiling
from impasto.objective.transforms import MARGIN, mirror, seen_through
from impasto.objective.whole import Whole
from impasto.vgg.layers import LAYERS
from impasto.vgg.vgg19 import VGG19
from tests import one_page
from tests.helpers import MeanAndDeviation, random_image, tiny_weights


def both(
    encoder, content, style, side, content_layer="relu4_2", style_layers=one_page.STYLE_LAYERS, deep=None
):
    terms = [
        *content_terms(encoder, content, {content_layer: 1.0}, balance=True),
        *style_terms(encoder, style, style_layers, balance=True),
    ]
    walked = passes(*content.shape[2:], [content_layer, *style_layers], side, deep)
    return Whole(encoder, terms, 1.0, 10.0), Tiled(encoder, terms, 1.0, 10.0, walked)


def assert_same(whole, tiled, image, tolerance):
    expected, found = whole(image), tiled(image)
    for part in ("total", "content", "style", "custom"):
        assert getattr(found.cost, part) == pytest.approx(getattr(expected.cost, part), rel=tolerance)
    assert (found.gradient - expected.gradient).norm() < tolerance * expected.gradient.norm()


@pytest.mark.parametrize(
    ("size", "side", "deep", "pooling", "border"),
    [
        ((64, 96), 32, None, "max", "zeros"),
        ((64, 96), 32, 80, "average", "replicate"),
        ((64, 96), 32, 1000, "max", "replicate"),
        ((210, 101), 64, None, "average", "replicate"),
        ((210, 101), 64, 80, "max", "zeros"),
        ((210, 101), 64, 1000, "average", "zeros"),
        ((90, 47), 16, None, "max", "replicate"),
        ((90, 47), 16, 80, "average", "zeros"),
        ((90, 47), 16, 1000, "max", "zeros"),
        ((40, 40), 100, None, "average", "zeros"),
        ((40, 40), 100, 80, "max", "replicate"),
        ((40, 40), 100, 1000, "average", "replicate"),
    ],
)  # every pair of choices at least once
def test_float64_agrees_to_1e_10(pooling, border, size, side, deep):
    encoder = VGG19(tiny_weights(), pooling=pooling, border=border, precision="float64")
    content, style, image = (random_image(*size, seed).double() for seed in (1, 2, 3))
    assert_same(*both(encoder, content, style, side, deep=deep), image, 1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("deep", [None, 48, 1000])
@pytest.mark.parametrize("size", [(90, 47), (33, 18), (64, 64)])
def test_a_mirrored_margin_is_that_of_the_whole_picture(size, deep):
    encoder = VGG19(tiny_weights(), precision="float64")
    content, style, image = (random_image(*size, seed).double() for seed in (1, 2, 3))
    layers = ["relu4_2", *one_page.STYLE_LAYERS]
    whole_terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, True, Tiling(*size, ["relu4_2"], None, MARGIN)),
        *style_terms(encoder, style, one_page.STYLE_LAYERS, True, Tiling(*size, layers[1:], None, MARGIN)),
    ]
    window = Tiling(*size, layers, margin=MARGIN).window
    terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, True, Tiling(*size, ["relu4_2"], 16, MARGIN)),
        *style_terms(encoder, style, one_page.STYLE_LAYERS, True, Tiling(*size, layers, 48, MARGIN)),
    ]
    assert_same(
        seen_through(mirror(size), Whole(encoder, whole_terms, 1.0, 10.0, window)),
        Tiled(encoder, terms, 1.0, 10.0, passes(*size, layers, 32, deep, MARGIN)),
        image,
        1e-10,
    )


@pytest.mark.parametrize("convolution", ["auto", "direct", "winograd"])
@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("deep", [None, 80])
def test_every_convolution_agrees_in_float32(convolution, pooling, deep):
    encoder = VGG19(tiny_weights(), convolution=convolution, pooling=pooling)
    content, style, image = random_image(150, 101, 1), random_image(90, 120, 2), random_image(150, 101, 3)
    assert_same(*both(encoder, content, style, 64, deep=deep), image, 1e-5)


def of_kind(encoder, kind, content, style):
    """The terms of a style cost of some kind, measured whole and in tiles."""
    for tiled in (False, True):
        tilings = [Tiling(*one.shape[2:], KIND_LAYERS, 32 if tiled else None) for one in (content, style)]
        if kind == "custom":
            styles = [(style, tilings[1]), (content, tilings[0])]
            sums = custom_sums(encoder, content, styles, COSTS, tilings[0])
            yield [custom_term(cost, sums, number, [2.0, 1.0]) for number, cost in enumerate(COSTS)]
        else:
            yield style_terms(encoder, style, dict.fromkeys(KIND_LAYERS, 0.5), True, tilings[1], cost=kind)


KIND_LAYERS = ["relu2_1", "relu4_1"]
COSTS = [MeanAndDeviation("relu4_1", 0.5), MeanAndDeviation("relu2_1"), MeanAndDeviation("relu4_1")]


@pytest.mark.parametrize("kind", [*STYLE_COSTS, "custom"])
@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("deep", [None, 48])
def test_every_kind_of_cost_is_the_same_in_tiles(kind, precision, tolerance, deep):
    encoder = VGG19(tiny_weights(), precision=precision, pooling="average")
    content, style, image = (
        random_image(*size, seed).to(getattr(torch, precision))
        for seed, size in enumerate([(90, 61), (80, 70), (90, 61)])
    )
    whole, tiled = of_kind(encoder, kind, content, style)
    walked = passes(90, 61, KIND_LAYERS, 32, deep)
    # Darker than the painting: a cost that is the small difference of two large sums has few digits in float32.
    dark = 0.5 * image
    assert_same(Whole(encoder, whole, 1.0, 10.0), Tiled(encoder, tiled, 1.0, 10.0, walked), dark, tolerance)


@pytest.mark.parametrize("kind", [*STYLE_COSTS, "custom"])
def test_the_gradient_of_every_kind_by_finite_differences(kind):
    encoder = VGG19(tiny_weights(), precision="float64", pooling="average")
    content, style, image, direction = (random_image(40, 37, seed).double() for seed in (1, 2, 3, 4))
    terms, _ = of_kind(encoder, kind, content, style)
    evaluate, h = Whole(encoder, terms, 1.0, 10.0), 1e-6
    slope = (evaluate(image + h * direction).cost.total - evaluate(image - h * direction).cost.total) / (
        2 * h
    )
    assert (evaluate(image).gradient * direction).sum().item() == pytest.approx(slope, rel=1e-5)


def test_an_encoding_on_disk_changes_nothing(tmp_path):
    encoder = VGG19(tiny_weights(), precision="float64")
    content, image = (random_image(70, 60, seed).double() for seed in (1, 3))
    tiling = Tiling(70, 60, ["relu4_2"], 32)
    costs = [
        Tiled(
            encoder,
            content_terms(encoder, content, {"relu4_2": 1.0}, True, tiling, make),
            1.0,
            10.0,
            [tiling],
        )(image).cost
        for make in (EncodingInMemory, partial(EncodingOnDisk, tmp_path))
    ]
    assert costs[0] == costs[1]


@pytest.mark.slow
@settings(max_examples=20)
@given(
    height=st.integers(16, 90),
    width=st.integers(16, 90),
    side=st.integers(16, 60),
    content_layer=st.sampled_from(list(LAYERS)),
    style_layer=st.sampled_from(list(LAYERS)),
    deep=st.one_of(st.none(), st.integers(16, 100)),
)
def test_any_size_any_tile_any_layers(height, width, side, content_layer, style_layer, deep):
    encoder = VGG19(tiny_weights(), precision="float64")
    content, style, image = (random_image(height, width, seed).double() for seed in (1, 2, 3))
    whole, tiled = both(
        encoder, content, style, side, content_layer, {style_layer: 1.0, "relu1_1": 0.1}, deep
    )
    assert_same(whole, tiled, image, 1e-10)


@pytest.mark.slow
def test_float32_on_the_real_weights_agrees_to_1e_5(real_encoder):
    content, style, image = random_image(120, 101, 1), random_image(90, 120, 2), random_image(120, 101, 3)
    assert_same(*both(real_encoder, content, style, 64), image, 1e-5)
    assert_same(*both(real_encoder, content, style, 64, deep=96), image, 1e-5)


@pytest.mark.slow
@given(
    height=st.integers(16, 400),
    width=st.integers(16, 400),
    side=st.integers(1, 200),
    name=st.sampled_from(list(LAYERS)),
)
@settings(max_examples=60)
def test_the_tiles_own_every_activation_once(height, width, side, name):
    stride = LAYERS[name].stride
    owned = torch.zeros(height // stride, width // stride)
    for tile in tiles(height, width, [name], side):
        owned[slice(*tile.rows.own_at(stride)), slice(*tile.columns.own_at(stride))] += 1
    assert torch.equal(owned, torch.ones_like(owned))


@given(height=st.integers(8, 400), width=st.integers(8, 400), side=st.integers(1, 200))
@settings(max_examples=60)
def test_the_shallow_tiles_fill_the_deep_ones_input_once(height, width, side):
    shallow, _ = passes(height, width, ["relu1_1", "relu4_1"], side, 1000)
    filled = torch.zeros(height // 8, width // 8)
    for tile in shallow.tiles:
        filled[shallow.own_end(tile)] += 1
    assert torch.equal(filled, torch.ones_like(filled))


def test_a_tile_sees_the_halo_and_not_much_more():
    [_, middle, _] = tiles(16 * 60, 16, ["relu5_1"], 16 * 20)
    seen = middle.rows.seen[1]
    assert middle.rows.own == (320, 640)
    assert 320 - 70 - 30 <= seen.start <= 320 - 70
    assert 640 + 70 <= seen.stop <= 640 + 70 + 30


def test_shallow_tiles_see_the_halo_of_shallow_layers_only():
    # An activation of relu3_4 sees 22 pixels beyond its own four: LAYERS, by the paper's table.
    shallow, deep = passes(16 * 60, 16, ["relu1_1", "relu5_1"], 16 * 20, 16 * 40)
    [_, middle, _] = shallow.tiles
    assert middle.rows.own == (320, 640)
    assert middle.rows.seen[1] == (320 - 22, 640 + 22)
    assert [tile.rows.own for tile in deep.tiles] == [(0, 480), (480, 960)]
