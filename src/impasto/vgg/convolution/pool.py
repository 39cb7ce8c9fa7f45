"""2x2 poolings with stride 2, rounding down: an odd last row or column is dropped."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor


def max_pool(x: Tensor) -> Tensor:
    """The largest of each 2x2 activations: [1, n_C, n_H, n_W] to [1, n_C, n_H // 2, n_W // 2]."""
    return F.max_pool2d(x, 2)


def average_pool(x: Tensor) -> Tensor:
    """The mean of each 2x2 activations: [1, n_C, n_H, n_W] to [1, n_C, n_H // 2, n_W // 2]."""
    return F.avg_pool2d(x, 2)


POOLINGS: dict[str, Callable[[Tensor], Tensor]] = {"max": max_pool, "average": average_pool}
