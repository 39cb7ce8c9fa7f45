"""Which algorithm computes a layer: the one place where that is decided.

Measured on two cores of a processor with AVX-512 (an AMD EPYC of the Zen 4 kind), against torch 2.13.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import SettingsError
from impasto.kernels import can_compile
from impasto.vgg.convolution.direct import DirectConvolution
from impasto.vgg.convolution.interface import Convolution, Pooling

Algorithm = Literal["direct", "patches", "winograd"]
ALGORITHMS: tuple[str, ...] = ("auto", "direct", "patches", "winograd")

FEW_CHANNELS = 4
"""Up to here `patches` is faster than `direct`; more channels fill the blocks that torch works in."""

SMALLEST_WINOGRAD = 64
"""Positions of a layer below which reading Winograd's kernel, four times as large, costs more than it saves."""


def possible(algorithm: str, n_in: int, n_out: int) -> bool:
    """Whether this algorithm can compute a layer with these channels on this machine."""
    if algorithm == "direct" or not can_compile():
        return algorithm == "direct"
    from impasto.kernels.matmul import PANEL

    return n_out % PANEL == 0 and (n_in <= FEW_CHANNELS if algorithm == "patches" else n_in % PANEL == 0)


def fastest(n_in: int, n_out: int, positions: int) -> Algorithm:
    """The algorithm for a layer with these channels and n_H n_W positions, in float32 on a CPU."""
    if possible("patches", n_in, n_out):
        return "patches"
    if positions >= SMALLEST_WINOGRAD and possible("winograd", n_in, n_out):
        return "winograd"
    return "direct"


class PreparedConvolution:
    """One layer, relu(x * kernel + bias), computed in the way that suits its input; see `interface.Convolution`.

    kernel: [n_out, n_in, 3, 3]; or what makes it: then it is kept only in the form in which an algorithm wants it, and
        made again for another one. bias: [n_out]; padding: rings of zeros around the input, 0, 1 or 2.
    algorithm: "auto" chooses by shape; "direct", "patches" and "winograd" are used wherever they can be, and
        "direct" elsewhere. Anything but float32 on a CPU is computed directly.
    tf32: on an NVIDIA GPU in float32, may products be rounded to TF32?
    Raises SettingsError for an unknown algorithm or a kernel of another shape.
    """

    def __init__(
        self,
        kernel: Tensor | Callable[[], Tensor],
        bias: Tensor,
        *,
        padding: int = 1,
        algorithm: str = "auto",
        tf32: bool = False,
    ):
        made = kernel if isinstance(kernel, Tensor) else kernel()
        if (
            made.ndim != 4
            or made.shape[2:] != (3, 3)
            or bias.shape != made.shape[:1]
            or padding not in (0, 1, 2)
        ):
            raise SettingsError(
                f"a layer must be a kernel [n_out, n_in, 3, 3], a bias [n_out] and a padding of 0 to 2, got "
                f"{list(made.shape)}, {list(bias.shape)} and {padding}"
            )
        self._size: tuple[int, int] = (made.shape[0], made.shape[1])
        self._first: Tensor | None = made
        self._make_kernel = (lambda: made) if isinstance(kernel, Tensor) else kernel
        self.bias, self.padding = bias, padding
        self.algorithm, self.tf32 = checked_algorithm(algorithm), tf32
        self._made: dict[str, Convolution] = {}

    def __call__(self, x: Tensor, pooling: Pooling | None = None) -> Tensor:
        """See `interface.Convolution`."""
        return self.convolution_for(x)(x, pooling)

    def convolution_for(self, x: Tensor) -> Convolution:
        """The algorithm for an input of the size, type and device of x."""
        n_out, n_in = self._size
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return self._prepared("direct")
        wanted = fastest(n_in, n_out, x.shape[2] * x.shape[3]) if self.algorithm == "auto" else self.algorithm
        if not possible(wanted, n_in, n_out):
            wanted = "direct"
        return self._prepared(wanted)

    def _prepared(self, algorithm: str) -> Convolution:
        """The layer for one algorithm, which keeps the kernel in a form of its own; made when it is first asked for."""
        if algorithm not in self._made:
            kernel, self._first = self._first, None
            given = self._make_kernel() if kernel is None else kernel, self.bias, self.padding
            if algorithm == "direct":
                self._made[algorithm] = DirectConvolution(*given, tf32=self.tf32)
            elif algorithm == "patches":
                from impasto.vgg.convolution.patches import PatchesConvolution

                self._made[algorithm] = PatchesConvolution(*given)
            else:
                from impasto.vgg.convolution.winograd import WinogradConvolution

                self._made[algorithm] = WinogradConvolution(*given)
        return self._made[algorithm]


def checked_algorithm(name: str) -> str:
    """The name itself. Raises SettingsError when it is none of ALGORITHMS."""
    if name not in ALGORITHMS:
        raise SettingsError(f"there is no convolution named {name!r}; use one of {', '.join(ALGORITHMS)}")
    return name
