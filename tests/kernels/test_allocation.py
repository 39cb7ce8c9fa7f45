"""Memory comes on large pages, and goes back to the system."""

import ctypes
import gc
import sys
import weakref

import pytest
import torch

from impasto.kernels import allocation
from impasto.kernels.allocation import Workspace, empty, empty_features, flat
from impasto.memory import process as memory

PIECE = 64 * 1024  # below what is mapped by itself


@pytest.mark.skipif(allocation._glibc() is None, reason="needs glibc 2.33")
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
        allocation.give_back(kept=2**40)
        assert memory.resident() > before - 10e6
        allocation.give_back()
        assert memory.resident() < before - 90e6
    finally:
        library.free(pieces[-1])


def test_elsewhere_nothing_is_done(monkeypatch):
    allocation._glibc.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    allocation.give_back()
    assert allocation._glibc() is None
    allocation._glibc.cache_clear()


@pytest.mark.parametrize("shape", [(3,), (5, 1 << 18), (0, 7)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.int16])
def test_a_tensor_of_the_shape_and_type_asked_for(shape, dtype):
    tensor = empty(shape, dtype).fill_(3)
    assert tensor.shape == shape
    assert tensor.dtype == dtype
    assert (tensor == 3).all()


def test_large_tensors_do_not_share_memory():
    first, second = empty((1 << 21,)).fill_(1), empty((1 << 21,)).fill_(2)
    assert first.sum() == 1 << 21
    assert second.sum() == 2 << 21


def test_features_are_channels_last_and_flat_is_their_memory():
    features = empty_features(5, 3, 4)
    assert features.shape == (1, 5, 3, 4)
    assert features.is_contiguous(memory_format=torch.channels_last)
    flat(features)[:] = range(60)
    assert features[0, :, 0, 1].tolist() == [5, 6, 7, 8, 9]


def test_memory_goes_back_when_nothing_uses_it():
    tensor = empty((1 << 21,))
    storage = weakref.ref(tensor.untyped_storage())
    del tensor
    gc.collect()
    assert storage() is None


def test_workspace_grows_and_is_kept():
    space = Workspace()
    small = space.floats(10)
    assert small.shape == (10,)
    large = space.floats(1000)
    assert space.floats(10).data_ptr() == large.data_ptr()
