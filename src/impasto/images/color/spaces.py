"""Colour spaces: sRGB, linear light and OKLab. All take and give [..., 3, H, W].

A colour of OKLab that sRGB cannot show is not clipped channel by channel, which would change lightness, hue and chroma:
a bright pink would turn darker and purple, and strokes of different light into one flat blotch. It keeps its lightness
L and its hue, and gives up as much chroma as it must. See B. Ottosson, "sRGB gamut clipping" (2021), where this is
called preserving lightness.
"""

import torch
from torch import Tensor

# OKLab's matrices: Björn Ottosson, "A perceptual color space for image processing", 2020, revised 2021.
LMS_FROM_LINEAR = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
OKLAB_FROM_LMS = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


ROUNDING = 5e-6
"""How far outside [0, 1] a colour of sRGB may come back from OKLab in float32, relative to its brightest channel."""
HALVINGS = 20
"""How often the interval in which the chroma is sought is halved: to a millionth of what it was."""
KNEE = 0.2  # how much of the range from black to white gives way, at an end that is exceeded


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
    lms = _mix(linear, linear.new_tensor(LMS_FROM_LINEAR))
    cube_root = lms.sign() * lms.abs() ** (1 / 3)
    return _mix(cube_root, linear.new_tensor(OKLAB_FROM_LMS))


def linear_from_oklab(oklab: Tensor) -> Tensor:
    """Linear sRGB from OKLab; colours outside sRGB come out outside [0, 1]."""
    # The inverse is computed in float64: the published inverse is rounded, and would drift on a round trip.
    lms = _mix(oklab, _inverse(OKLAB_FROM_LMS, oklab)) ** 3
    return _mix(lms, _inverse(LMS_FROM_LINEAR, oklab))


def _mix(channels: Tensor, matrix: Tensor) -> Tensor:
    return torch.einsum("dc,...chw->...dhw", matrix, channels)


def _inverse(matrix: tuple[tuple[float, ...], ...], like: Tensor) -> Tensor:
    return torch.linalg.inv(torch.tensor(matrix, dtype=torch.float64)).to(like)


def srgb_from_oklab(oklab: Tensor) -> Tensor:
    """Gamma-coded sRGB [..., 3, H, W] in [0, 1] of OKLab; a colour outside keeps L (within [0, 1]) and its hue.

    >>> too_red = torch.tensor([0.6, 0.5, 0.0]).view(3, 1, 1)
    >>> [round(float(channel), 2) for channel in srgb_from_oklab(too_red)]
    [0.9, 0.0, 0.48]
    """
    lightness = oklab[..., :1, :, :].clamp(0, 1)
    linear = linear_from_oklab(torch.cat([lightness, oklab[..., 1:, :, :]], dim=-3))
    outside = ~_is_shown(linear)
    if outside.any():
        planes, light, color = (one.movedim(-3, 0) for one in (linear, lightness, oklab))  # views
        planes[:, outside] = _with_less_chroma(light[:, outside], color[1:, outside])
    return srgb_from_linear(linear.clamp_(0, 1))


def compressed(L: Tensor, low: float, high: float) -> Tensor:
    """Lightness that lies between `low` and `high`, brought into [0, 1] without a flat end.

    What stays within [0, 1] by itself is left alone. At an end that is exceeded, the last fifth of the range bends
    away smoothly (a rational curve, with slope 1 where it begins) and ends in pure white or black.

    >>> compressed(torch.tensor([0.5, 0.8, 1.0, 1.4]), 0.0, 1.4)
    tensor([0.5000, 0.8000, 0.9200, 1.0000])
    """
    above, below = high - (1 - KNEE), KNEE - low
    if above > KNEE:
        L = torch.where(L > 1 - KNEE, 1 - KNEE + _bent(L - (1 - KNEE), above), L)
    if below > KNEE:
        L = torch.where(L < KNEE, KNEE - _bent(KNEE - L, below), L)
    return L


def _bent(x: Tensor, most: float) -> Tensor:
    """x / (1 + c x), which is KNEE at `most`."""
    return x / (1 + (1 / KNEE - 1 / most) * x.clamp(min=0))


def _is_shown(linear: Tensor) -> Tensor:
    """[..., H, W]: whether sRGB can show a colour."""
    brightest = linear.amax(dim=-3, keepdim=True)
    return ((linear >= -ROUNDING * brightest) & (linear <= 1 + ROUNDING)).all(dim=-3)


def _with_less_chroma(lightness: Tensor, ab: Tensor) -> Tensor:
    """Linear sRGB [3, n] of OKLab colours [1, n] and [2, n], with as much of their chroma as can be shown.

    Grey can always be shown; from there outwards there is one border (but for a few thousandths of chroma in the
    darkest blues, where this stays on the inner side or lands on the outer one: both can be shown).
    """

    def linear(part: Tensor) -> Tensor:
        return linear_from_oklab(torch.cat([lightness, part * ab]).unsqueeze(1)).squeeze(1)

    low, high = torch.zeros_like(lightness), torch.ones_like(lightness)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        shown = _is_shown(linear(middle).unsqueeze(1))
        low, high = torch.where(shown, middle, low), torch.where(shown, high, middle)
    return linear(low)
