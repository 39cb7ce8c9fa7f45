"""What the C library keeps free goes back to the system."""

import ctypes
import sys

import pytest

from impasto.kernels import heap
from impasto.memory import process as memory

PIECE = 64 * 1024  # below what is mapped by itself


@pytest.mark.skipif(heap._glibc() is None, reason="needs glibc 2.33")
def test_pages_between_pieces_in_use_go_back():
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    pieces = []
    for _ in range(1600):
        pieces.append(library.malloc(PIECE))
        ctypes.memset(pieces[-1], 1, PIECE)
    for piece in pieces[:-1]:  # the last one holds the heap's end
        library.free(piece)
    try:
        before = memory.resident()
        heap.give_back(kept=2**40)
        assert memory.resident() > before - 10e6
        heap.give_back()
        assert memory.resident() < before - 90e6
    finally:
        library.free(pieces[-1])


def test_elsewhere_nothing_is_done(monkeypatch):
    heap._glibc.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    heap.give_back()
    assert heap._glibc() is None
    heap._glibc.cache_clear()
