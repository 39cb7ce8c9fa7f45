"""Out of OKLab again: what sRGB shows is left alone, the rest loses chroma and nothing else."""

import math

import numpy as np
import pytest
import torch

from impasto.images.color.gamut import compressed, srgb_from_oklab
from impasto.images.color.spaces import linear_from_oklab, linear_from_srgb, oklab_from_linear


def oklab(L, chroma, hue) -> torch.Tensor:
    """[1, 3, 1, n] of lightness, chroma and hue in radians, float64."""
    L, chroma, hue = torch.broadcast_tensors(
        *(torch.as_tensor(x, dtype=torch.float64) for x in (L, chroma, hue))
    )
    return torch.stack([L, chroma * hue.cos(), chroma * hue.sin()]).view(1, 3, 1, -1)


def back(coded: torch.Tensor) -> torch.Tensor:
    return oklab_from_linear(linear_from_srgb(coded))


@pytest.fixture
def wild() -> torch.Tensor:
    """Colours of every lightness and hue, far outside sRGB."""
    L, hue = torch.meshgrid(torch.linspace(0.02, 0.98, 33), torch.linspace(-3.1, 3.1, 64), indexing="ij")
    return oklab(L.flatten(), 0.45, hue.flatten())


@pytest.mark.slow
def test_what_can_be_shown_comes_back_as_it_was():
    coded = torch.rand(1, 3, 50, 50, generator=torch.Generator().manual_seed(0))
    coded[0, :, 0, :8] = torch.tensor([[float(c) for c in f"{n:03b}"] for n in range(8)]).T  # the corners
    torch.testing.assert_close(srgb_from_oklab(back(coded)), coded, rtol=0, atol=5e-5)
    torch.testing.assert_close(srgb_from_oklab(back(coded.double())), coded.double(), rtol=0, atol=2e-6)


def test_lightness_and_hue_are_kept(wild):
    shown = back(srgb_from_oklab(wild))
    torch.testing.assert_close(shown[:, 0], wild[:, 0], rtol=0, atol=1e-5)
    hue, chroma = torch.atan2(shown[:, 2], shown[:, 1]), shown[:, 1:].norm(dim=1)
    off = hue - torch.atan2(wild[:, 2], wild[:, 1])
    assert (torch.atan2(off.sin(), off.cos()).abs() * chroma).max() < 1e-5


def test_no_more_chroma_is_given_up_than_must_be(wild):
    """Against a plain search: a thousand chromas, the largest that all three channels can show."""
    shown = back(srgb_from_oklab(wild))[0, 1:, 0].norm(dim=0)
    parts = torch.linspace(0, 1, 1000, dtype=torch.float64).view(-1, 1, 1)
    scaled = torch.cat([wild[:, :1, 0].expand(1000, -1, -1), wild[:, 1:, 0] * parts], dim=1)
    linear = linear_from_oklab(scaled.unsqueeze(2))[:, :, 0]
    inside = ((linear >= 0) & (linear <= 1)).all(dim=1)
    first_out = inside.int().argmin(dim=0)
    expected = 0.45 * (first_out - 1).clamp(min=0) / 999
    assert (shown - expected).abs().max() < 0.45 / 999 + 1e-3


def test_a_bright_pink_stays_bright_and_pink():
    """Clipped channel by channel it turns darker and purple."""
    pink = oklab(0.8, 0.3, 0.0)
    L, a, b = oklab_from_linear(linear_from_oklab(pink).clamp(0, 1)).flatten().tolist()
    assert L < 0.7
    assert math.atan2(b, a) < -0.2
    L, a, b = back(srgb_from_oklab(pink)).flatten().tolist()
    assert pytest.approx(0.8, abs=1e-5) == L
    assert abs(b) < 1e-5


def test_beyond_white_is_white_and_beyond_black_black():
    ends = srgb_from_oklab(oklab([1.3, -0.2], 0.2, [0.5, 2.0]))
    torch.testing.assert_close(ends[0, :, 0].float(), torch.tensor([[1.0, 0.0]] * 3), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("low", "high"), [(-0.5, 1.7), (0.1, 1.02), (-2.0, 0.9), (0.0, 1.0)])
def test_lightness_bends_without_a_flat_end(low, high):
    L = torch.linspace(low, high, 2001, dtype=torch.float64)
    bent = compressed(L, low, high)
    assert bent.min() >= -1e-12
    assert bent.max() <= 1 + 1e-12
    assert bent[-1].item() == pytest.approx(min(high, 1))
    assert bent[0].item() == pytest.approx(max(low, 0))
    slope = np.diff(bent) / np.diff(L)
    assert slope.min() > 0.005
    assert slope.max() < 1 + 1e-9
    assert np.abs(np.diff(slope)).max() < 0.05  # no corner
    middle = (L > 0.2) & (L < 0.8)
    assert torch.equal(bent[middle], L[middle])


def test_lightness_that_fits_is_left_alone():
    L = torch.linspace(0, 1, 101)
    assert torch.equal(compressed(L, 0.0, 1.0), L)
