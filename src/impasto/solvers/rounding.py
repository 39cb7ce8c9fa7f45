"""Rounding that is right on average, for sums that grow by less than half a digit at a time."""

import torch
from torch import Tensor

_LOW_BITS = 16


def round_at_random(x: Tensor, generator: torch.Generator) -> Tensor:
    """`x` (float32) to one of its two neighbours in bfloat16, each the likelier the nearer; the mean is x.

    Adam's mean of squares changes by a thousandth at most in a step (1 - beta_2), and bfloat16 steps by a
    hundred-and-twenty-eighth: rounded to the nearest it would stand still for ever (stochastic rounding:
    Gupta et al., arXiv 1502.02551).
    """
    bits = x.float().view(torch.int32)
    noise = torch.randint(
        0, 1 << _LOW_BITS, bits.shape, generator=generator, dtype=torch.int32, device=x.device
    )
    return bits.add(noise).bitwise_and_(-1 << _LOW_BITS).view(torch.float32).to(torch.bfloat16)
