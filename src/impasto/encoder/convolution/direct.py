"""Convolution as torch computes it, on any device and in any precision: the oracle of the others."""

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.encoder.convolution.base import Pooling
from impasto.encoder.convolution.pool import POOLINGS


class DirectConvolution:
    """relu(conv2d(x)). On a CPU in float32 channels last, which is faster there for few channels; see `base`."""

    def __init__(self, kernel: Tensor, bias: Tensor, padding: int = 1):
        self.kernel, self.bias, self.padding = kernel, bias, padding
        if kernel.device.type == "cpu" and kernel.dtype == torch.float32:
            self.kernel = kernel.contiguous(memory_format=torch.channels_last)

    def __call__(self, x: Tensor, pooling: Pooling | None = None) -> Tensor:
        """See `base.Convolution`."""
        y = F.relu(F.conv2d(x, self.kernel, self.bias, padding=self.padding))
        return POOLINGS[pooling](y) if pooling else y
