"""The first call of a vector function in a process, made where it can do no harm.

Torch computes square roots, exponentials and others of large tensors with MKL's vector functions, a part of the tensor
on each thread. The first call of such a function in a process chooses its variant for this processor. When several
threads make that call at once, one of them now and then computes its part in low precision, off by up to 3e-4
(MKL 2024.2 in torch 2.13, on an Intel processor with AVX-512: the first step of Adam differed in 3 of 12 processes,
and a hundred steps later pixels differed by up to 25 of 255). Later calls are exact. So every function is called once
on a tensor that is too small to be shared out.
"""

import threading

import torch

FUNCTIONS = (
    "acos", "asin", "atan", "cos", "erf", "erfc", "erfinv", "exp", "log", "log10", "log2", "sin", "sqrt", "tan", "tanh",
    "trunc",
)  # fmt: skip
"""All that torch has MKL compute."""


def settle_vector_functions() -> None:
    """Call every vector function once on one thread, in float32 and in float64; do nothing from the second time on.

    Call this before the first computation that has to give the same bits in every process. It takes less than 1 ms.
    """
    with _LOCK:
        if _settled:
            return
        for dtype in (torch.float32, torch.float64):
            few = torch.full((8,), 0.5, dtype=dtype)
            for name in FUNCTIONS:
                getattr(torch, name)(few)
        _settled.append(True)


_LOCK = threading.Lock()
_settled: list[bool] = []
