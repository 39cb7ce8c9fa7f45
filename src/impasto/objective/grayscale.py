"""A canvas without colour: the cost is brought down over grey pictures only."""

from impasto.evaluation import Evaluate, Evaluation
from impasto.tensor_types import Image


class Grayscale:
    """`evaluate(image)` whose gradient is grey, so that a solver that starts from a grey canvas stays with greys.

    The gradient is projected onto the grey pictures: of each pixel the mean over the channels, in all of them. Along
    them it is exact. Otherwise the canvas would take on colour that lowers the cost, and goes when only its lightness
    is taken.
    """

    def __init__(self, evaluate: Evaluate):
        self._evaluate = evaluate

    def __call__(self, image: Image) -> Evaluation:
        """The cost at `image`, and its projected gradient."""
        evaluation = self._evaluate(image)
        gradient = evaluation.gradient
        red, green, blue = (gradient[:, channel] for channel in range(3))
        red.add_(green).add_(blue).div_(3)  # in place: a gradient may be gigabytes
        green.copy_(red)
        blue.copy_(red)
        return evaluation


def grayscale(canvas: Image) -> Image:
    """A canvas of greys with the values of the first channel: noise keeps its amplitude so. A new tensor."""
    return canvas[:, :1].expand(-1, 3, -1, -1).contiguous()
