"""Paintings at once in one process, in threads or step by step in turn, give the bytes that each gives alone."""

import threading

import pytest
import torch

import impasto
from impasto.vgg.layers import TABLE
from impasto.vgg.weights import Weights
from tests.helpers import random_image, tiny_weights

CHANNELS = 32
"""As few as compiled code takes."""

KINDS = {
    "Adam": {"solver": "adam", "threads": 2},
    "L-BFGS": {"solver": "lbfgs", "threads": 1},
    "two scales": {"solver": "lbfgs", "scales": 2},
    "tiled": {"solver": "adam", "engine": "tiled", "tile": 48, "threads": 3},
    "regions": {"solver": "adam", "threads": 2, "style_cost": "covariance"},
    "colours": {"solver": "lbfgs", "threads": 1, "colour": "match", "variation": 0.1},
}
"""Each with its own number of threads: sums over a picture of this size are split among them."""


def network() -> Weights:
    """VGG-19's layers with few channels, and random weights."""
    seeded, generator = tiny_weights(), torch.Generator().manual_seed(5)
    kernels, biases, n_in = {}, {}, 3
    for layer in TABLE:
        kernels[layer.convolution] = (
            torch.randn(CHANNELS, n_in, 3, 3, generator=generator) * (2 / (9 * n_in)) ** 0.5
        )
        biases[layer.convolution] = torch.randn(CHANNELS, generator=generator) * 0.1
        n_in = CHANNELS
    return Weights(kernels, biases, seeded.scale, seeded.shift, seeded.provenance)


@pytest.fixture(scope="module")
def encoder() -> impasto.VGG19:
    return impasto.VGG19(network())


def painting(kind: str, encoder: impasto.VGG19):
    content, style = random_image(120, 160, 1), random_image(64, 80, 2)
    settings = impasto.Settings(
        **{"recipe": "glaze", **dict(size=160, steps=3, **{"scales": 1, **KINDS[kind]})}
    )
    left = torch.zeros(1, 120, 160)
    left[..., :70] = 1
    masks = {"masks": [left.numpy()[0], 1 - left.numpy()[0]]} if kind == "regions" else {}
    return impasto.Stylizer(settings, encoder=encoder).paint(content, style, **masks)


def told(painting) -> tuple[bytes, list[float]]:
    result = painting.result()
    return result.image.numpy().tobytes(), [cost.total for cost in result.history]


@pytest.fixture(scope="module")
def alone(encoder):
    """What each gives when nothing else is painted."""
    found = {}
    for kind in KINDS:
        one = painting(kind, encoder)
        for _ in one:
            pass
        found[kind] = told(one)
    return found


@pytest.mark.slow
def test_interleaved_step_by_step(encoder, alone):
    paintings = {kind: painting(kind, encoder) for kind in KINDS}
    unfinished = dict(paintings)
    while unfinished:
        for kind, one in list(unfinished.items()):
            if next(one, None) is None:
                del unfinished[kind]
    for kind, one in paintings.items():
        assert told(one) == alone[kind], kind


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair", [("Adam", "L-BFGS"), ("tiled", "colours"), ("regions", "two scales")], ids=" and ".join
)
def test_in_two_threads(encoder, alone, pair):
    """Fresh threads, in which torch has no number of threads yet and takes the one that was set last."""
    found, start = {}, threading.Barrier(2)

    def paint(kind):
        start.wait(120)
        one = painting(kind, encoder)
        for _ in one:
            pass
        found[kind] = told(one)

    before = torch.get_num_threads()
    both = [threading.Thread(target=paint, args=(kind,)) for kind in pair]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    assert torch.get_num_threads() == before
    assert {kind: alone[kind] for kind in pair} == found


@pytest.mark.slow
def test_the_bytes_tell_the_number_of_threads(encoder, alone):
    """Or the tests above would pass whatever the number was."""
    KINDS["Adam with one"] = {**KINDS["Adam"], "threads": 1}
    one = painting("Adam with one", encoder)
    for _ in one:
        pass
    assert told(one) != alone["Adam"]
