"""Colour spaces: sRGB, linear light and OKLab. All take and give [..., 3, H, W]."""

import torch
from torch import Tensor

# OKLab's matrices: Björn Ottosson, "A perceptual color space for image processing", 2020, revised 2021.
_LMS_FROM_LINEAR = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_OKLAB_FROM_LMS = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def linear_from_srgb(coded: Tensor) -> Tensor:
    """Linear light from gamma-coded sRGB, both in [0, 1] (IEC 61966-2-1)."""
    # clamp keeps the power's unused branch away from negative bases, whose NaN would spoil gradients.
    power = ((coded.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4
    return torch.where(coded <= 0.04045, coded / 12.92, power)


def srgb_from_linear(linear: Tensor) -> Tensor:
    """Gamma-coded sRGB from linear light, both in [0, 1] (IEC 61966-2-1)."""
    power = 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, linear * 12.92, power)


def oklab_from_linear(linear: Tensor) -> Tensor:
    """OKLab (L in [0, 1], a and b about [-0.4, 0.4]) from linear sRGB (Ottosson 2020)."""
    lms = _mix(linear, linear.new_tensor(_LMS_FROM_LINEAR))
    cube_root = lms.sign() * lms.abs() ** (1 / 3)
    return _mix(cube_root, linear.new_tensor(_OKLAB_FROM_LMS))


def linear_from_oklab(oklab: Tensor) -> Tensor:
    """Linear sRGB from OKLab; colours outside sRGB come out outside [0, 1]."""
    # The inverse is computed in float64: the published inverse is rounded, and would drift on a round trip.
    lms = _mix(oklab, _inverse(_OKLAB_FROM_LMS, oklab)) ** 3
    return _mix(lms, _inverse(_LMS_FROM_LINEAR, oklab))


def _mix(channels: Tensor, matrix: Tensor) -> Tensor:
    return torch.einsum("dc,...chw->...dhw", matrix, channels)


def _inverse(matrix: tuple[tuple[float, ...], ...], like: Tensor) -> Tensor:
    return torch.linalg.inv(torch.tensor(matrix, dtype=torch.float64)).to(like)
