"""What a picture's colours are where it is transparent, and what it looks like on paper."""

import torch
from torch import Tensor
from torch.nn import functional


def fill_hidden(rgb: Tensor, alpha: Tensor) -> Tensor:
    """Continue the visible colours smoothly under alpha = 0.

    Files keep rubbish there, mostly black. The whole picture is painted, and the painter sees a
    neighbourhood: black or white behind an outline would be painted as a dark or pale fringe inside it. So
    each hidden pixel takes the colour of its visible surroundings, from the finest level of an
    alpha-weighted pyramid that sees any ("push-pull": Gortler et al., The Lumigraph, 1996).

    Args:
        rgb: [1, 3, H, W] in [0, 1], straight.
        alpha: [1, 1, H, W] in [0, 1].

    Returns:
        [1, 3, H, W]; unchanged where alpha > 0, and everywhere if nothing at all is visible.
    """
    hidden = alpha <= 0
    if not hidden.any() or hidden.all():
        return rgb
    return torch.where(hidden, _spread(rgb * alpha, alpha).clamp(0, 1), rgb)


def _spread(weighted: Tensor, weight: Tensor) -> Tensor:
    known = weight > 0
    colour = weighted / weight.where(known, torch.ones_like(weight))
    if known.all():
        return colour
    coarse = _spread(_halve(weighted), _halve(weight))
    around = functional.interpolate(coarse, size=weight.shape[-2:], mode="bilinear", align_corners=False)
    return torch.where(known, colour, around)


def _halve(image: Tensor) -> Tensor:
    return functional.avg_pool2d(image, 2, ceil_mode=True)


def on_white(rgb: Tensor, alpha: Tensor) -> Tensor:
    """Composite [1, 3, H, W] with alpha [1, 1, H, W] onto white, in coded values as browsers do."""
    return rgb * alpha + (1 - alpha)
