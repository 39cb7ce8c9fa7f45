"""Strip by strip as in one piece: torch's own antialiased interpolation in float64 is the oracle."""

import pytest
import torch
from torch.nn import functional

from impasto.images.resample import BICUBIC, TRIANGLE, resampled_rows

SIZES = [(40, 60), (31, 17), (8, 150), (240, 300), (111, 149), (190, 140), (1, 1)]


@pytest.fixture
def image():
    return torch.rand(1, 2, 190, 140, generator=torch.Generator().manual_seed(0))


def resampled(image, size, kernel, first=0, last=None):
    read = []

    def rows(a, b):
        read.extend(range(a, b))
        return image[:, :, a:b]

    last = size[0] if last is None else last
    return resampled_rows(rows, tuple(image.shape[-2:]), size, first, last, kernel), read


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kernel", [BICUBIC, TRIANGLE], ids=lambda kernel: kernel.mode)
def test_as_torch_in_one_piece(image, size, kernel):
    expected = functional.interpolate(image.double(), size=size, mode=kernel.mode, antialias=True)
    torch.testing.assert_close(resampled(image, size, kernel)[0].double(), expected, atol=2e-5, rtol=0)


@pytest.mark.parametrize("size", SIZES)
def test_every_row_is_read_once_and_in_order(image, size):
    _, read = resampled(image, size, BICUBIC)
    assert read == list(range(190))


def test_of_the_picture_only_the_rows_needed_are_read(image):
    part, read = resampled(image, (19, 14), BICUBIC, 9, 10)  # a tenth: 20 pixels on each side of 95
    assert read == list(range(75, 115))
    torch.testing.assert_close(part, resampled(image, (19, 14), BICUBIC)[0][:, :, 9:10])


@pytest.mark.parametrize("kernel", [BICUBIC, TRIANGLE], ids=lambda kernel: kernel.mode)
def test_a_constant_stays_constant_to_the_border(kernel):
    image = torch.full((1, 1, 190, 140), 0.3)
    for size in SIZES:
        torch.testing.assert_close(resampled(image, size, kernel)[0], torch.full((1, 1, *size), 0.3))
