"""Memory from the system and back: large tensors on large pages, and what the heap keeps of freed pieces.

The system finds, clears and maps every page of a fresh large tensor, which costs as much as the arithmetic
that fills it: 45 MB take 20 ms in pages of 4 KB, 5 ms in pages of 2 MB, where the system lets a program ask
for those (Linux does). So memory need not be hoarded for the next step: it goes back when nothing uses it.

Pieces of activations on the C library's heap come and go in sizes that differ from tile to tile, and other pieces lie
between them. So the heap grows although less and less of it is used: in tiles of 256 pixels 116 MB of 326 were free
after the first step (768 pixels, torch's convolutions). `give_back` returns them.
"""

import ctypes
import math
import mmap
import sys
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

_LARGE = 4 << 20  # bytes; smaller tensors come from torch, which keeps their memory
KEPT = 32 * 2**20
"""Bytes that may stay free within the heap: giving them back and asking for them again takes time, too."""


def empty(shape: tuple[int, ...], dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor on the CPU with arbitrary contents."""
    size = math.prod(shape) * dtype.itemsize
    if size < _LARGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return torch.empty(shape, dtype=dtype)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    return torch.frombuffer(memory, dtype=dtype).reshape(shape).detach()


def empty_features(n_C: int, n_H: int, n_W: int) -> Tensor:
    """A float32 tensor [1, n_C, n_H, n_W], channels last, with arbitrary contents."""
    # Detached: autograd adds to a gradient in place only where it sees no other user of its memory.
    return empty((1, n_H, n_W, n_C)).permute(0, 3, 1, 2).detach()


def own(gradient: Tensor) -> Tensor:
    """Mark a gradient, laid out channels last, as one that nobody else holds: the next step may add to it in place."""
    gradient.impasto_own = True  # type: ignore[attr-defined]
    return gradient


def is_own(gradient: Tensor) -> bool:
    """Whether `own` has marked this gradient. Autograd hands the mark on with the tensor; a copy does not have it."""
    return getattr(gradient, "impasto_own", False)


def flat(x: Tensor) -> np.ndarray:
    """The numbers of x [1, n_C, n_H, n_W] in one row, channels last; the same memory if x is so stored."""
    numbers: np.ndarray = x.detach().permute(0, 2, 3, 1).contiguous().reshape(-1).numpy()
    return numbers


class Workspace:
    """Memory for intermediate results. It is kept, and grows to the largest that was asked for."""

    def __init__(self) -> None:
        self._room = torch.empty(0)

    def floats(self, number: int) -> Tensor:
        """[number] floats with arbitrary contents, valid until the next call."""
        if self._room.numel() < number:
            self._room = torch.empty(0)  # lets go of the old one first
            self._room = empty((number,))
        return self._room[:number]


WORKSPACE = Workspace()
"""The one that compiled code shares; to be used under `threads.WORKING`."""


def give_back(kept: int = KEPT) -> None:
    """Have the C library give back whatever pages of its heap are free, where these are more than `kept` bytes.

    glibc 2.33 or later; elsewhere nothing. It changes no setting of the process.
    """
    library = _glibc()
    if library is not None and library.mallinfo2().fordblks > kept:
        library.malloc_trim(0)


class _Mallinfo2(ctypes.Structure):
    """mallinfo(3): arena is what the heap takes, fordblks what of it is free."""

    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
    )]  # fmt: skip


@cache
def _glibc() -> Any:
    """The C library, where it is one that can be asked; else None."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    if not (hasattr(library, "mallinfo2") and hasattr(library, "malloc_trim")):
        return None
    library.mallinfo2.restype = _Mallinfo2
    return library
