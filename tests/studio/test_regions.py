"""Maps of regions as the brush paints them, and the masks that they stand for; Pillow reads and writes them here."""

import io

import numpy as np
import pytest
from PIL import Image

from impasto.errors import PictureError
from impasto.studio.regions import (
    COLORS,
    color_of,
    in_own_colors,
    is_empty,
    is_soft,
    map_of,
    masks_of,
    with_region,
)


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


def test_a_map_in_any_colours_gives_its_regions_to_the_paintings_in_reading_order():
    drawn = np.zeros((24, 32, 3), np.uint8)
    drawn[:12], drawn[12:, 16:] = (10, 200, 90), (250, 250, 0)
    mine = read(in_own_colors(png(drawn), 2))
    assert (mine[:12] == rgb(0)).all()
    assert (mine[12:, 16:] == rgb(1)).all()
    assert (mine[12:, :16] == 0).all()  # one region more than paintings, and black


def test_a_map_of_the_brush_is_left_as_it_is():
    drawn = np.zeros((24, 32, 3), np.uint8)
    drawn[5, 5] = rgb(1)  # smaller than a region of a map is
    assert in_own_colors(png(drawn), 2) == png(drawn)


@pytest.mark.parametrize(("count", "there"), [(1, "1"), (4, "4")])
def test_a_map_with_another_number_of_regions_is_told(count, there):
    drawn = np.full((24, 32, 3), 60, np.uint8)
    drawn[:12] = 255
    with pytest.raises(PictureError, match=rf"\b2\b.*#ffffff.*\b{there}\b"):
        in_own_colors(png(drawn), count)


def test_a_soft_mask_takes_its_place_in_a_map(tmp_path):
    ramp = np.linspace(0, 255, 32).round().astype(np.uint8)[None].repeat(24, 0)
    (tmp_path / "soft.png").write_bytes(png(ramp))
    before = np.zeros((24, 32, 3), np.uint8)
    before[:, :4], before[:, 20:] = rgb(1), rgb(0)
    after = read(with_region(png(before), 1, tmp_path / "soft.png"))
    assert (after == np.where(ramp[..., None] > 127, np.uint8(rgb(1)), np.uint8(0))).all()
    assert is_soft(png(ramp))
    assert not is_soft(png(np.where(ramp > 127, np.uint8(255), np.uint8(0))))
