"""What is done with vectors as large as the picture: in place, or piece by piece, so that few are needed at a time.

The image stays in the box [0, 1] (Bertsekas 1982): what its border holds takes no part in a step.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

CHUNK = 2**20
"""Values in a piece: 4 MB in float32, so that a few of them stay in a processor's cache."""


def chunks(*vectors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Pieces of at most CHUNK values, the same of each of these contiguous tensors of one length, as views."""
    flat = [vector.view(-1) for vector in vectors]
    for start in range(0, flat[0].numel(), CHUNK):
        yield tuple(vector[start : start + CHUNK] for vector in flat)


def slabs(picture: Tensor) -> Iterator[slice]:
    """The rows of `picture` [1, n, H, W] in pieces of about CHUNK values, an even number of rows each."""
    values_in_two_rows = 2 * picture.shape[1] * picture.shape[3]
    rows = 2 * max(1, CHUNK // values_in_two_rows)
    for start in range(0, picture.shape[2], rows):
        yield slice(start, min(start + rows, picture.shape[2]))


def dot(a: Tensor, b: Tensor) -> float:
    """The sum of a * b, both contiguous."""
    return float(torch.dot(a.view(-1), b.view(-1)))


def largest_magnitude(x: Tensor) -> float:
    """The largest absolute value; NaN when there is one."""
    low, high = x.aminmax()
    return max(abs(float(low)), abs(float(high)))


def is_finite(x: Tensor) -> bool:
    """Whether every value is a finite number."""
    return math.isfinite(largest_magnitude(x))


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
    """Whether each value lies on the border of [0, 1] and is pushed out of it."""
    return ((image <= 0) & (direction < 0)) | ((image >= 1) & (direction > 0))


def moved(image: Tensor, direction: Tensor, length: float) -> Tensor:
    """A new image, `length` times `direction` from `image` along the projected line."""
    return torch.add(image, direction, alpha=length).clamp_(0, 1)


_LOW_BITS = 16


def round_at_random(x: Tensor, generator: torch.Generator) -> Tensor:
    """`x` (float32) to one of its two neighbours in bfloat16, each the likelier the nearer; the mean is x.

    Adam's mean of squares changes by a thousandth at most in a step (1 - beta_2), and bfloat16 steps by a
    hundred-and-twenty-eighth: rounded to the nearest it would stand still for ever (stochastic rounding:
    Gupta et al., arXiv 1502.02551).
    """
    bits = x.float().view(torch.int32)
    noise = torch.randint(
        0, 1 << _LOW_BITS, bits.shape, generator=generator, dtype=torch.int32, device=x.device
    )
    return bits.add(noise).bitwise_and_(-1 << _LOW_BITS).view(torch.float32).to(torch.bfloat16)
