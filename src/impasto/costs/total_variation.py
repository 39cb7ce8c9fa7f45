"""Variation of a picture, added to the cost: it is less for a picture with less noise.

Total variation keeps edges:

    V = 1 / (3 H W) * sum (sqrt(dx^2 + dy^2 + d^2) - d),    dx, dy: to the next pixel to the right and below

over channels and pixels; beyond the border there is no difference. Rudin, Osher and Fatemi, "Nonlinear total
variation based noise removal algorithms" (1992); Mahendran and Vedaldi (arXiv 1412.0035), equation 4 with beta = 1.
Here it is a mean, so that a picture's size does not change its meaning, and rounded off below a difference of d, so
that it has a derivative everywhere:

    dV/dx = -1 / (3 H W) * div (dx, dy) / sqrt(dx^2 + dy^2 + d^2)

Squared variation spreads them, and takes grain away evenly, as crowsonkb's style-transfer-pytorch does:

    Q = 1 / (3 H W) * sum (dx^2 + dy^2)        dQ/dx = -2 / (3 H W) * div (dx, dy)

Both look at neighbours of the canvas only: no network, no graph, and a strip of rows at a time.
"""

import torch
from torch import Tensor

from impasto.costs.image_cost import CanvasScale, ImageCost, PictureRows, strips_of
from impasto.tensor_types import Image, Span

ROUNDING = 0.02
"""d, where 1 is black to white: five levels of 255. What differs less is taken for noise and not for an edge."""


def variation(image: Image, own: Span | None = None) -> float:
    """The sum that V is the mean of.

    own: of the rows of `image`, those that are summed over. The rows around them, one on each side, are there to look
        at. None: all.

    >>> step = torch.zeros(1, 3, 2, 4)
    >>> step[..., 2:] = 1.0
    >>> round(variation(step) / step.numel(), 5)  # two of eight pixels differ from the next by nearly 1
    0.24505
    """
    total = 0.0
    for strip in strips_of(own or Span(0, image.shape[2]), image.shape[3]):
        total += variation_and_slope(image, strip)[0]
    return total


def variation_and_slope(image: Image, strip: Span) -> tuple[float, Tensor]:
    """The sum over some rows of `image`, and its derivative by them; `image` has the rows next to them, too."""
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


class TotalVariation(ImageCost):
    """V as a cost on the picture.

    weight: of V in J. normalize: whether V is divided by the content image's own, so that the weight means the same for
    every photograph.
    """

    halo = 1
    part = "variation"

    def __init__(self, weight: float, normalize: bool, reference: float = 1.0):
        self.weight, self.factor = weight, weight or 1.0
        self._normalize, self._reference = normalize, reference

    def at(self, scale: CanvasScale) -> ImageCost:
        """The cost with the content image's V as its reference; an image without variation has none."""
        if not self._normalize:
            return self
        seen = scale.own.widened(self.halo, scale.size[0])
        own = Span(*(row - seen.start for row in scale.own))
        height, width = scale.size
        reference = scale.total(variation(scale.content(seen), own)) / (3 * height * width)
        return TotalVariation(self.weight, False, reference or 1.0)

    def unit(self, size: tuple[int, int]) -> float:
        """1 / (3 H W), over the reference."""
        return 1 / (3 * size[0] * size[1] * self._reference)

    def evaluate(self, image: Tensor, rows: PictureRows) -> tuple[float, Tensor]:
        """The sum that V is the mean of, over a strip of rows, and its derivative by them."""
        return variation_and_slope(image, Span(*(row - rows.seen.start for row in rows.own)))


class SquaredVariation(ImageCost):
    """Q as a cost on the picture, reported as a part of the style cost.

    weight: of Q in the style cost. beta: of the style cost in J.
    """

    halo = 1
    part = "style"

    def __init__(self, weight: float, beta: float = 1.0):
        self.weight, self.factor = weight * beta, beta

    def unit(self, size: tuple[int, int]) -> float:
        """1 / (3 H W)."""
        return 1 / (3 * size[0] * size[1])

    def evaluate(self, image: Tensor, rows: PictureRows) -> tuple[float, Tensor]:
        """The sum that Q is the mean of, over a strip of rows, and its derivative by them."""
        own = rows.own.within(rows.seen)
        across, down = image[..., 1:] - image[..., :-1], image[:, :, 1:] - image[:, :, :-1]
        slope = torch.zeros_like(image)
        slope[..., 1:] += across
        slope[..., :-1] -= across
        slope[:, :, 1:] += down
        slope[:, :, :-1] -= down
        squares = across[:, :, own].square().sum(dtype=torch.float64)
        squares += down[:, :, own].square().sum(dtype=torch.float64)  # each row's step to the one below it
        return float(squares), 2 * slope[:, :, own]
