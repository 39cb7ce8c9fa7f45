"""The map of regions that is brushed over the photograph, one colour a painting, and the masks that it stands for."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyvips

from impasto.errors import PictureError
from impasto.images.masks.label_map import region_masks
from impasto.studio.mask_file import png_of, rgb_of

COLORS = ("#d1495b", "#3d7ea6", "#edae49", "#66a182", "#7d5ba6", "#c97b4a", "#2e86ab", "#9a9a48")
"""The colours of the paintings, in order; after the last they begin again, darker."""
BASE = "#000000"
"""Where no painting's style goes."""


def color_of(number: int) -> str:
    """The colour of a painting's region, as "#rrggbb".

    >>> color_of(0), color_of(8)
    ('#d1495b', '#68242d')
    """
    shade = 2 ** (number // len(COLORS))
    return "#" + "".join(f"{one // shade:02x}" for one in rgb_of(COLORS[number % len(COLORS)]))


def in_own_colors(png: bytes, count: int) -> bytes:
    """A map of regions as `--regions` takes it, in the colours of `count` paintings, as a PNG.

    The regions go to the paintings in reading order. One more region than paintings is left unpainted, where it is
    black. A map that has the paintings' colours and black alone is given back as it is.

    Raises PictureError: it is no map, or has another number of regions; one line says which.
    """
    pixels = _pixels(png)
    own = [rgb_of(BASE), *(rgb_of(color_of(number)) for number in range(count))]
    if np.logical_or.reduce([(pixels == color).all(axis=2) for color in own]).all():
        return png
    found = region_masks(pixels)
    masks = list(found.values())
    if len(found) == count + 1 and BASE in found:
        masks = [mask for color, mask in found.items() if color != BASE]
    if len(masks) != count:
        there = "is 1 painting" if count == 1 else f"are {count} paintings"
        raise PictureError(
            f"the map has {len(found)} regions ({', '.join(found)}), and there {there}: give as many "
            "as regions; one region more may be black, and is left unpainted"
        )
    drawn = np.zeros_like(pixels)
    for number, mask in enumerate(masks):
        drawn[mask > 0] = rgb_of(color_of(number))
    return png_of(drawn)


def is_soft(png: bytes) -> bool:
    """Whether a mask has values between black and white."""
    values = _pixels(png)
    return bool(((values > 0) & (values < 255)).any())


def with_region(png: bytes, number: int, mask: Path) -> bytes:
    """A map in which the region of a painting is another: a grey mask, from one half on."""
    pixels = _pixels(png)
    color = np.array(rgb_of(color_of(number)), np.uint8)
    drawn = _pixels(map_of({number: mask}, (pixels.shape[1], pixels.shape[0])))
    pixels = np.where((pixels == color).all(axis=2)[..., None], np.uint8(0), pixels)
    return png_of(np.where((drawn == color).all(axis=2)[..., None], color, pixels))


def masks_of(png: bytes, count: int) -> list[bytes | None]:
    """The mask of each of `count` paintings in a map, white where its colour is, as PNGs; None for an empty one."""
    pixels = _pixels(png)
    found: list[bytes | None] = []
    for number in range(count):
        here = (pixels == rgb_of(color_of(number))).all(axis=2)
        found.append(png_of(here.astype(np.uint8) * 255) if here.any() else None)
    return found


def map_of(masks: Mapping[int, Path], size: tuple[int, int]) -> bytes:
    """The map that masks stand for, by their paintings' numbers, of this width and height, as a PNG.

    Where several reach, the strongest counts; below one half nothing is painted.
    """
    width, height = size
    strongest = np.full((height, width), 127, np.uint8)
    pixels = np.zeros((height, width, 3), np.uint8)
    for number, path in masks.items():
        image = pyvips.Image.new_from_file(str(path)).colourspace("b-w")
        grey = image.flatten() if image.hasalpha() else image
        scaled = grey.cast("uchar").resize(width / grey.width, vscale=height / grey.height, kernel="nearest")
        values = np.asarray(scaled.numpy()).reshape(height, width)
        pixels[values > strongest] = rgb_of(color_of(number))
        strongest = np.maximum(strongest, values)
    return png_of(pixels)


def is_empty(png: bytes) -> bool:
    """Whether nothing is painted in a mask or a map."""
    return not _pixels(png).any()


def _pixels(png: bytes) -> np.ndarray:
    image = pyvips.Image.new_from_buffer(png, "").colourspace("srgb").cast("uchar")
    return np.asarray(image.extract_band(0, n=3).numpy())
