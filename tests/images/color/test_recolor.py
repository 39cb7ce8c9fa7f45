"""Whole pictures with other colours."""

import numpy as np
import pytest
import torch

from impasto.images import pixel_store as samples
from impasto.images.color.recolor import (
    LEAST_VARIANCE,
    Palette,
    lightness_match,
    lightness_only,
    linear_match,
    map_colors,
    palette_of,
    take_colors,
)
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear, srgb_from_oklab
from impasto.images.picture import Picture
from impasto.images.pixel_store import Samples
from tests.helpers import random_image


def picture(rgb: torch.Tensor, alpha: torch.Tensor | None = None) -> Picture:
    return Picture(rgb, alpha, "a test", "0")


def muted(seed: int, spread: float, around: tuple[float, float, float]) -> torch.Tensor:
    """Colours that lie well within sRGB, and so do their linear maps to one another."""
    return torch.tensor(around).view(1, 3, 1, 1) + spread * (random_image(150, 60, seed) - 0.5)


def oklab(rgb: torch.Tensor) -> torch.Tensor:
    return oklab_from_linear(linear_from_srgb(rgb.double()))


SOURCE, TARGET = muted(1, 0.5, (0.5, 0.45, 0.4)), muted(2, 0.2, (0.4, 0.5, 0.6))


def test_mean_and_covariance_become_the_others():
    wanted = palette_of(picture(TARGET))
    found = palette_of(map_colors(picture(SOURCE), linear_match(palette_of(picture(SOURCE)), wanted)))
    torch.testing.assert_close(found.mean, wanted.mean, rtol=0, atol=1e-6)
    torch.testing.assert_close(found.covariance, wanted.covariance, rtol=0, atol=1e-7)


def test_to_its_own_palette_a_picture_stays_as_it_is():
    full = random_image(40, 50, 3)
    own = palette_of(picture(full))
    assert (map_colors(picture(full), linear_match(own, own)).rgb - full).abs().max() < 5e-5


def test_name_fingerprint_and_alpha_stay():
    alpha = random_image(150, 60, 4)[:, :1]
    before = picture(SOURCE, alpha)
    after = map_colors(before, lightness_only())
    assert (after.name, after.fingerprint) == (before.name, before.fingerprint)
    assert torch.equal(after.alpha, alpha)


def test_colours_that_cannot_be_shown_stay_apart():
    """A soft ramp, mapped to four times its contrast: light still rises everywhere, and the hues are the map's."""
    ramp = torch.linspace(0.3, 0.7, 400).view(1, 1, 1, -1).expand(1, 3, 2, -1) * torch.tensor(
        [1, 0.9, 0.7]
    ).view(3, 1, 1)
    own = palette_of(picture(ramp))
    strong = type(own)(own.mean, 16 * own.covariance)
    change = linear_match(own, strong)
    wanted, found = change(oklab(ramp)), oklab(map_colors(picture(ramp), change).rgb)
    assert wanted[:, 0].min() < 0
    assert wanted[:, 0].max() > 1
    assert (found[0, 0, 0].diff() > 0).all()
    assert found[0, 0].min() < 0.01
    assert found[0, 0].max() > 0.99
    colorful = found[:, 1:].norm(dim=1) > 1e-3
    hues = [torch.atan2(one[:, 2], one[:, 1])[colorful] for one in (wanted, found)]
    assert (hues[0] - hues[1]).abs().max() < 0.01


def test_greys_keep_the_lightness_and_take_the_others():
    grey = map_colors(picture(SOURCE), lightness_only(), grayscale=True)
    assert grey.colors.array.shape == (150, 60, 1)
    torch.testing.assert_close(oklab(grey.rgb)[:, 0], oklab(SOURCE)[:, 0], rtol=0, atol=1e-5)
    wanted = palette_of(picture(TARGET))
    suited = palette_of(
        map_colors(picture(SOURCE), lightness_match(palette_of(picture(SOURCE)), wanted), grayscale=True)
    )
    assert suited.mean[0].item() == pytest.approx(wanted.mean[0].item(), abs=1e-6)
    assert suited.covariance[0, 0].item() == pytest.approx(wanted.covariance[0, 0].item(), abs=1e-7)
    assert suited.covariance[1:].abs().max() < 1e-9


def test_a_large_picture_is_kept_in_16_bits(monkeypatch):
    small = map_colors(picture(SOURCE), lightness_only())
    monkeypatch.setattr(samples, "LARGE_PICTURE", 1000)
    large = map_colors(picture(SOURCE), lightness_only())
    assert large.colors.array.dtype == np.uint16
    assert (large.rgb - small.rgb).abs().max() < 1 / 65535


def test_the_photographs_chroma_is_kept_wherever_it_can_be_shown():
    """The stated difference: 0.0001 of OKLab; L is the canvas's everywhere."""
    photograph, canvas = random_image(150, 60, 5), random_image(150, 60, 6)
    wanted = torch.cat([oklab(canvas)[:, :1], oklab(photograph)[:, 1:]], dim=1)
    found = oklab(take_colors(canvas.clone(), picture(photograph), (150, 60)))
    assert (found[:, 0] - wanted[:, 0]).abs().max() < 1e-4
    shown = oklab(srgb_from_oklab(wanted))[:, 1:].sub(wanted[:, 1:]).norm(dim=1) < 1e-6
    assert 0.2 < shown.double().mean() < 0.9
    off = found[:, 1:] - wanted[:, 1:]
    assert off.norm(dim=1)[shown].max() < 1e-4
    chroma, most = found[:, 1:].norm(dim=1), wanted[:, 1:].norm(dim=1)
    assert (chroma - most).max() < 1e-4
    across = found[:, 1] * wanted[:, 2] - found[:, 2] * wanted[:, 1]  # 0 where the hue is the same
    assert across.abs().max() < 1e-4


def test_its_own_light_gives_the_photograph_back():
    photograph = random_image(30, 20, 5)
    found = take_colors(photograph.clone(), picture(photograph), (30, 20))
    assert (found - photograph).abs().max() < 5e-5


def test_a_grey_photograph_stays_grey():
    grey = random_image(30, 20, 5)[:, :1].expand(-1, 3, -1, -1)
    found = take_colors(random_image(30, 20, 6), picture(grey), (30, 20))
    assert (found.amax(dim=1) - found.amin(dim=1)).max() < 1e-5


def test_some_rows_are_those_of_the_whole():
    photograph, canvas = picture(random_image(200, 120, 5)), random_image(150, 90, 6)
    whole = take_colors(canvas.clone(), photograph, (150, 90))
    part = take_colors(canvas[:, :, 37:].clone(), photograph, (150, 90), 37)
    torch.testing.assert_close(part, whole[:, :, 37:], rtol=0, atol=2e-5)
    assert take_colors(canvas[:, :, :0].clone(), photograph, (150, 90), 150).shape == (1, 3, 0, 90)


def random_palette(seed: int) -> Palette:
    generator = torch.Generator().manual_seed(seed)
    factor = 0.2 * torch.randn(3, 3, generator=generator, dtype=torch.float64)
    return Palette(torch.rand(3, generator=generator, dtype=torch.float64), factor @ factor.T)


def test_the_palette_is_numpys_mean_and_covariance():
    rgb, alpha = random_image(150, 70, 1), random_image(150, 70, 2)[:, :1]
    for opacity in (None, alpha):
        found = palette_of(picture(rgb, opacity))
        colors = oklab_from_linear(linear_from_srgb(rgb.double()))[0].flatten(1).numpy()
        weights = None if opacity is None else opacity.flatten().double().numpy()
        np.testing.assert_allclose(found.mean, np.average(colors, axis=1, weights=weights), atol=1e-6)
        np.testing.assert_allclose(found.covariance, np.cov(colors, aweights=weights, ddof=0), atol=1e-6)


def test_hidden_colours_take_no_part():
    rgb, alpha = random_image(80, 40, 1), torch.ones(1, 1, 80, 40)
    alpha[:, :, 30:] = 0
    found, expected = palette_of(picture(rgb, alpha)), palette_of(picture(rgb[:, :, :30]))
    torch.testing.assert_close(found.mean, expected.mean)
    torch.testing.assert_close(found.covariance, expected.covariance)
    everything = palette_of(picture(rgb, torch.zeros_like(alpha)))  # then all are equally hidden
    torch.testing.assert_close(everything.mean, palette_of(picture(rgb)).mean)


def test_a_grey_picture_of_one_value_a_pixel():
    grey = Picture(Samples(np.array([[0, 255], [255, 0]], np.uint8)[..., None]), None, "grey", "0")
    found = palette_of(grey)
    np.testing.assert_allclose(found.mean, [0.5, 0, 0], atol=1e-6)
    np.testing.assert_allclose(found.covariance, np.diag([0.25, 0, 0]), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_map_gives_the_other_mean_and_covariance_and_turns_nothing(seed):
    source, target = random_palette(seed), random_palette(seed + 100)
    found = linear_match(source, target)
    T = found.matrix
    torch.testing.assert_close(T @ source.covariance @ T.T, target.covariance, rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(T, T.T)
    assert torch.linalg.eigvalsh(T).min() > 0
    at_mean = found(source.mean.view(1, 3, 1, 1)).flatten()
    torch.testing.assert_close(at_mean, target.mean)


def test_a_palette_mapped_to_itself_stays():
    source = random_palette(3)
    torch.testing.assert_close(
        linear_match(source, source).matrix, torch.eye(3, dtype=torch.float64), rtol=0, atol=1e-9
    )


def test_the_map_moves_colours_less_than_any_other():
    """T R, with R any turn that leaves the source's covariance, reaches the same target, and moves more."""
    source, target = random_palette(1), random_palette(2)
    T = linear_match(source, target).matrix

    def moved(matrix):
        change = matrix - torch.eye(3, dtype=torch.float64)
        return float(torch.trace(change @ source.covariance @ change.T))

    factor = torch.linalg.cholesky(source.covariance)
    for angle in (0.1, -0.4, 2.0):
        turn = torch.eye(3, dtype=torch.float64)
        turn[:2, :2] = torch.tensor([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        other = T @ factor @ turn @ torch.linalg.inv(factor)
        torch.testing.assert_close(other @ source.covariance @ other.T, target.covariance)
        assert moved(other) > moved(T)


def test_no_colour_is_made_of_none():
    grey = Palette(torch.tensor([0.5, 0, 0]).double(), torch.diag(torch.tensor([0.04, 0, 0])).double())
    colorful = random_palette(4)
    made_grey = linear_match(colorful, grey).matrix @ colorful.covariance
    assert made_grey[1:].abs().max() < 1e-9
    gain = linear_match(grey, colorful).matrix
    largest = (torch.linalg.eigvalsh(colorful.covariance).max() / LEAST_VARIANCE) ** 0.5
    assert torch.linalg.eigvalsh(gain).max() <= largest


def test_lightness_takes_mean_and_deviation_and_leaves_no_colour():
    source, target = random_palette(5), random_palette(6)
    found = lightness_match(source, target)
    assert found.matrix.count_nonzero() == 1
    assert (found.matrix[0, 0] ** 2 * source.covariance[0, 0]).item() == pytest.approx(
        target.covariance[0, 0].item()
    )
    after = found(source.mean.view(1, 3, 1, 1)).flatten()
    torch.testing.assert_close(after, torch.tensor([target.mean[0], 0, 0]).double())
