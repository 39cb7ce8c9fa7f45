import pytest
import torch

from impasto.images.color.spaces import (
    linear_from_oklab,
    linear_from_srgb,
    oklab_from_linear,
    srgb_from_linear,
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
