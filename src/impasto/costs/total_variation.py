"""The total variation of a picture, added to the cost: it is less for a picture with less noise, and keeps edges.

    V = 1 / (3 H W) * sum (sqrt(dx^2 + dy^2 + d^2) - d),    dx, dy: to the next pixel to the right and below

over channels and pixels; beyond the border there is no difference. Rudin, Osher and Fatemi, "Nonlinear total
variation based noise removal algorithms" (1992); Mahendran and Vedaldi (arXiv 1412.0035), equation 4 with beta = 1.
Here it is a mean, so that a picture's size does not change its meaning, and rounded off below a difference of d, so
that it has a derivative everywhere:

    dV/dx = -1 / (3 H W) * div (dx, dy) / sqrt(dx^2 + dy^2 + d^2)

It looks at neighbours of the canvas only: no network, no graph, and a strip of rows at a time.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from impasto.objective.evaluation import Cost, Evaluate, Evaluation
from impasto.objective.tiling.tiles import Span
from impasto.tensor_types import Image, ResizedImage

ROUNDING = 0.02
"""d, where 1 is black to white: five levels of 255. What differs less is taken for noise and not for an edge."""
STRIP = 2**20
"""Values that are looked at at a time, about."""


def variation(
    image: Image, own: Span | None = None, gradient: Tensor | None = None, scale: float = 1.0
) -> float:
    """The sum that V is the mean of; its derivative, times `scale`, is added to `gradient`.

    own: of the rows of `image`, those that are summed over and differentiated by; the gradient holds these. The rows
        around them, one on each side, are there to look at. None: all.

    >>> step = torch.zeros(1, 3, 2, 4)
    >>> step[..., 2:] = 1.0
    >>> round(variation(step) / step.numel(), 5)  # two of eight pixels differ from the next by nearly 1
    0.24505
    """
    own = own or Span(0, image.shape[2])
    rows = max(1, STRIP // (3 * image.shape[3]))
    total = 0.0
    for first in range(own.start, own.stop, rows):
        strip = Span(first, min(first + rows, own.stop))
        value, slope = _strip(image, strip)
        total += value
        if gradient is not None:
            gradient[:, :, strip.within(own)].add_(slope, alpha=scale)
    return total


def _strip(image: Image, strip: Span) -> tuple[float, Tensor]:
    """The sum over some rows, and its derivative by them."""
    seen = Span(max(strip.start - 1, 0), min(strip.stop + 1, image.shape[2]))
    x, here = image[:, :, slice(*seen)], strip.within(seen)
    dx, dy = torch.zeros_like(x), torch.zeros_like(x)
    torch.sub(x[..., 1:], x[..., :-1], out=dx[..., :-1])
    torch.sub(x[:, :, 1:], x[:, :, :-1], out=dy[:, :, :-1])
    length = (dx.square() + dy.square()).add_(ROUNDING**2).sqrt_()
    value = (length[:, :, here] - ROUNDING).sum()
    dx.div_(length)
    dy.div_(length)
    slope = -(dx + dy)
    slope[..., 1:] += dx[..., :-1]
    slope[:, :, 1:] += dy[:, :, :-1]
    return float(value), slope[:, :, here]


class WithVariation:
    """`evaluate(image)` with the total variation added.

    weight: of V in J. reference: what V is divided by first, such as the photograph's own.
    pixels: H W of the whole picture.
    neighbours, total: for an image that is a slab of a picture shared by several processes. The first gives the slab
        with a row more on each side, where there is one, and where in that the slab lies; the second adds numbers up
        over all processes.
    """

    def __init__(
        self,
        evaluate: Evaluate,
        weight: float,
        reference: float,
        pixels: int,
        neighbours: "Neighbours | None" = None,
        total: Callable[[float], float] = float,
    ):
        self._evaluate, self._weight, self._reference = evaluate, weight, reference or 1.0
        self._neighbours, self._total, self._values = neighbours or _all, total, 3 * pixels

    def __call__(self, image: Image) -> Evaluation:
        """J with the variation, and its gradient at `image`."""
        evaluation = self._evaluate(image)
        seen, own = self._neighbours(image.detach())
        unit = 1 / (self._values * self._reference)
        V = unit * self._total(variation(seen, own, evaluation.gradient, self._weight * unit))
        cost = evaluation.cost
        total = cost.total + self._weight * V
        return Evaluation(Cost(total, cost.content, cost.style, V, cost.custom), evaluation.gradient)


Neighbours = Callable[[Tensor], tuple[Tensor, Span]]


def _all(image: Image) -> tuple[ResizedImage, Span]:
    return image, Span(0, image.shape[2])
