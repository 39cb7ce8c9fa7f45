"""The box [0, 1] that the image stays in (Bertsekas 1982): what its border holds takes no part in a step."""

import torch
from torch import Tensor

from impasto.solvers.chunks import chunks


def steepest_descent(image: Tensor, gradient: Tensor) -> Tensor:
    """-gradient, and 0 where the border of the box holds a value that it pushes outwards."""
    direction = -gradient
    for x, d in chunks(image, direction):
        d.masked_fill_(_outward(x, d), 0)
    return direction


def hold(direction: Tensor, image: Tensor, gradient: Tensor) -> None:
    """Set `direction` to 0, in place, where -gradient or it itself pushes a value out of the box."""
    for d, x, g in chunks(direction, image, gradient):
        d.masked_fill_(_outward(x, -g), 0)
        d.masked_fill_(_outward(x, d), 0)


def _outward(image: Tensor, direction: Tensor) -> Tensor:
    """Where a value on the border of [0, 1] is pushed out of it."""
    return ((image <= 0) & (direction < 0)) | ((image >= 1) & (direction > 0))


def moved(image: Tensor, direction: Tensor, length: float) -> Tensor:
    """A new image, `length` times `direction` from `image` along the projected line."""
    return torch.add(image, direction, alpha=length).clamp_(0, 1)
