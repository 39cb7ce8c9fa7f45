"""How much work a walk is: against the convolutions that really happen, counted one by one."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impasto.objective.passes import (
    ACTIVATION,
    FORWARD,
    SECOND_PASS,
    evaluation_walks,
    evaluation_work,
    passes,
    work,
)
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiling import Tiling
from impasto.vgg.layers import LAYERS, TABLE
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

LAYERS_ASKED = ["relu4_2", *(f"relu{block}_1" for block in range(1, 6))]


class Counting(VGG19):
    """VGG-19 of a few channels that counts what the true one would have to do: `work`'s unit for each activation."""

    def __init__(self):
        super().__init__(tiny_weights())
        self.counted, self.walks = {True: 0.0, False: 0.0}, {True: 0, False: 0}

    def convolution(self, name):
        layer = next(one for one in TABLE if one.convolution == name)
        return self._watched(layer, super().convolution(name))

    def _watched(self, layer, convolution):
        def watched(x, pooling=None):
            with_gradient = torch.is_grad_enabled() and x.requires_grad
            activations = x.shape[2] * x.shape[3] * layer.n_out
            self.counted[with_gradient] += activations * (9 * layer.n_in + ACTIVATION)
            self.walks[with_gradient] += layer is TABLE[0]
            return convolution(x, pooling)

        return watched


@pytest.mark.parametrize(
    ("size", "side", "margin"), [((75, 98), 32, 16), ((75, 98), None, 0), ((200, 130), 64, 16)]
)
def test_it_is_what_the_convolutions_of_all_tiles_take(size, side, margin):
    encoder, tiling = Counting(), Tiling(*size, LAYERS_ASKED, side, margin)
    image = random_image(*size)
    for tile in tiling.tiles:
        tiling.walk(encoder, tiling.cut(image, tile), tile, lambda layer, a, window: a)
    assert work(tiling) == pytest.approx(encoder.counted[False], rel=1e-12)


def test_by_hand():
    # 10 x 20 pixels, relu1_2: 200 positions of 64 channels, from 3 and from 64.
    assert work(Tiling(10, 20, ["relu1_2"])) == 200 * 64 * (27 + ACTIVATION + 9 * 64 + ACTIVATION)


@given(
    height=st.integers(LAYERS["relu5_1"].stride, 300),
    width=st.integers(LAYERS["relu5_1"].stride, 300),
    side=st.integers(16, 300),
    deep=st.one_of(st.none(), st.integers(16, 300)),
)
def test_tiles_never_take_less_than_the_whole(height, width, side, deep):
    whole, tiled = (passes(height, width, LAYERS_ASKED, *sides) for sides in ((None, None), (side, deep)))
    assert evaluation_work(tiled) >= evaluation_work(whole) * (1 - 1e-12)
    assert evaluation_walks(tiled) >= 1 == evaluation_walks(whole)


@pytest.mark.parametrize(
    ("size", "at_most"), [((1365, 2048), 1.35), ((2731, 4096), 1.4), ((8165, 12247), 1.4)]
)
def test_deep_layers_in_one_piece_save_a_pass_and_most_of_the_halo(size, at_most):
    # Two passes of the shallow blocks, 0.65 of the work, and one of the deep: 0.65 (0.49 + 0.94) + 0.35 = 1.28.
    whole, same, deep = (
        evaluation_work(passes(*size, LAYERS_ASKED, *sides))
        for sides in ((None, None), (1024, None), (1024, 20_000))
    )
    assert 1.28 < deep / whole < at_most < same / whole


@pytest.mark.parametrize(("side", "deep"), [(None, None), (64, None), (32, None), (32, 64), (32, 200)])
def test_an_evaluation_walks_as_often_as_it_is_told(side, deep):
    size = (75, 98)
    encoder, walked = Counting(), passes(*size, LAYERS_ASKED, side, deep)
    image = random_image(*size)
    terms = [
        *content_terms(encoder, image, {"relu4_2": 1.0}, balance=False),
        *style_terms(encoder, image, dict.fromkeys(LAYERS_ASKED[1:], 1.0), balance=False),
    ]
    encoder.counted, encoder.walks = {True: 0.0, False: 0.0}, {True: 0, False: 0}
    Tiled(encoder, terms, 1.0, 1.0, walked)(image)
    tiles = len(walked[0].tiles)
    assert encoder.walks == {True: tiles, False: tiles if len(walked) > 1 else tiles - 1}
    # The first pass costs FORWARD of an evaluation, and in the last stage leaves one tile out; the second SECOND_PASS
    # where it measures nothing again, a whole evaluation where it does: a single tile is measured once.
    in_one_piece = work(walked[-1]) if len(walked[-1].tiles) == 1 else 0
    spent = (
        FORWARD * encoder.counted[False]
        + SECOND_PASS * encoder.counted[True]
        + (1 - SECOND_PASS) * in_one_piece
    )
    assert evaluation_work(walked) == pytest.approx(spent, rel=0.03)
