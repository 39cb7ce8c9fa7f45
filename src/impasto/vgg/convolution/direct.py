"""Convolution as torch computes it, on any device and in any precision: the oracle of the others."""

from typing import Any

import torch
import torch.nn.functional as F
import torch.nn.grad
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.vgg.convolution.interface import POOLINGS, Pooling
from impasto.vgg.device import tf32_products


def memory_format(device: torch.device, dtype: torch.dtype) -> torch.memory_format:
    """How a kernel is laid out; the activations follow it, from the first layer on.

    Channels last where that is faster: on a CPU, in float32 for few channels and in bfloat16 for all
    (measured). Not on a GPU: an H200 was slower so in float32 and TF32 at every size, and in bfloat16 from 1024 pixels
    on (`benchmarks/gpu.py`).
    """
    last = device.type == "cpu" and dtype in (torch.float32, torch.bfloat16)
    return torch.channels_last if last else torch.contiguous_format


class DirectConvolution:
    """relu(conv2d(x)); see `interface.Convolution`.

    tf32: on an NVIDIA GPU in float32, may products be rounded to TF32? Without effect elsewhere.
    """

    def __init__(self, kernel: Tensor, bias: Tensor, padding: int = 1, *, tf32: bool = False):
        self.kernel = kernel.contiguous(memory_format=memory_format(kernel.device, kernel.dtype))
        self.bias, self.padding, self.tf32 = bias, padding, tf32

    def __call__(self, x: Tensor, pooling: Pooling | None = None) -> Tensor:
        """See `interface.Convolution`."""
        y = F.relu(self._convolve(x))
        return POOLINGS[pooling](y) if pooling else y

    def _convolve(self, x: Tensor) -> Tensor:
        if x.device.type == "cuda":
            y: Tensor = OnNvidia.apply(x, self.kernel, self.bias, self.padding, self.tf32)
            return y
        return F.conv2d(x, self.kernel, self.bias, padding=self.padding)


class OnNvidia(torch.autograd.Function):
    """conv2d that in float32 is rounded to TF32 where this is allowed and nowhere else, forwards and backwards.

    apply(x, kernel, bias, padding, tf32); differentiable once by x, which is not kept for that.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Tensor, bias: Tensor, padding: int, tf32: bool) -> Tensor:
        """See the class."""
        ctx.save_for_backward(kernel)
        ctx.shape, ctx.padding, ctx.tf32 = x.shape, padding, tf32
        with tf32_products(tf32):
            return F.conv2d(x, kernel, bias, padding=padding)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        """The gradient with respect to x, from that with respect to y, and the kernel's shape and layout."""
        (kernel,) = ctx.saved_tensors
        with tf32_products(ctx.tf32):
            by_x = torch.nn.grad.conv2d_input(ctx.shape, kernel, gradient, padding=ctx.padding)
        return by_x, None, None, None, None
