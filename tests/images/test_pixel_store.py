import numpy as np
import pytest
import torch

from impasto.images.color.spaces import linear_from_srgb
from impasto.images.pixel_store import Samples, stored, strips

VALUES = np.random.default_rng(0).integers(0, 256, (70, 31, 3), dtype=np.uint8)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_every_type_reads_as_the_same_numbers_with_any_curve(dtype):
    scale = {np.uint8: 1, np.uint16: 257}.get(dtype, 1 / 255)
    kept = Samples((VALUES * np.float64(scale)).astype(dtype))
    expected = torch.from_numpy(VALUES / 255).permute(2, 0, 1)[None].float()
    torch.testing.assert_close(kept.whole(), expected, atol=1e-7, rtol=0)
    light = kept.reader(linear_from_srgb)(20, 40)
    torch.testing.assert_close(light, linear_from_srgb(expected[:, :, 20:40]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_turned_view_needs_no_copy_to_be_read(dtype):
    turned = np.rot90(VALUES.astype(dtype))[:, ::-1]
    kept = Samples(turned)
    assert (kept.height, kept.width) == (31, 70)
    full = 255 if dtype == np.uint8 else 1
    np.testing.assert_array_equal((kept.whole()[0].permute(1, 2, 0).numpy() * full).round(), turned)


def test_float32_is_a_view():
    image = torch.rand(1, 3, 9, 8)
    assert Samples.of(image).whole().data_ptr() == image.data_ptr()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_step_survives_floats(dtype):
    steps = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 16, 1)
    np.testing.assert_array_equal(
        stored(Samples(steps).whole()[0].permute(1, 2, 0).numpy(), np.dtype(dtype)), steps
    )


def test_all_ones():
    assert Samples(np.full((70, 9, 1), 255, np.uint8)).is_all_ones()
    assert not Samples(np.full((70, 9, 1), 255, np.uint16)).is_all_ones()
    almost = torch.ones(1, 1, 70, 9)
    almost[..., 69, 8] = 0.999
    assert not Samples.of(almost).is_all_ones()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (64, 10), (65, 10), (1001, 30_000), (7, 2_000_000)])
def test_strips_cover_every_row_once_and_begin_evenly(height, width):
    found = list(strips(height, width))
    assert [row for first, last in found for row in range(first, last)] == list(range(height))
    assert all(first % 2 == 0 for first, _ in found)
