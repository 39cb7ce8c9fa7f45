"""Maps of regions as the brush paints them, and the masks that they stand for; Pillow reads and writes them here."""

import io

import numpy as np
import pytest
from PIL import Image

from impasto.studio.regions import COLORS, color_of, is_empty, map_of, masks_of


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def read(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def rgb(number: int) -> list[int]:
    return list(bytes.fromhex(color_of(number)[1:]))


def test_every_painting_has_a_colour_of_its_own():
    colors = [color_of(number) for number in range(3 * len(COLORS))]
    assert len(set(colors)) == len(colors)
    assert "#000000" not in colors


def test_each_colour_becomes_a_mask():
    drawn = np.zeros((6, 8, 3), np.uint8)
    drawn[:3] = rgb(0)
    drawn[4:, 2:] = rgb(2)
    first, second, third = masks_of(png(drawn), 3)
    assert second is None
    assert (read(first) == np.where(np.arange(6)[:, None] < 3, 255, 0).repeat(8, 1)).all()
    assert read(third).sum() == 2 * 6 * 255


def test_masks_become_the_map_again(tmp_path):
    drawn = np.zeros((6, 8, 3), np.uint8)
    drawn[:3], drawn[4:, 2:] = rgb(0), rgb(1)
    paths = {}
    for number, mask in enumerate(masks_of(png(drawn), 2)):
        paths[number] = tmp_path / f"{number}.png"
        paths[number].write_bytes(mask)
    assert (read(map_of(paths, (8, 6))) == drawn).all()
    doubled = read(map_of(paths, (16, 12)))
    assert (doubled[::2, ::2] == drawn).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_an_empty_mask_is_seen(mode):
    assert is_empty(png(np.asarray(Image.new(mode, (8, 6)))))
    assert not is_empty(png(np.asarray(Image.new(mode, (8, 6), "white"))))
