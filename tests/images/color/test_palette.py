"""Means and covariances against numpy, and the map between them against its defining property."""

import numpy as np
import pytest
import torch

from impasto.images.color.palette import LEAST_VARIANCE, Palette, lightness_match, linear_match, palette_of
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.images.picture import Picture
from impasto.images.pixel_store import Samples
from tests.helpers import random_image


def picture(rgb: torch.Tensor, alpha: torch.Tensor | None = None) -> Picture:
    return Picture(rgb, alpha, "a test", "0")


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
