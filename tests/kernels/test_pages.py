import gc
import weakref

import pytest
import torch

from impasto.kernels.allocation import Workspace, empty, empty_features, flat


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
