"""The first block of the network, whose way back goes strip by strip: the activations of relu1_1 are never kept.

They take 256 bytes a pixel of the picture, 21 times the picture itself, and so does the gradient by them. Kept for
the way back, as those of deeper layers are, they were two thirds of what an evaluation took. Made again for some rows
they stay in the cache; what that costs in time stands in `docs/performance.md`.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from impasto.kernels.allocation import empty_features, own
from impasto.tensor_types import Features, Image, Input, Span
from impasto.vgg.convolution import Pooling
from impasto.vgg.convolution.patches import PatchesConvolution
from impasto.vgg.convolution.winograd import WinogradConvolution, whole_tiles

SMALLEST = 2**18
"""Pixels from which on a picture's first block goes back like this. relu1_1 is computed twice for it, and paintings of
256 pixels took some 7 percent longer, for nothing: up to here memory is at its peak elsewhere."""
STRIP_BYTES = 8 * 2**20
"""Bytes of a strip's activations, about; there are a few of them at once."""
_SEEN = 1  # rows that a 3x3 kernel sees beyond its own

Derivative = Callable[[Features, Span, Features], Features]
"""(some rows of relu1_1, which rows these are, the gradient by them from above) -> the gradient by them in all; the one
from above may be changed."""


class Opening:
    """relu1_1, relu1_2 and the pooling behind it, once forward and once back.

    first, second: the two convolutions. scale, shift: what the first one sees is image * scale - shift.
    """

    def __init__(
        self,
        first: PatchesConvolution,
        second: WinogradConvolution,
        pooling: Pooling,
        scale: Tensor,
        shift: Tensor,
    ):
        self._first, self._second, self._pooling = first, second, pooling
        self._scale, self._shift = scale, shift

    @torch.no_grad()
    def forward(self, image: Image, observe: Callable[[Features], object]) -> Input:
        """The input of block 2, without a graph. observe: is shown relu1_1, which is not kept."""
        x = image * self._scale - self._shift
        self._x = x.contiguous(memory_format=torch.channels_last)
        a, _ = self._first.forward(self._x, None)
        observe(a)
        pooled, self._bits = self._second.forward(a, self._pooling)
        return pooled

    def backward(self, gradient: Input, derivative: Derivative) -> Image:
        """The gradient by the image, given that by the input of block 2. derivative: adds that by what was observed."""
        _, channels, height, width = self._x.shape
        by_x = empty_features(channels, height, width)
        each = max(1, STRIP_BYTES // (4 * self._first.n_out * width))
        above: Tensor | None = None  # the last rows of the strip before
        for rows in whole_tiles(height, each):
            first = max(0, rows.start - 2 * _SEEN)
            a, bits = self._activations(Span(first, rows.stop))
            g = empty_features(self._first.n_out, rows.stop - first, width)
            if above is not None:
                g[:, :, : rows.start - first] = above
            here = g[:, :, rows.start - first :]
            self._second.backward_rows(gradient, self._bits, self._pooling, (height, width), rows, here)
            found = derivative(a[:, :, rows.start - first :], rows, own(here))
            if found.data_ptr() != here.data_ptr():
                here.copy_(found)
            above = g[:, :, -2 * _SEEN :].clone(memory_format=torch.channels_last)
            part = self._first.backward(g, bits, None, (rows.stop - first, width))
            # The outermost rows of a strip lack what the next one, or the one before, owes them.
            inner = Span(first + _SEEN * (first > 0), rows.stop - _SEEN * (rows.stop < height))
            by_x[:, :, slice(*inner)] = part[:, :, inner.within(Span(first, rows.stop))]
        return by_x * self._scale

    def _activations(self, rows: Span) -> tuple[Tensor, np.ndarray]:
        """Rows of relu1_1, and their bits."""
        height = self._x.shape[2]
        seen = rows.widened(_SEEN, height)
        a, bits = self._first.forward(self._x[:, :, slice(*seen)], None)
        here = rows.within(seen)
        row = len(bits) // a.shape[2]
        return a[:, :, here], bits[here.start * row : here.stop * row]
