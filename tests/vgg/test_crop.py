"""Cutting away, and the gradient of it: against a plain slice."""

import pytest
import torch

from impasto.vgg.crop import cropped


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize(
    ("rows", "columns"),
    [((2, 9), (0, 7)), ((0, 9), (3, 12)), ((1, 8), (5, 6)), ((0, 9), (0, 11)), ((4, 11), (1, 12))],
)
def test_as_a_slice(dtype, layout, rows, columns):
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(1, 32, 11, 12, generator=generator, dtype=dtype).contiguous(memory_format=layout)
    place = slice(*rows), slice(*columns)
    here, there = (x.clone().requires_grad_() for _ in range(2))
    part, expected = cropped(here, *place), there[..., *place]
    assert torch.equal(part, expected)
    slope = torch.rand(expected.shape, generator=generator, dtype=dtype)
    for one in (part, expected):
        one.backward(slope)
    assert torch.equal(here.grad, there.grad)


def test_where_nothing_is_cut_away_it_is_the_same_tensor():
    x = torch.rand(1, 32, 11, 12)
    assert cropped(x, slice(0, 11), slice(0, 12)) is x


def test_the_gradient_is_laid_out_as_the_layers_work():
    x = torch.rand(1, 32, 11, 12).contiguous(memory_format=torch.channels_last).requires_grad_()
    cropped(x.view_as(x), slice(1, 9), slice(0, 12)).sum().backward()
    assert x.grad.is_contiguous(memory_format=torch.channels_last)
