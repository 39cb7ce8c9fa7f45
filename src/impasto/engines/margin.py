"""A mirrored margin around the picture, so that its border looks like its inside to the network.

VGG-19 surrounds what it sees with zeros at every convolution. A smooth sky that ends in zeros has other
activations at the border than inside, and the solver answers with dark edges and bright spots in the
corners. Mirrored outwards first (Gatys et al. and many after them pad by reflection), the picture's own
pixels lie inside, and the zeros meet only copies.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.evaluation import Evaluate, Evaluation
from impasto.shapes import Image

MARGIN = 16
"""Pixels: one position of relu5_1, so that every layer's positions stay where they were."""


def mirrored(image: Image, margin: int = MARGIN) -> Tensor:
    """`image` [1, 3, H, W] with its mirror image around it; a picture too small for that gets less."""
    across, down = (min(margin, side - 1) for side in (image.shape[3], image.shape[2]))
    return F.pad(image, (across, across, down, down), mode="reflect")


class Mirrored:
    """`evaluate(image)` that asks `evaluate` for the mirrored picture.

    The targets of `evaluate` have to be made from mirrored pictures too. Each pixel's derivative is the sum
    over itself and its mirror images, so the gradient is exact.
    """

    def __init__(self, evaluate: Evaluate):
        self._evaluate = evaluate

    def __call__(self, image: Image) -> Evaluation:
        """The cost of the mirrored `image`, and its gradient by the pixels of `image`."""
        with torch.enable_grad():
            image = image.detach().requires_grad_(True)
            padded = mirrored(image)
            evaluation = self._evaluate(padded.detach())
            (gradient,) = torch.autograd.grad(padded, image, evaluation.gradient)
        return Evaluation(evaluation.cost, gradient)
