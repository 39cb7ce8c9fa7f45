"""Direct convolution of few input channels, such as a picture's three, as products of matrices.

A 3x3 patch of a picture has 27 numbers: too few for the blocks that torch's convolution works in.
"""

import numpy as np
import torch
from torch import Tensor

from impasto.kernels.allocation import empty_features, flat
from impasto.kernels.convolution import patches as native
from impasto.kernels.matmul import PANEL, ROWS, in_panels
from impasto.kernels.threads import in_parallel
from impasto.vgg.convolution.fused import FusedConvolution
from impasto.vgg.convolution.interface import Pooling


class PatchesConvolution(FusedConvolution):
    """See `interface.Convolution`; for few input channels, n_out a multiple of PANEL."""

    def __init__(self, kernel: Tensor, bias: Tensor, padding: int = 1):
        super().__init__(kernel, bias, padding)
        kernel = kernel.detach()
        # Three matrices [3 n_in, n_out], one for each row of the kernel.
        rows = kernel.permute(2, 3, 1, 0).reshape(3, 3 * self.n_in, self.n_out)
        self._kernel = in_panels(rows).numpy()
        # One matrix [n_out, 9 n_in], its columns filled up to whole panels with zeros.
        matrix = kernel.permute(0, 2, 3, 1).reshape(1, self.n_out, 9 * self.n_in)
        self._reversed = in_panels(torch.nn.functional.pad(matrix, (0, -matrix.shape[2] % PANEL))).numpy()

    def can_fuse_pooling(self) -> bool:
        """No layer of VGG-19 would need it."""
        return False

    def forward(self, x: Tensor, pooling: Pooling | None) -> tuple[Tensor, np.ndarray]:
        """See `FusedConvolution`."""
        height, width = x.shape[2:]
        y, bits = self.new_activations((height, width), None)
        workers, longest = torch.get_num_threads(), width + 2 + ROWS
        row = torch.empty((workers, longest * self.n_in)).numpy()
        sums = torch.empty((workers, longest * self.n_out)).numpy()
        in_parallel(
            native.forward_share, workers, flat(x), height, width, self.n_in, self.padding, self._kernel, self.bias,
            flat(y), bits, self.n_out, row, sums,
        )  # fmt: skip
        return y, bits

    def backward(
        self, gradient: Tensor, bits: np.ndarray, pooling: Pooling | None, size: tuple[int, int]
    ) -> Tensor:
        """See `FusedConvolution`."""
        y = empty_features(self.n_in, *size)
        rows, columns = self.sizes_out(*size)
        owed_each = self._reversed.size // self.n_out
        workers, longest = torch.get_num_threads(), columns + 2 + ROWS
        row = torch.empty((workers, longest * self.n_out)).numpy()
        owed = torch.empty((workers, longest * owed_each)).numpy()
        total = torch.empty((workers, (size[1] + 4) * self.n_in)).numpy()
        in_parallel(
            native.backward_share, workers, flat(gradient), bits, rows, columns, self.n_out, self.padding,
            self._reversed, owed_each, flat(y), *size, self.n_in, row, owed, total,
        )  # fmt: skip
        return y
