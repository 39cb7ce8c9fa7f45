"""Resampling row by row: a picture of any size in the memory of a strip and of the result.

The filters are those of torch's antialiased interpolation (and Pillow's): in each direction the result is a
weighted mean of the pixels around, the kernel widened by the factor when shrinking, and cut off and
normalised again at the border. Rows are filtered by torch; columns here, because each strip of the source adds
its share to the rows of the result that it reaches.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from impasto.images.pixel_store import Rows, strips


@dataclass(frozen=True)
class Kernel:
    """A filter: its name in torch, its radius in pixels, and its weight at a distance in pixels."""

    mode: str
    radius: int
    weight: Callable[[np.ndarray], np.ndarray]


def _keys(distance: np.ndarray) -> np.ndarray:
    """Cubic convolution with a = -1/2: Keys, IEEE Trans. ASSP 29 (1981), equation 15."""
    x = np.abs(distance)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


BICUBIC = Kernel("bicubic", 2, _keys)
TRIANGLE = Kernel("bilinear", 1, lambda distance: np.maximum(0.0, 1 - np.abs(distance)))
LANCZOS = Kernel("", 3, lambda x: np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0))
"""Torch has none: for `filter_matrix` only."""


def filter_matrix(n_in: int, n_out: int, kernel: Kernel) -> Tensor:
    """The weights [n_out, n_in], float32, with which n_in values in a row become n_out."""
    low, weights = _weights(n_in, n_out, 0, n_out, kernel)
    return torch.from_numpy(_share(low, weights, 0, n_in)[2])


def resampled_rows(
    rows: Rows, source: tuple[int, int], size: tuple[int, int], first: int, last: int, kernel: Kernel
) -> Tensor:
    """Rows `first` to `last` - 1 of a picture of the size `source` resampled to `size`; neither clipped nor rounded.

    rows: reads the source, float32 [1, C, n, W], on any device; only the rows that are needed are read, once each.
    kernel: BICUBIC or TRIANGLE. Returns float32 [1, C, last - first, size[1]] on that device.
    """
    low, weights = _weights(source[0], size[0], first, last, kernel)
    begin, end = int(low[0]), min(int(low[-1]) + weights.shape[1], source[0])
    out: Tensor | None = None
    for a, b in strips(end - begin, source[1]):
        strip, wanted = rows(begin + a, begin + b), (b - a, size[1])
        strip = functional.interpolate(strip, wanted, mode=kernel.mode, antialias=True, align_corners=False)
        if out is None:
            out = strip.new_zeros(1, strip.shape[1], last - first, size[1])
        top, bottom, share = _share(low, weights, begin + a, begin + b)
        out[0, :, top:bottom] += torch.matmul(torch.from_numpy(share).to(strip), strip[0])
    assert out is not None
    return out


def _weights(n_in: int, n_out: int, first: int, last: int, kernel: Kernel) -> tuple[np.ndarray, np.ndarray]:
    """The first row of the source that each row of the result needs, and the weights from there on."""
    scale = n_in / n_out
    widened = max(scale, 1.0)
    centre = (np.arange(first, last) + 0.5) * scale
    low = np.maximum((centre - kernel.radius * widened + 0.5).astype(int), 0)
    high = np.minimum((centre + kernel.radius * widened + 0.5).astype(int), n_in)
    taps = low[:, None] + np.arange((high - low).max())
    weights = kernel.weight((taps + 0.5 - centre[:, None]) / widened) * (taps < high[:, None])
    return low, weights / weights.sum(1, keepdims=True)


def _share(low: np.ndarray, weights: np.ndarray, a: int, b: int) -> tuple[int, int, np.ndarray]:
    """The rows of the result that the rows a to b - 1 of the source reach, and their weights there, float32."""
    top = int(np.searchsorted(low + weights.shape[1], a, side="right"))
    bottom = int(np.searchsorted(low, b, side="left"))
    share = np.zeros((bottom - top, b - a), np.float32)
    column = low[top:bottom, None] + np.arange(weights.shape[1]) - a
    row = np.broadcast_to(np.arange(bottom - top)[:, None], column.shape)
    inside = (column >= 0) & (column < b - a)
    share[row[inside], column[inside]] = weights[top:bottom][inside]
    return top, bottom, share
