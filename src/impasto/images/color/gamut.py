"""Bring OKLab colours to what sRGB can show, without clipping any channel by itself.

A colour outside sRGB keeps its lightness L and its hue, and gives up as much chroma as it must. Clipped channel by
channel it would change all three: a bright pink turns darker and purple, and strokes of different light turn into one
flat blotch. See B. Ottosson, "sRGB gamut clipping" (2021), where this is called preserving lightness.
"""

import torch
from torch import Tensor

from impasto.images.color.spaces import linear_from_oklab, srgb_from_linear

ROUNDING = 5e-6
"""How far outside [0, 1] a colour of sRGB may come back from OKLab in float32, relative to its brightest channel."""
HALVINGS = 20
"""How often the interval in which the chroma is sought is halved: to a millionth of what it was."""
KNEE = 0.2
"""How much of the range from black to white gives way, at an end that is exceeded."""


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
