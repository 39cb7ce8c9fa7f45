"""Winograd's minimal filtering F(4x4, 3x3): a quarter of the multiplications of direct convolution.

A 4x4 tile of outputs comes from 36 products instead of 144, after a transform of the 6x6 inputs and of the
kernel (once, when it is first used). The gradient by the input is a convolution with the flipped, transposed
kernel, whose transform is a permutation of the kernel's own. Formulas and sources:
`kernels/convolution/winograd_transforms.py`.
"""

import numpy as np
import torch
from torch import Tensor

from impasto.kernels.allocation import WORKSPACE, empty, empty_features, flat
from impasto.kernels.convolution import winograd as native
from impasto.kernels.convolution.winograd_transforms import OUTPUTS, REVERSED, transform_taps
from impasto.kernels.matmul import FEW_ROWS, PANEL
from impasto.kernels.threads import in_parallel
from impasto.tensor_types import Span
from impasto.vgg.convolution.fused import FusedConvolution
from impasto.vgg.convolution.interface import Pooling

_POOLING = {None: native.NO_POOLING, "max": native.MAX_POOLING, "average": native.MEAN_POOLING}
_TILES_PER_KERNEL, _MOST_TILES = 0.75, 96  # a group's tiles take 0.75 of the kernel's room: measured
_ONE_FORM = 256 * 256
"""Pairs of channels from which on only one form of the kernel is kept. The other form of smaller ones takes little
memory, and for groups of fewer tiles making it each time would take longer, as a part of the layer's time."""


class WinogradConvolution(FusedConvolution):
    """See `interface.Convolution`; n_in and n_out are multiples of PANEL."""

    def __init__(self, kernel: Tensor, bias: Tensor, padding: int = 1):
        super().__init__(kernel, bias, padding)
        self._kernel = _transformed(kernel.detach())
        self._reversed = (
            self._kernel
            if _is_one_form(self.n_in, self.n_out)
            else _in_reverse(self._kernel, self.n_in, self.n_out)
        )

    def can_fuse_pooling(self) -> bool:
        """A tile of gradients must begin with the second of two rows that were pooled."""
        return self.padding == 1

    def forward(self, x: Tensor, pooling: Pooling | None) -> tuple[Tensor, np.ndarray]:
        """See `FusedConvolution`."""
        size = (x.shape[2], x.shape[3])
        y, bits = self.new_activations(size, pooling)
        rows = Span(0, self.sizes_out(*size)[0])
        self._convolve(x, bits, pooling, size, rows, y, backward=False)
        return y, bits

    def backward(
        self, gradient: Tensor, bits: np.ndarray, pooling: Pooling | None, size: tuple[int, int]
    ) -> Tensor:
        """See `FusedConvolution`."""
        y = empty_features(self.n_in, *size)
        self.backward_rows(gradient, bits, pooling, size, Span(0, size[0]), y)
        return y

    def backward_rows(
        self,
        gradient: Tensor,
        bits: np.ndarray,
        pooling: Pooling | None,
        size: tuple[int, int],
        rows: Span,
        y: Tensor,
    ) -> None:
        """`backward` for some rows of x, which become y [1, n_in, rows, width], channels last.

        rows: one of `whole_tiles`. The bits are those that all rows together have.
        """
        self._convolve(gradient, bits, pooling, size, rows, y, backward=True)

    def _convolve(
        self, x: Tensor, bits: np.ndarray, pooling: Pooling | None, size: tuple[int, int], rows: Span, y: Tensor,
        *, backward: bool,
    ) -> None:  # fmt: skip
        """Compute some rows of the activations, or backward of the gradient by the input, which has `size`."""
        workers = torch.get_num_threads()
        size_in, size_out = size, self.sizes_out(*size)
        depth, columns = self.n_in, self.n_out
        if backward:
            size_in, size_out, depth, columns = size_out, size_in, columns, depth
        sizes = native.Sizes(
            height=size_in[0],
            width=size_in[1],
            depth=depth,
            padding=2 - self.padding if backward else self.padding,
            rows=size_out[0],
            across=size_out[1],
            columns=columns,
            pooling=_POOLING[pooling],
            backward=backward,
            turned=backward and _is_one_form(self.n_in, self.n_out),
            group=_group(self.n_in, self.n_out, (rows.stop - rows.start, size_out[1]), workers),
            first=rows.start // OUTPUTS,
            last=-(-rows.stop // OUTPUTS),
        )
        kernel = self._reversed if backward else self._kernel
        factor = np.float32(1 / 4 if backward and pooling == "average" else 1.0)
        space = WORKSPACE.floats(workers * native.space_needed(depth, columns, sizes.group)).numpy()
        in_parallel(
            native.convolve_share, workers, flat(x), kernel, self.bias, factor, flat(y), bits, space, sizes
        )


def whole_tiles(height: int, each: int) -> list[Span]:
    """`height` rows in spans of about `each` that begin with a row of tiles."""
    step = max(1, round(each / OUTPUTS)) * OUTPUTS
    return [Span(first, min(first + step, height)) for first in range(0, height, step)]


def kernel_bytes(n_in: int, n_out: int) -> int:
    """Bytes of a layer's transformed kernel, in both forms where it is kept in both."""
    return 4 * native.SQUARE * n_in * n_out * (1 if _is_one_form(n_in, n_out) else 2)


def working_bytes(n_in: int, n_out: int, size_out: tuple[int, int], workers: int) -> int:
    """Room that a layer's computation takes in WORKSPACE, in the direction that takes more; kept afterwards."""
    group = _group(n_in, n_out, size_out, workers)
    return 4 * workers * native.space_needed(max(n_in, n_out), min(n_in, n_out), group)


def _is_one_form(n_in: int, n_out: int) -> bool:
    """Whether only the kernel for the way forward is kept."""
    return n_in * n_out >= _ONE_FORM


def _transformed(kernel: Tensor) -> np.ndarray:
    """[36, n_in, n_out] in panels, of a kernel [n_out, n_in, 3, 3]; computed in float64, a panel at a time."""
    n_out, n_in = kernel.shape[:2]
    panels = empty((native.SQUARE, n_out // PANEL, n_in, PANEL))
    for number, some in enumerate(kernel.split(PANEL)):
        taps = some.double().permute(2, 3, 1, 0)
        rows = torch.stack(transform_taps(list(taps)))
        points = torch.stack(transform_taps(list(rows.unbind(1))), dim=1)
        panels[:, number] = points.flatten(0, 1)
    return panels.reshape(-1).numpy()


def _in_reverse(transformed: np.ndarray, n_in: int, n_out: int) -> np.ndarray:
    """[36, n_out, n_in] in panels, of the flipped and transposed kernel."""
    order = [native.POINTS * i + j for i in REVERSED for j in REVERSED]
    kernel = torch.from_numpy(transformed).reshape(native.SQUARE, n_out // PANEL, n_in, PANEL)
    panels = empty((native.SQUARE, n_in // PANEL, n_out, PANEL))
    for point, source in enumerate(order):
        matrix = kernel[source].transpose(1, 2).reshape(n_out, n_in // PANEL, PANEL)
        panels[point] = matrix.transpose(0, 1)
    return panels.reshape(-1).numpy()


def _group(n_in: int, n_out: int, size_out: tuple[int, int], workers: int) -> int:
    """Tiles that a worker takes at a time."""
    most = min(_MOST_TILES, int(_TILES_PER_KERNEL * n_in * n_out / (n_in + n_out)))
    each = -(-native.tile_count(*size_out) // workers)
    group = -(-each // -(-each // most))  # groups of equal size
    return -(-group // FEW_ROWS) * FEW_ROWS
