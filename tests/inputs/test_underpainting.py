"""The underpainting: colours that go where they belong."""

import pytest
import torch

from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.inputs import underpainting as module
from impasto.inputs.inputs import Guidance, read_inputs
from impasto.inputs.places import InputPlaces
from impasto.inputs.underpainting import underpainting
from tests.helpers import halves, random_image, tiny_encoder


def underpainted(inputs, size):
    return underpainting(InputPlaces.of(tiny_encoder(None, pooling="average"), inputs), inputs, size)


def test_bright_sky_takes_the_bright_sky_of_the_painting():
    content = halves((0.7, 0.8, 1.0), (0.2, 0.2, 0.2))
    style = halves((1.0, 0.8, 0.3), (0.3, 0.0, 0.0))
    found = underpainted(read_inputs(content, style), (96, 128))
    assert found.shape == (1, 3, 96, 128)
    assert found.min() >= 0 and found.max() <= 1
    for rows in (slice(8, 40), slice(56, 88)):
        expected = oklab_from_linear(linear_from_srgb(style))[..., rows, :].mean((2, 3))
        got = oklab_from_linear(linear_from_srgb(found))[..., rows, :].mean((2, 3))
        assert (got - expected).norm() < 0.05


def test_a_region_takes_the_colours_of_its_own_style(monkeypatch):
    content = random_image(96, 128, 1)
    red, blue = halves((0.9, 0.1, 0.1), (0.6, 0.0, 0.0)), halves((0.1, 0.1, 0.9), (0.0, 0.0, 0.6))
    left = torch.zeros(96, 128)
    left[:, :64] = 1
    inputs = read_inputs(content, [red, blue], guidance=Guidance(masks=[left, 1 - left]))
    monkeypatch.setattr(module, "FINE_CHROMA", 0.0)
    found = underpainted(inputs, (96, 128))
    mean = found.mean(2)[0]
    assert (mean[0, :60] > mean[2, :60]).all() and (mean[2, 68:] > mean[0, 68:]).all()


@pytest.mark.parametrize("size", [(24, 32), (300, 400)])
def test_it_has_the_size_that_is_asked_for(size, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 256)
    inputs = read_inputs(random_image(300, 400, 1), random_image(64, 40, 2))
    assert underpainted(inputs, size).shape == (1, 3, *size)
