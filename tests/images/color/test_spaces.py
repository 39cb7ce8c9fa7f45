import math

import numpy as np
import pytest
import torch

from impasto.images.color.spaces import (
    compressed,
    linear_from_oklab,
    linear_from_srgb,
    oklab_from_linear,
    srgb_from_linear,
    srgb_from_oklab,
)


def colour(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).view(1, 3, 1, 1)


@pytest.mark.parametrize(
    ("coded", "linear"),
    [  # IEC 61966-2-1; 0.21404114 and 0.04045 / 12.92 are the values every table prints
        (0.0, 0.0),
        (0.04045, 0.04045 / 12.92),
        (0.5, 0.21404114048223255),
        (188 / 255, 0.5028864580325687),
        (1.0, 1.0),
    ],
)
def test_srgb_worked_values(coded, linear):
    torch.testing.assert_close(
        linear_from_srgb(colour(*[coded] * 3)), colour(*[linear] * 3), atol=1e-9, rtol=0
    )
    torch.testing.assert_close(
        srgb_from_linear(colour(*[linear] * 3)), colour(*[coded] * 3), atol=1e-6, rtol=0
    )


def test_srgb_there_and_back_keeps_16_bits_in_float32():
    ramp = torch.arange(65536, dtype=torch.float32).view(1, 1, 256, 256) / 65535
    back = srgb_from_linear(linear_from_srgb(ramp))
    assert torch.equal((back * 65535).round(), (ramp * 65535).round())


def test_srgb_gradients_are_finite_everywhere():
    values = torch.tensor([-0.5, 0.0, 0.001, 0.5, 1.0, 1.5], dtype=torch.float64).requires_grad_()
    for curve in (linear_from_srgb, srgb_from_linear):
        (gradient,) = torch.autograd.grad(curve(values).sum(), values)
        assert gradient.isfinite().all()


XYZ_TO_LINEAR = torch.tensor(
    [
        [3.2404541621, -1.5371385128, -0.4985314096],
        [-0.9692660305, 1.8760108454, 0.0415560175],
        [0.0556434310, -0.2040259135, 1.0572251882],
    ],
    dtype=torch.float64,
)


@pytest.mark.parametrize(
    ("xyz", "oklab"),
    [  # the table of Ottosson's post
        ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
        ((1.000, 0.000, 0.000), (0.450, 1.236, -0.019)),
        ((0.000, 1.000, 0.000), (0.922, -0.671, 0.263)),
        ((0.000, 0.000, 1.000), (0.153, -1.415, -0.449)),
    ],
)
def test_oklab_worked_values(xyz, oklab):
    linear = (XYZ_TO_LINEAR @ torch.tensor(xyz, dtype=torch.float64)).view(1, 3, 1, 1)
    torch.testing.assert_close(oklab_from_linear(linear), colour(*oklab), atol=2e-3, rtol=0)


@pytest.mark.parametrize(
    ("linear", "oklab"),
    [  # as CSS Color 4 and Ottosson's own tables print them
        ((1, 1, 1), (1.0, 0.0, 0.0)),
        ((1, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 1, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 1), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_of_white_and_the_primaries(linear, oklab):
    torch.testing.assert_close(oklab_from_linear(colour(*linear)), colour(*oklab), atol=1e-5, rtol=0)


def test_oklab_there_and_back():
    linear = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(linear_from_oklab(oklab_from_linear(linear)), linear, atol=1e-12, rtol=0)


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
