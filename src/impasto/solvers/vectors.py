"""What is done with vectors as large as the picture: in place, or piece by piece, so that few are needed at a time.

The image stays in the box [0, 1] (Bertsekas 1982): what its border holds takes no part in a step.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

CHUNK = 2**20  # values in a piece: 4 MB in float32, so that a few of them stay in a processor's cache
SCRATCH_PIECES = 32
"""Pieces of at most CHUNK values in addition to a solver's vectors: measured as 23 to 114 MB, most of it in the
metric's convolutions, and the same for a canvas of 6 and of 17 megapixels."""


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


def scratch_bytes(vector: int) -> int:
    """The most bytes of the pieces of a vector of so many bytes that a solver has in addition to its vectors."""
    return SCRATCH_PIECES * min(vector, CHUNK * torch.float32.itemsize)
