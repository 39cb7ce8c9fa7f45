import numpy as np
import pytest
import torch
from torch.nn import functional

from impasto.images import pixel_store as samples
from impasto.images.io.hidden_pixels import fill_hidden
from impasto.images.pixel_store import Samples


def disc(size=64, radius=20.0):
    y, x = torch.meshgrid(torch.arange(size) - size / 2, torch.arange(size) - size / 2, indexing="ij")
    return (radius + 0.5 - (y**2 + x**2).sqrt()).clamp(0, 1)[None, None]


def filled(rgb, alpha):
    return fill_hidden(Samples.of(rgb), Samples.of(alpha)).whole()


def test_one_visible_colour_fills_everything():
    alpha = disc()
    colour = torch.tensor([0.9, 0.4, 0.1]).view(1, 3, 1, 1)
    rubbish = torch.where(alpha > 0, colour, torch.zeros(1, 3, 1, 1))
    torch.testing.assert_close(filled(rubbish, alpha), colour.expand(1, 3, 64, 64), atol=1e-6, rtol=0)


def test_visible_pixels_stay_and_hidden_ones_lie_between_the_visible():
    generator = torch.Generator().manual_seed(0)
    rgb = torch.rand(1, 3, 37, 50, generator=generator)
    alpha = (torch.rand(1, 1, 37, 50, generator=generator) - 0.6).clamp(0, 1)
    visible = (alpha > 0).expand_as(rgb)
    result = filled(torch.where(visible, 0.25 + rgb / 2, torch.zeros(())), alpha)
    assert torch.equal(result[visible], (0.25 + rgb / 2)[visible])
    assert result.min() >= 0.25 - 1e-6 and result.max() <= 0.75 + 1e-6


def test_nothing_visible_or_nothing_hidden_changes_nothing():
    rgb = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    for alpha in (torch.zeros(1, 1, 9, 9), torch.ones(1, 1, 9, 9)):
        assert torch.equal(filled(rgb, alpha), rgb)


def test_a_single_visible_pixel_is_enough_for_a_large_picture():
    rgb, alpha = torch.zeros(1, 3, 700, 900), torch.zeros(1, 1, 700, 900)
    rgb[..., 3, 5], alpha[..., 3, 5] = 0.6, 1 / 65535
    torch.testing.assert_close(filled(rgb, alpha), torch.full_like(rgb, 0.6), atol=1e-4, rtol=0)


def push_pull(weighted, weight):
    """The method on whole pictures, as the paper has it."""
    known = weight > 0
    colour = weighted / weight.where(known, torch.ones_like(weight))
    if known.all():
        return colour
    coarse = push_pull(*(functional.avg_pool2d(level, 2, ceil_mode=True) for level in (weighted, weight)))
    around = functional.interpolate(coarse, size=weight.shape[-2:], mode="bilinear", align_corners=False)
    return torch.where(known, colour, around)


@pytest.fixture
def holed():
    generator = torch.Generator().manual_seed(0)
    rgb = torch.rand(1, 3, 301, 157, generator=generator)
    return rgb, disc(301, 90.0)[..., 71:228] * torch.rand(1, 1, 301, 157, generator=generator).clamp(min=0.1)


def test_in_strips_as_on_the_whole_picture(holed):
    rgb, alpha = holed
    expected = torch.where(alpha > 0, rgb, push_pull(rgb * alpha, alpha))
    torch.testing.assert_close(filled(rgb, alpha), expected, atol=1e-5, rtol=0)


def test_a_large_picture_is_filled_in_its_own_steps(holed, monkeypatch):
    rgb, alpha = ((image[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8) for image in holed)
    expected = fill_hidden(Samples(rgb.copy()), Samples(alpha)).whole()
    monkeypatch.setattr(samples, "LARGE_PICTURE", 1000)
    large = fill_hidden(Samples(rgb), Samples(alpha))
    assert large.array.dtype == np.uint8
    assert (large.whole() - expected).abs().max() <= 0.5001 / 255
