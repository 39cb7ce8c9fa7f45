"""The C library's heap: what it keeps of freed pieces goes back to the system.

Pieces of activations come and go in sizes that differ from tile to tile, and other pieces lie between them. So the heap
grows although less and less of it is used: in tiles of 256 pixels 116 MB of 326 were free after the first step (768
pixels, torch's convolutions).
"""

import ctypes
import sys
from functools import cache
from typing import Any

KEPT = 32 * 2**20
"""Bytes that may stay free within the heap: giving them back and asking for them again takes time, too."""


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
