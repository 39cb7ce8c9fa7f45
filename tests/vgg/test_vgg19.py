"""The encoder against a plain float64 forward pass on the real weights, and against what a user expects."""

import pytest
import torch

from impasto.errors import SettingsError
from impasto.vgg.layers import LAYERS
from impasto.vgg.vgg19 import VGG19, cropped
from tests import one_page
from tests.helpers import random_image, tiny_weights


def test_all_sixteen_layers_agree_with_a_plain_float64_pass(real_encoder):
    image = random_image(50, 37)
    found = real_encoder(image, list(LAYERS))
    with torch.no_grad():
        expected = one_page.encode(one_page.load_vgg19(), image.double(), list(LAYERS))
    for name, a in expected.items():
        error = (found[name].double() - a).norm() / a.norm()
        assert error < 1e-5, f"{name}: {error:.2e}"


def test_stops_at_the_deepest_layer_asked_for(tiny_encoder):
    image = random_image(4, 5)  # far too small for relu4_1
    assert tiny_encoder(image, ["relu2_2", "relu1_1"])["relu2_2"].shape[2:] == (2, 2)


def test_names_come_back_as_they_were_asked_for(tiny_encoder):
    found = tiny_encoder(random_image(16, 16), ["block4_conv2", "relu4_2", "conv1_1"])
    assert list(found) == ["block4_conv2", "relu4_2", "conv1_1"]
    assert torch.equal(found["block4_conv2"], found["relu4_2"])


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("border", ["zeros", "replicate"])
def test_differentiable_by_the_image(pooling, border):
    encoder = VGG19(tiny_weights(), pooling=pooling, border=border, precision="float64")
    image = random_image(9, 10).double().requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: encoder(x, ["relu2_1"])["relu2_1"], [image], atol=1e-6)


def test_replicate_continues_the_edge():
    encoder = VGG19(tiny_weights(), border="replicate")
    flat = torch.full((1, 3, 8, 8), 0.7)
    a = encoder(flat, ["relu1_1"])["relu1_1"]
    assert torch.allclose(a, a[..., 4:5, 4:5].expand_as(a), atol=1e-6)  # no border to be seen
    zeros = VGG19(tiny_weights())(flat, ["relu1_1"])["relu1_1"]
    assert not torch.allclose(zeros, zeros[..., 4:5, 4:5].expand_as(zeros), atol=1e-3)


def test_too_small_unknown_or_misshapen_is_one_clear_line(tiny_encoder):
    with pytest.raises(SettingsError, match=r"15x20.*relu5_1.*16"):
        tiny_encoder(random_image(20, 15), ["relu5_1"])
    with pytest.raises(SettingsError, match=r"relu3_9.*relu3_"):
        tiny_encoder(random_image(20, 20), ["relu3_9"])
    with pytest.raises(SettingsError, match=r"\[1, 3, H, W\]"):
        tiny_encoder(torch.zeros(3, 20, 20), ["relu1_1"])
    with pytest.raises(SettingsError, match="at least one layer"):
        tiny_encoder(random_image(20, 20), [])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize(
    ("rows", "columns"),
    [((2, 9), (0, 7)), ((0, 9), (3, 12)), ((1, 8), (5, 6)), ((0, 9), (0, 11)), ((4, 11), (1, 12))],
)
def test_as_a_slice(dtype, layout, rows, columns):
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(1, 32, 11, 12, generator=generator, dtype=dtype).contiguous(memory_format=layout)
    place = slice(*rows), slice(*columns)
    here, there = (x.clone().requires_grad_() for _ in range(2))
    part, expected = cropped(here, *place), there[..., *place]
    assert torch.equal(part, expected)
    slope = torch.rand(expected.shape, generator=generator, dtype=dtype)
    for one in (part, expected):
        one.backward(slope)
    assert torch.equal(here.grad, there.grad)


def test_where_nothing_is_cut_away_it_is_the_same_tensor():
    x = torch.rand(1, 32, 11, 12)
    assert cropped(x, slice(0, 11), slice(0, 12)) is x


def test_the_gradient_is_laid_out_as_the_layers_work():
    x = torch.rand(1, 32, 11, 12).contiguous(memory_format=torch.channels_last).requires_grad_()
    cropped(x.view_as(x), slice(1, 9), slice(0, 12)).sum().backward()
    assert x.grad.is_contiguous(memory_format=torch.channels_last)
