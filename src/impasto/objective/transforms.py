"""Costs that see the canvas through a function: J(f(X)), and dJ/dX by the chain rule.

Grey: the cost is brought down over grey pictures only.

Protection: G = (1 - m) X + m C. C is the photograph, m in [0, 1] how far it is protected, and X the canvas that the
solver moves. The cost is that of G, so the network sees what is protected, and strokes join it; dJ/dX = (1 - m) dJ/dG.
Where m = 1, G is C to the bit.

A mirrored margin: the picture's border looks like its inside to the network. VGG-19 surrounds what it sees with zeros
at every convolution. A smooth sky that ends in zeros has other activations at the border than inside, and the solver
answers with dark edges and bright spots in the corners. Mirrored outwards first (Gatys et al. and many after them pad
by reflection), the picture's own pixels lie inside, and the zeros meet only copies. The margin is seen and not
measured: no cost counts its positions. Counted, they would give the outermost pixels a second derivative, and targets
of their own; a straight line ran through pictures where the mirror images end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.evaluation import Evaluate, Evaluation
from impasto.tensor_types import Image


class Transform(NamedTuple):
    """f, and the product of its transposed derivative with a gradient.

    forward: G = f(X), given X. backward: dJ/dX, given dJ/dG, which it may change in place.
    """

    forward: Callable[[Image], Tensor]
    backward: Callable[[Tensor], Tensor]


def seen_through(transform: Transform, evaluate: Evaluate) -> Evaluate:
    """`evaluate(X)`: the cost of f(X), and its gradient with respect to X."""

    def transformed(image: Image) -> Evaluation:
        evaluation = evaluate(transform.forward(image.detach()))
        return Evaluation(evaluation.cost, transform.backward(evaluation.gradient))

    return transformed


def without_color(gradient: Tensor) -> Tensor:
    """A gradient projected onto the grey pictures, in place: of each pixel the mean over the channels, in all of them.

    Along grey pictures it is exact, so a solver that starts from a grey canvas stays with greys. Otherwise the canvas
    would take on colour that lowers the cost, and goes when only its lightness is taken.
    """
    red, green, blue = (gradient[:, channel] for channel in range(3))
    red.add_(green).add_(blue).div_(3)  # in place: a gradient may be gigabytes
    green.copy_(red)
    blue.copy_(red)
    return gradient


GRAYSCALE = Transform(lambda image: image, without_color)
"""A grey canvas as it is, with its gradient projected."""


def grayscale(canvas: Image) -> Image:
    """A canvas of greys with the values of the first channel: noise keeps its amplitude so. A new tensor."""
    return canvas[:, :1].expand(-1, 3, -1, -1).contiguous()


@dataclass(frozen=True, eq=False)
class Protection:
    """content: C [1, 3, H, W]. mask: m [1, 1, H, W]; where several processes share a picture, the own rows of both."""

    content: Tensor
    mask: Tensor

    def over(self, canvas: Image) -> Image:
        """G, given X."""
        # lerp counts from the nearer end: exactly X where m = 0, and exactly C where m = 1.
        return torch.lerp(canvas, self.content.to(canvas), self.mask.to(canvas))

    def transform(self) -> Transform:
        """G as a function of X; dJ/dX = (1 - m) dJ/dG."""
        return Transform(self.over, lambda gradient: gradient.mul_(1 - self.mask.to(gradient)))


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
