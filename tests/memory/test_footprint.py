"""What a walk through the network takes: sums done by hand, and what torch's allocator counts."""

import math

import pytest
import torch

from impasto.kernels import can_compile
from impasto.memory.network_memory import Network, encoding_bytes, largest_tile
from impasto.objective.passes import passes
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image
from tests.memory.helpers import most_allocated

SIZES = (64, 96), (128, 160)
LONG = (32, 1024), (32, 1536)
"""Such that the deep blocks of the whole picture take more than a tile of the shallow ones."""
PIXELS = [height * width for height, width in SIZES]
NETWORKS = {
    "as stated, less deep": (["relu2_2"], ["relu1_1", "relu2_1", "relu3_1"]),
    "one layer for both": (["relu3_1"], ["relu3_1"]),
    "content before the pooling": (["relu1_2"], ["relu1_2", "relu3_1"]),
    "two content layers": (["relu1_1", "relu2_1"], ["relu3_2"]),
}
BOTH_WAYS = pytest.mark.parametrize(
    "convolution",
    ["direct", pytest.param("auto", marks=pytest.mark.skipif(not can_compile(), reason="numba is not here"))],
)


def network(content="relu1_1", style="relu1_2", pooling="average", compiled=True, workers=1) -> Network:
    return Network(frozenset(content.split()), frozenset(style.split()), pooling, compiled, workers)


def test_kernels_by_hand():
    # relu1_2: 64 x 64 channels; 36 points of Winograd's in both directions, or 9 taps. Not conv1_1's.
    assert network().kernel_bytes() == 2 * 36 * 4096 * 4
    assert network(compiled=False).kernel_bytes() == 9 * 4096 * 4
    # Of 256 x 256 channels in one direction only.
    more = network(style="relu3_2").kernel_bytes() - network(style="relu3_1").kernel_bytes()
    assert more == 36 * 256 * 256 * 4


def test_a_forward_walk_by_hand():
    # 100 pixels: a layer of 64 channels takes 25600 bytes, a bit for each of its activations 800.
    # relu1_2's input and output are there at once, and its bits.
    assert network().forward_bytes(100, ["relu1_2"]) == 2 * 25_600 + 800
    # torch's convolution and its ReLU are two tensors.
    assert network(compiled=False).forward_bytes(100, ["relu1_2"]) == 3 * 25_600
    # Four layers' worth beside the output of relu1_1 while that is looked at.
    assert network().forward_bytes(100, ["relu1_1"], looking=4) == 5 * 25_600


def test_an_evaluation_by_hand():
    # 100 pixels. Kept: the picture's gradient (1200), a bit for each activation of two layers (1600), and relu1_2 for
    # its Gram matrix, relu1_1's difference from a_C. At relu1_1 going back: its bits and difference, the gradient that
    # comes from relu1_2, and three tensors more for the gradient of the squares. That is the most.
    assert network().gradient_bytes(100) == 1200 + 800 + 25_600 + 4 * 25_600
    # Only relu1_1's Gram matrix: relu1_1 and its bits; the gradient of the product.
    alone = network(content="relu1_1", style="relu1_1")
    assert alone.gradient_bytes(100) == 1200 + 800 + 25_600 + 4 * 25_600


def test_the_encoding_by_hand():
    # relu4_2 of 64 x 48 pixels and a margin of 16 around them: 512 channels, 12 x 10 positions.
    tiling = Tiling(64, 48, ["relu4_2"], 32, 16)
    assert encoding_bytes(tiling, ["relu4_2"]) == 4 * 512 * 12 * 10


def test_the_largest_tile_sees_its_halo():
    # A relu2_1 activation sees 4 pixels beyond its own two on each side, and a block's input begins at an even place,
    # which here takes one position of stride 2 more: a tile of 32 pixels in the middle sees 42 a side.
    assert largest_tile(Tiling(96, 96, ["relu2_1"], 32)) == 42 * 42
    assert largest_tile(Tiling(96, 96, ["relu2_1"])) == 96 * 96


@pytest.mark.skipif(not can_compile(), reason="numba is not here")
@pytest.mark.parametrize(("pixels", "workers"), [(512 * 512, 1), (512 * 512, 2), (1024 * 768, 16)])
def test_the_workspace_by_hand(pixels, workers):
    # 36 planes, of input and output, of the 4x4 tiles that a worker takes at once: of its share as few equal groups as
    # have at most 96. relu4_2, 512 channels at an eighth of each side, needs most.
    tiles = pixels / 64 / 16 / workers
    group = tiles / math.ceil(tiles / 96)
    by_hand = workers * 4 * (36 * 2 * 512 * group + 32 * 512)  # and a panel of the kernel
    told = network("relu4_2", "relu4_1", workers=workers).working_bytes(pixels)
    assert by_hand < told < 1.1 * by_hand


def bytes_a_pixel(counts) -> float:
    """By how much a count grows with the picture: what does not (Gram matrices, buffers) drops out."""
    return (counts[1] - counts[0]) / (PIXELS[1] - PIXELS[0])


@pytest.mark.slow
@pytest.mark.usefixtures("everything_from_torch")
@BOTH_WAYS
@pytest.mark.parametrize("pooling", ["average", "max"])
@pytest.mark.parametrize("layers", NETWORKS)
def test_an_evaluation_takes_what_the_allocator_counts(
    real_encoder, convolution, pooling, layers, monkeypatch
):
    if convolution == "auto":  # as of large pictures, with strips that are as small beside them
        monkeypatch.setattr("impasto.vgg.opening.SMALLEST", 0)
        monkeypatch.setattr("impasto.vgg.opening.STRIP_BYTES", 2**15)
    encoder = VGG19(real_encoder.weights, pooling=pooling, convolution=convolution)
    content, style = NETWORKS[layers]

    def counted(height, width):
        image = random_image(height, width)
        terms = [
            *content_terms(encoder, image, dict.fromkeys(content, 1.0), balance=False),
            *style_terms(encoder, image, dict.fromkeys(style, 1.0), balance=False),
        ]
        engine = Whole(encoder, terms, 1.0, 1.0)
        engine(image)  # makes kernels and workspaces
        return most_allocated(lambda: engine(image))

    planned = network(" ".join(content), " ".join(style), pooling, convolution == "auto")
    told = bytes_a_pixel([planned.whole_bytes(pixels) for pixels in PIXELS])
    assert told == pytest.approx(bytes_a_pixel([counted(*size) for size in SIZES]), rel=0.07)


@pytest.mark.slow
@pytest.mark.usefixtures("everything_from_torch")
@pytest.mark.skipif(not can_compile(), reason="numba is not here")
@pytest.mark.parametrize("parts", [2, 32])
def test_an_evaluation_in_two_stages_takes_what_the_allocator_counts(real_encoder, parts):
    """In two tiles these take most; in 32 the deep blocks do."""
    encoder = VGG19(real_encoder.weights, pooling="average")
    layers = ["relu1_1", "relu3_1", "relu4_1", "relu4_2"]

    def walked(height, width):
        return passes(height, width, layers, width // parts, 4000)

    def counted(height, width):
        image = random_image(height, width)
        terms = [
            *content_terms(encoder, image, {"relu4_2": 1.0}, balance=False),
            *style_terms(encoder, image, dict.fromkeys(layers[:3], 1.0), balance=False),
        ]
        engine = Tiled(encoder, terms, 1.0, 1.0, walked(height, width))
        engine(image)
        return most_allocated(lambda: engine(image))

    planned = network("relu4_2", " ".join(layers[:3]))
    told = [planned.evaluation_bytes(walked(*size), 12 * size[0] * size[1]) for size in LONG]
    pixels = [height * width for height, width in LONG]
    found = [counted(*size) for size in LONG]
    assert (told[1] - told[0]) / (pixels[1] - pixels[0]) == pytest.approx(
        (found[1] - found[0]) / (pixels[1] - pixels[0]), rel=0.07
    )


@pytest.mark.usefixtures("everything_from_torch")
@BOTH_WAYS
def test_a_walk_takes_what_the_allocator_counts(real_encoder, convolution):
    encoder = VGG19(real_encoder.weights, convolution=convolution)

    @torch.no_grad()
    def walk(image):
        encoder.walk(image, ["relu3_1"], lambda layer, a: a)

    def counted(height, width):
        image = random_image(height, width)
        walk(image)
        return most_allocated(lambda: walk(image))

    planned = network("relu3_1", "relu3_1", "max", convolution == "auto")
    told = bytes_a_pixel([planned.forward_bytes(pixels, ["relu3_1"]) for pixels in PIXELS])
    assert told == pytest.approx(bytes_a_pixel([counted(*size) for size in SIZES]), rel=0.02)
