"""Numbers that say something of a whole vector, without a second vector."""

import math

import torch
from torch import Tensor


def dot(a: Tensor, b: Tensor) -> float:
    """The sum of a * b, both contiguous."""
    return float(torch.dot(a.view(-1), b.view(-1)))


def largest_magnitude(x: Tensor) -> float:
    """The largest absolute value; NaN when there is one."""
    low, high = x.aminmax()
    return max(abs(float(low)), abs(float(high)))


def is_finite(x: Tensor) -> bool:
    """Whether every value is a finite number."""
    return math.isfinite(largest_magnitude(x))
