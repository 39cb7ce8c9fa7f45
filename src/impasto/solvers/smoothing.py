"""A smoothing metric for pictures: what L-BFGS takes as its first guess of the inverse Hessian.

In a picture, coarse structure has far more energy than fine (its spectrum falls like 1/f; Field 1987), and
the cost hardly sees the finest. Measured pixel by pixel, both count alike, and the solver fills the picture
with fine noise long before the large shapes are in place. Here a change is measured band by band instead:

    M = 1 + g B^T (1 + g B^T (...) B) B,    B: blur with [1 3 3 1] / 8 per axis, keep every second pixel

B^T, the transpose of B, is the same blur after spreading the pixels apart, so M is symmetric and positive
definite whatever the picture's size. Its response falls from about `LIFT` ** LEVELS at the coarsest to 1 at
the finest frequency. Colour is measured apart from grey, likewise: pictures have far less contrast in colour
than in light, and the cost lets colour noise pass that the eye does not. All of it costs a few operations per
value, and changes the way to the minimum, not the minimum.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

LEVELS = 5
"""Halvings: structure coarser than 2 ** (LEVELS + 1) pixels is not lifted any further."""
LIFT = 2.0
"""How much further each coarser octave moves: 2 for amplitudes that fall like 1/f."""
COLOUR = 0.25
"""How far the differences between channels move, beside their mean."""
SHORTEST_SIDE = 4
TAPS = (1 / 8, 3 / 8, 3 / 8, 1 / 8)


def picture_metric(change: Tensor) -> Tensor:
    """The metric for a picture: `change` [1, n, H, W], smoothed, its colour held back; of the same shape."""
    grey = change.mean(dim=1, keepdim=True)
    return smoothed(torch.lerp(grey, change, COLOUR))


def smoothed(change: Tensor, levels: int = LEVELS) -> Tensor:
    """M applied to `change` [1, n, H, W], each channel by itself; of the same shape.

    levels: halvings at most; a picture stops halving below four pixels a side.
    """
    if levels == 0 or min(change.shape[2:]) < SHORTEST_SIDE:
        return change
    kernel = _kernel(change)
    odd = (change.shape[2] % 2, change.shape[3] % 2)
    n = change.shape[1]
    coarse = smoothed(F.conv2d(change, kernel, stride=2, padding=1, groups=n), levels - 1)
    spread = F.conv_transpose2d(coarse, kernel, stride=2, padding=1, output_padding=odd, groups=n)
    # B^T B passes a quarter of what is constant: one pixel in four is kept.
    return torch.add(change, spread, alpha=4 * LIFT)


def _kernel(like: Tensor) -> Tensor:
    taps = like.new_tensor(TAPS)
    return torch.outer(taps, taps).expand(like.shape[1], 1, -1, -1)
