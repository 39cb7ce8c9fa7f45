"""Convolution, bias, ReLU and pooling in one pass, keeping for the gradient one bit an activation."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.errors import SettingsError
from impasto.kernels.allocation import empty, empty_features, own
from impasto.kernels.threads import WORKING
from impasto.vgg.convolution.interface import POOLINGS, Pooling

LANES = 16
"""Activations whose bits share an int16."""


class FusedConvolution(ABC):
    """The part that fused algorithms share; see `interface.Convolution`. float32 on a CPU, a batch of one."""

    def __init__(self, kernel: Tensor, bias: Tensor, padding: int = 1):
        self.padding = padding
        self.n_out, self.n_in = kernel.shape[:2]
        self.bias = bias.detach().numpy()

    def __call__(self, x: Tensor, pooling: Pooling | None = None) -> Tensor:
        """See `interface.Convolution`."""
        smallest = 2 if pooling else 1
        if (
            x.ndim != 4
            or x.shape[:2] != (1, self.n_in)
            or min(self.sizes_out(x.shape[2], x.shape[3])) < smallest
        ):
            raise SettingsError(
                f"this convolution takes [1, {self.n_in}, height, width], large enough for {smallest}x{smallest} "
                f"activations, got {list(x.shape)}"
            )
        if x.dtype != torch.float32 or x.device.type != "cpu":
            raise SettingsError(
                f"this convolution takes float32 on the CPU, got {x.dtype} on {x.device}; use 'direct'"
            )
        fused = pooling if self.can_fuse_pooling() else None
        y: Tensor = _Fused.apply(x, self, fused)
        return POOLINGS[pooling](y) if pooling and not fused else y

    def can_fuse_pooling(self) -> bool:
        """Whether `forward` pools; otherwise that is a separate step."""
        return True

    def sizes_out(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of activations before pooling."""
        return height + 2 * self.padding - 2, width + 2 * self.padding - 2

    @abstractmethod
    def forward(self, x: Tensor, pooling: Pooling | None) -> tuple[Tensor, np.ndarray]:
        """The activations, and one bit for each before pooling: set where a gradient passes to it."""

    @abstractmethod
    def backward(
        self, gradient: Tensor, bits: np.ndarray, pooling: Pooling | None, size: tuple[int, int]
    ) -> Tensor:
        """The gradient by x, which has `size` rows and columns, from the gradient by the activations."""

    def new_activations(self, size: tuple[int, int], pooling: Pooling | None) -> tuple[Tensor, np.ndarray]:
        """Memory for the activations and their bits, with arbitrary contents."""
        rows, columns = self.sizes_out(*size)
        bits = empty((rows * columns * self.n_out // LANES,), torch.int16).numpy()
        halve = 2 if pooling else 1
        return empty_features(self.n_out, rows // halve, columns // halve), bits


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: FusedConvolution, pooling: Pooling | None) -> Tensor:
        with WORKING:
            y, bits = layer.forward(x, pooling)
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(torch.from_numpy(bits))  # which autograd lets go of on the way back
            ctx.layer, ctx.pooling, ctx.size = layer, pooling, tuple(x.shape[2:])
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (bits,) = ctx.saved_tensors
        with WORKING:
            return own(ctx.layer.backward(gradient, bits.numpy(), ctx.pooling, ctx.size)), None, None
