"""Pixels as a picture stores them: whole numbers as in its file, read out as float32 some rows at a time."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

LARGE_PICTURE = 16_000_000
"""Pixels; a larger picture is never held in float32: it is stored in 8 or 16 bits, written in tiles."""

FULL_SCALE = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}
"""The integer that stands for 1, by type."""

Rows = Callable[[int, int], Tensor]
"""Rows first to last - 1 as float32 [1, C, last - first, W]."""

_STRIP_PIXELS = 1 << 20
_STRIP_ROWS = 64


class Samples:
    """The values of a picture or of its alpha, all of one type: 1 to 12 bytes a pixel.

    array: [H, W, C], uint8, uint16 (full scale stands for 1) or float32 in [0, 1]; any view, not copied.
    """

    def __init__(self, array: np.ndarray):
        self.array = array
        self.height, self.width = array.shape[:2]

    @classmethod
    def of(cls, image: Tensor) -> "Samples":
        """Samples of a tensor [1, C, H, W], on the CPU; without a copy if it is float32."""
        return cls(image.detach().float()[0].permute(1, 2, 0).numpy())

    def whole(self) -> Tensor:
        """All values as float32 [1, C, H, W] in [0, 1]; a view if they are stored that way."""
        if self.array.dtype == np.float32:
            return _planes(self.array)
        image = torch.empty(1, self.array.shape[2], self.height, self.width)
        rows = self.reader()
        for first, last in strips(self.height, self.width):
            image[:, :, first:last] = rows(first, last)
        return image

    def reader(self, curve: Callable[[Tensor], Tensor] | None = None) -> Rows:
        """A function that reads some rows, float32 in [0, 1], with `curve` (element by element) applied."""
        full = FULL_SCALE.get(self.array.dtype)
        if full is None:
            return lambda first, last: _curved(_planes(self.array[first:last]), curve)
        # Of 256 or 65536 levels each is converted once: a look-up is several times quicker than a power.
        table = _curved(torch.arange(full + 1, dtype=torch.float32) / full, curve).numpy()
        planes = self.array.transpose(2, 0, 1)
        return lambda first, last: torch.from_numpy(np.take(table, planes[:, first:last])[None])

    def put(self, first: int, last: int, values: Tensor, where: Tensor) -> None:
        """Replace rows by `values` [1, C, last - first, W] where `where` [1, 1, last - first, W] is true."""
        mine = self.array[first:last]
        replacing = stored(values[0].permute(1, 2, 0).numpy(), mine.dtype)
        np.copyto(mine, replacing, where=where[0, 0, :, :, None].numpy())

    def is_all_ones(self) -> bool:
        """Whether every value is 1 (full scale)."""
        full = FULL_SCALE.get(self.array.dtype, 1)
        return all((self.array[a:b] == full).all() for a, b in strips(self.height, self.width))


def is_large(height: int, width: int) -> bool:
    """Whether a picture is never to be held in float32."""
    return height * width > LARGE_PICTURE


def stored(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Floats in [0, 1] as numbers of `dtype`: the nearest step of whole numbers."""
    full = FULL_SCALE.get(dtype)
    if full is None:
        return values.astype(dtype, copy=False)
    return np.round(values.clip(0, 1) * np.float32(full)).astype(dtype)


def strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    """(first, last + 1) of the strips of rows that large pictures are worked through in."""
    # Even, so that the strips of one level of a pyramid are whole strips of the next.
    rows = max(2, min(_STRIP_ROWS, _STRIP_PIXELS // max(1, width)) // 2 * 2)
    for first in range(0, height, rows):
        yield first, min(first + rows, height)


def _planes(array: np.ndarray) -> Tensor:
    # Negative strides, which a turned picture has, are unknown to torch.
    planes = array.transpose(2, 0, 1)[None]
    return torch.from_numpy(planes if min(planes.strides) >= 0 else np.ascontiguousarray(planes))


def _curved(values: Tensor, curve: Callable[[Tensor], Tensor] | None) -> Tensor:
    return values if curve is None else curve(values)
