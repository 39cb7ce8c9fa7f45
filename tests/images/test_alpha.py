import torch

from impasto.images.alpha import fill_hidden, on_white


def disc(size=64, radius=20.0):
    y, x = torch.meshgrid(torch.arange(size) - size / 2, torch.arange(size) - size / 2, indexing="ij")
    return (radius + 0.5 - (y**2 + x**2).sqrt()).clamp(0, 1)[None, None]


def test_one_visible_colour_fills_everything():
    alpha = disc()
    colour = torch.tensor([0.9, 0.4, 0.1]).view(1, 3, 1, 1)
    rubbish = torch.where(alpha > 0, colour, torch.zeros(1, 3, 1, 1))
    torch.testing.assert_close(fill_hidden(rubbish, alpha), colour.expand(1, 3, 64, 64), atol=1e-6, rtol=0)


def test_visible_pixels_stay_and_hidden_ones_lie_between_the_visible():
    generator = torch.Generator().manual_seed(0)
    rgb = torch.rand(1, 3, 37, 50, generator=generator)
    alpha = (torch.rand(1, 1, 37, 50, generator=generator) - 0.6).clamp(0, 1)
    visible = (alpha > 0).expand_as(rgb)
    filled = fill_hidden(torch.where(visible, 0.25 + rgb / 2, torch.zeros(())), alpha)
    assert torch.equal(filled[visible], (0.25 + rgb / 2)[visible])
    assert filled.min() >= 0.25 - 1e-6 and filled.max() <= 0.75 + 1e-6


def test_nothing_visible_or_nothing_hidden_changes_nothing():
    rgb = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    for alpha in (torch.zeros(1, 1, 9, 9), torch.ones(1, 1, 9, 9)):
        assert torch.equal(fill_hidden(rgb, alpha), rgb)


def test_a_single_visible_pixel_is_enough_for_a_large_picture():
    rgb, alpha = torch.zeros(1, 3, 700, 900), torch.zeros(1, 1, 700, 900)
    rgb[..., 3, 5], alpha[..., 3, 5] = 0.6, 1 / 65535
    torch.testing.assert_close(fill_hidden(rgb, alpha), torch.full_like(rgb, 0.6), atol=1e-4, rtol=0)


def test_on_white():
    rgb = torch.tensor([0.2, 0.4, 0.6]).view(1, 3, 1, 1)
    expected = torch.tensor([0.8, 0.85, 0.9]).view(1, 3, 1, 1)
    torch.testing.assert_close(on_white(rgb, torch.full((1, 1, 1, 1), 0.25)), expected)
