"""The underpainting: its coupling against the plain iteration, and colours that go where they belong."""

import math

import pytest
import torch

from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.inputs import underpainting as module
from impasto.inputs.inputs import Guidance, read_inputs
from impasto.inputs.underpainting import EPS, ITERATIONS, RHO, coupling, underpainting
from tests.helpers import random_image, tiny_encoder


def test_the_coupling_is_that_of_the_iteration_in_logarithms():
    """Chizat et al., algorithm 1, written with logarithms, which cannot leave the range of numbers."""
    generator = torch.Generator().manual_seed(0)
    cost = 8 * torch.rand(60, 50, generator=generator, dtype=torch.float64)
    mass = torch.rand(50, generator=generator, dtype=torch.float64)
    mass /= mass.sum()
    kernel, of_style = -cost / EPS, torch.zeros(50, dtype=torch.float64)
    for _ in range(ITERATIONS):
        of_content = -math.log(60) - torch.logsumexp(kernel + of_style, 1)
        of_style = RHO / (RHO + EPS) * (mass.log() - torch.logsumexp(kernel + of_content[:, None], 0))
    expected = (kernel + of_content[:, None] + of_style).exp()
    expected /= expected.sum(1, keepdim=True)
    torch.testing.assert_close(coupling(cost, mass), expected, rtol=1e-9, atol=1e-12)


def test_a_place_that_costs_less_is_the_partner():
    cost = (
        1 - torch.eye(8, dtype=torch.float64)[torch.randperm(8, generator=torch.Generator().manual_seed(0))]
    )
    P = coupling(cost, torch.full((8,), 1 / 8, dtype=torch.float64))
    assert torch.equal(P.argmax(1), cost.argmin(1))
    torch.testing.assert_close(P.sum(1), torch.ones(8, dtype=torch.float64))


def halves(top, bottom, height=96, width=128):
    image = torch.zeros(1, 3, height, width)
    image[:, :, : height // 2] = torch.tensor(top).view(1, 3, 1, 1)
    image[:, :, height // 2 :] = torch.tensor(bottom).view(1, 3, 1, 1)
    return (image + 0.02 * random_image(height, width)).clamp(0, 1)


def test_bright_sky_takes_the_bright_sky_of_the_painting():
    content = halves((0.7, 0.8, 1.0), (0.2, 0.2, 0.2))
    style = halves((1.0, 0.8, 0.3), (0.3, 0.0, 0.0))
    found = underpainting(tiny_encoder(None, pooling="average"), read_inputs(content, style), (96, 128))
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
    found = underpainting(tiny_encoder(None, pooling="average"), inputs, (96, 128))
    mean = found.mean(2)[0]
    assert (mean[0, :60] > mean[2, :60]).all() and (mean[2, 68:] > mean[0, 68:]).all()


@pytest.mark.parametrize("size", [(24, 32), (300, 400)])
def test_it_has_the_size_that_is_asked_for(size, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 256)
    inputs = read_inputs(random_image(300, 400, 1), random_image(64, 40, 2))
    assert underpainting(tiny_encoder(None, pooling="average"), inputs, size).shape == (1, 3, *size)
