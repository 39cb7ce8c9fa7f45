"""Large vectors piece by piece, so that no step of a computation needs a second vector of full size."""

from collections.abc import Iterator

from torch import Tensor

CHUNK = 2**20
"""Values in a piece: 4 MB in float32, so that a few of them stay in a processor's cache."""


def chunks(*vectors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The same piece of each of some contiguous tensors of as many values, [at most CHUNK], as views."""
    flat = [vector.view(-1) for vector in vectors]
    for start in range(0, flat[0].numel(), CHUNK):
        yield tuple(vector[start : start + CHUNK] for vector in flat)


def slabs(picture: Tensor) -> Iterator[slice]:
    """The rows of `picture` [1, n, H, W] in pieces of about CHUNK values, an even number of rows each."""
    values_in_two_rows = 2 * picture.shape[1] * picture.shape[3]
    rows = 2 * max(1, CHUNK // values_in_two_rows)
    for start in range(0, picture.shape[2], rows):
        yield slice(start, min(start + rows, picture.shape[2]))
