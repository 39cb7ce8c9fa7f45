"""What a notebook is given of a picture: Pillow reads the PNGs, as a browser would."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto.images.picture import SHOWN_SIDE
from impasto.painting.result import PartOfResult
from tests.helpers import random_image


def opened(shown) -> np.ndarray:
    with Image.open(io.BytesIO(shown._repr_png_())) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def result(image, alpha=None, kind=impasto.Result):
    return kind(
        image=image,
        alpha=alpha,
        history=[],
        stopped="all steps done",
        seconds=1.0,
        settings=impasto.Settings(),
        weights={},
        metadata={},
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_picture_shows_its_pixels(dtype, channels):
    levels = np.random.default_rng(0).integers(0, 256, (9, 12, channels), np.uint8)
    levels[..., -1] |= 1  # nothing is wholly transparent, so that no colour is hidden
    scaled = (
        levels * np.float32(1 / 255) if dtype is np.float32 else levels * dtype(np.iinfo(dtype).max // 255)
    )
    shown = opened(impasto.read_picture(scaled))
    assert shown.reshape(levels.shape).tolist() == levels.tolist()


def test_a_result_shows_its_pixels_and_what_is_transparent():
    image = (random_image(9, 12) * 255).round() / 255
    alpha = torch.full((1, 1, 9, 12), 51 / 255)
    shown = opened(result(image, alpha))
    assert shown[..., 3].tolist() == [[51] * 12] * 9
    assert shown[..., :3].tolist() == (image[0].permute(1, 2, 0) * 255).round().int().tolist()
    assert opened(result(image)).shape == (9, 12, 3)


@pytest.mark.parametrize(("height", "width"), [(200, 3 * SHOWN_SIDE), (2 * SHOWN_SIDE, 100)])
def test_a_large_picture_is_shrunk_with_its_aspect(height, width):
    grey = np.full((height, width, 3), 200, np.uint8)
    image = torch.full((1, 3, height, width), 200 / 255)
    for shown in (opened(impasto.read_picture(grey)), opened(result(image))):
        assert max(shown.shape) == SHOWN_SIDE
        assert min(shown.shape[:2]) == round(min(height, width) * SHOWN_SIDE / max(height, width))
        assert (shown == 200).all()


def test_no_hidden_colour_leaks_when_it_is_shrunk():
    """White under full transparency, black where it is seen: all that is seen stays black."""
    pixels = np.zeros((2 * SHOWN_SIDE, 64, 4), np.uint8)
    pixels[::2, :, :3] = 255
    pixels[1::2, :, 3] = 255
    picture = impasto.Picture(
        torch.from_numpy(pixels[..., :3] / np.float32(255)).permute(2, 0, 1)[None],
        torch.from_numpy(pixels[..., 3:] / np.float32(255)).permute(2, 0, 1)[None],
        "a comb",
        "0" * 64,
    )
    shown = opened(picture)
    assert 100 < shown[..., 3].mean() < 155
    assert shown[..., :3].max() <= 1


def test_a_turned_picture_is_shown_upright():
    levels = np.random.default_rng(1).integers(0, 256, (12, 9, 3), np.uint8)
    turned = Image.fromarray(levels)
    turned.getexif()[0x0112] = 6  # to be turned a quarter clockwise
    assert opened(impasto.read_picture(turned)).tolist() == np.rot90(levels, -1).tolist()


def test_words_are_short_and_rows_of_several_processes_are_no_picture():
    image = random_image(9, 12)
    assert repr(result(image)) == "Result(12 x 9 pixels, 0 steps, all steps done)"
    assert result(image[:, :, :3], kind=PartOfResult)._repr_png_() is None
