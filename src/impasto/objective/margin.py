"""A mirrored margin around the picture, so that its border looks like its inside to the network.

VGG-19 surrounds what it sees with zeros at every convolution. A smooth sky that ends in zeros has other
activations at the border than inside, and the solver answers with dark edges and bright spots in the
corners. Mirrored outwards first (Gatys et al. and many after them pad by reflection), the picture's own
pixels lie inside, and the zeros meet only copies.

The margin is seen and not measured: no cost counts its positions. Counted, they would give the outermost pixels a
second derivative, and targets of their own; a straight line ran through pictures where the mirror images end.
"""

from functools import partial

import torch.nn.functional as F
from torch import Tensor

from impasto.objective.transform import Transform
from impasto.tensor_types import Image

MARGIN = 16
"""Pixels: one position of relu5_1, so that every layer's positions stay where they were."""


def mirrored(image: Image, margin: int = MARGIN) -> Tensor:
    """`image` [1, 3, H, W] with its mirror image around it; a picture too small for that gets less."""
    across, down = (min(margin, side - 1) for side in (image.shape[3], image.shape[2]))
    return F.pad(image, (across, across, down, down), mode="reflect")


def folded(gradient: Tensor, size: tuple[int, int], margin: int = MARGIN) -> Tensor:
    """The gradient with respect to an image [1, 3, *size], given that with respect to its mirrored copy.

    `gradient` is overwritten.

    Each pixel's own derivative and those of its mirror images are added in one order, always: torch's own way back
    adds them on a GPU as they come, and the last bits would differ from run to run.
    """
    for axis, side in zip((2, 3), size, strict=True):
        outside = min(margin, side - 1)
        inside = gradient.narrow(axis, outside, side)
        inside.narrow(axis, 1, outside).add_(gradient.narrow(axis, 0, outside).flip(axis))
        after = gradient.narrow(axis, outside + side, outside)
        inside.narrow(axis, side - 1 - outside, outside).add_(after.flip(axis))
        gradient = inside
    return gradient.contiguous()


def mirror(size: tuple[int, int]) -> Transform:
    """The mirrored picture instead of one of this height and width; targets have to be made from mirrored ones too.

    Each pixel's derivative is the sum over itself and its mirror images, so the gradient is exact.
    """
    return Transform(mirrored, partial(folded, size=size))
