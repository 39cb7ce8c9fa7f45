"""What every convolution algorithm is asked for: a layer, perhaps with one of the 2x2 poolings after it."""

from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol

import torch.nn.functional as F
from torch import Tensor

Pooling = Literal["max", "average"]


class Convolution(Protocol):
    """relu(x * kernel + bias), and a 2x2 pooling after it if asked for; one layer of VGG-19, its kernel prepared.

    Differentiable once by x; the kernel and bias never get a gradient.
    """

    def __call__(self, x: Tensor, pooling: Pooling | None = None) -> Tensor:
        """Activations [1, n_out, n_H, n_W] of x [1, n_in, height, width]; pooling halves, rounding down.

        n_H = height + 2 padding - 2, and so n_W. Raises SettingsError when x cannot be this layer's input.
        """


POOLINGS: dict[str, Callable[[Tensor], Tensor]] = {
    "max": partial(F.max_pool2d, kernel_size=2),
    "average": partial(F.avg_pool2d, kernel_size=2),
}
"""[1, n_C, n_H, n_W] to [1, n_C, n_H // 2, n_W // 2]: an odd last row or column is dropped."""
