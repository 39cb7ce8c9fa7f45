"""Real weights on a real picture: activations are sparse, positive and large, unlike random ones."""

import pytest
import torch
import torch.nn.functional as F

from impasto.vgg.convolution import PreparedConvolution
from impasto.vgg.convolution.choose import possible
from impasto.vgg.layers import LAYERS
from impasto.vgg.vgg19 import VGG19
from tests.helpers import IMAGES
from tests.vgg.convolution.table import relative

PICTURE = IMAGES / "content" / "tubingen.jpg"
STEPS = (
    # the layer that is computed, the layer it is computed from, does a pooling lie between
    ("relu1_2", "relu1_1", False),
    ("relu2_1", "relu1_2", True),
    ("relu3_2", "relu3_1", False),
    ("relu4_2", "relu4_1", False),
    ("relu5_1", "relu4_4", True),
)
LAYERS_OF_THE_METHOD = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1"]


@pytest.fixture(scope="module")
def picture() -> torch.Tensor:
    if not PICTURE.exists():
        pytest.skip(f"the picture {PICTURE.name} is not there")
    pyvips = pytest.importorskip("pyvips")
    small = pyvips.Image.thumbnail(str(PICTURE), 117, height=85)
    return torch.from_numpy(small.numpy()).permute(2, 0, 1)[None].float() / 255


@pytest.fixture(scope="module")
def exact(picture, real_encoder) -> dict[str, torch.Tensor]:
    """Activations in float64."""
    encoder = VGG19(real_encoder.weights, precision="float64", convolution="direct")
    return encoder(picture.double(), list(LAYERS)[:13])


@pytest.mark.parametrize(("layer", "source", "pooled"), STEPS)
def test_winograd_agrees_with_float64_on_one_layer(layer, source, pooled, exact, real_encoder):
    x = F.max_pool2d(exact[source], 2) if pooled else exact[source]
    name = LAYERS[layer].convolution
    kernel, bias = real_encoder.weights.kernels[name], real_encoder.weights.biases[name]
    if not possible("winograd", *kernel.shape[1::-1]):
        pytest.skip("winograd needs numba")
    y = PreparedConvolution(kernel, bias, algorithm="winograd")(x.float())
    assert relative(y, exact[layer]) < 3e-6


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["direct", "winograd", "auto"])
def test_the_whole_encoder_agrees_with_float64(algorithm, picture, exact, real_encoder):
    encoder = VGG19(real_encoder.weights, convolution=algorithm)
    for name, activations in encoder(picture, LAYERS_OF_THE_METHOD).items():
        assert relative(activations, exact[name]) < 1e-5, name
