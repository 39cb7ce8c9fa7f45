"""A canvas without colour: the cost is brought down over grey pictures only."""

from torch import Tensor

from impasto.objective.transform import Transform
from impasto.tensor_types import Image


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
