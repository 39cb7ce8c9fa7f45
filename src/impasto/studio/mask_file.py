"""Masks as PNG files, and as the bytes that the brush in the browser works with: one a pixel.

A byte is a grey value, or, in a map of regions, a number in a palette. Both ways are exact: values are no colours to
look at, so nothing is converted as light, and alpha and profile are left aside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvips

from impasto.errors import PictureError

MOST_COLORS = 128
"""Different colours of a map that the brush can go on painting: the regions', and what anti-aliasing mixed of them."""
LARGEST_SIDE = 16384
"""Pixels of a side of a PNG above which it is not decoded."""
_COLOR = re.compile(r"#[0-9a-f]{6}")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLORED, _COLORED_PART = 25, 0.01
"""Steps of 255 by which channels differ that are colour and no noise, on more than this part of a mask."""


@dataclass(frozen=True)
class MaskPixels:
    """The pixels of a mask or of a map of regions.

    values: [H, W], uint8: grey values, or numbers in the palette. palette: colours as #rrggbb; none for a grey mask.
    """

    values: np.ndarray
    palette: tuple[str, ...] = ()


def encode_png(pixels: MaskPixels) -> bytes:
    """8-bit PNG: grey, or for a map of regions RGB; without alpha, profile and other metadata."""
    if not pixels.palette:
        return png_of(pixels.values)
    return png_of(np.array([rgb_of(color) for color in pixels.palette], np.uint8)[pixels.values])


def png_of(values: np.ndarray) -> bytes:
    """8-bit PNG of grey values [H, W], or colours [H, W, 3], uint8."""
    return bytes(image_of(values).pngsave_buffer(compression=6, filter="up", keep="none"))


def decode_png(png: bytes, size: tuple[int, int], *, regions: bool) -> MaskPixels:
    """The pixels of a PNG of any depth at `size`, height and width; regions: whether it is a map, and not a grey mask.

    A PNG of another size and the same shape is resampled: grey values linearly, colours by the nearest pixel.
    Raises PictureError: it cannot be decoded, has another shape, is in colour though a mask, or has more than
    MOST_COLORS colours.
    """
    name = "the map of regions" if regions else "the mask"
    values = _decoded(png, size, name, "nearest" if regions else "linear")
    return _indexed(values, name) if regions else MaskPixels(_grey(values, name))


def checked_color(color: str) -> str:
    """A colour as "#rrggbb", in small letters. Raises ValueError: it is written otherwise."""
    if not isinstance(color, str) or not _COLOR.fullmatch(color.lower()):
        raise ValueError(f"a colour is written as #rrggbb; got {color!r}")
    return color.lower()


def image_of(values: np.ndarray) -> pyvips.Image:
    """A libvips image of grey values [H, W], or colours [H, W, 3], uint8."""
    height, width, bands = values.shape if values.ndim == 3 else (*values.shape, 1)
    data = np.ascontiguousarray(values).data
    image = pyvips.Image.new_from_memory(data, width, height, bands, "uchar")
    return image.copy(interpretation="b-w" if bands == 1 else "srgb")


def rgb_of(color: str) -> list[int]:
    """Red, green and blue, from 0 to 255, of #rrggbb."""
    return list(bytes.fromhex(color[1:]))


def _decoded(png: bytes, size: tuple[int, int], name: str, kernel: str) -> np.ndarray:
    """[H, W, 1 or 3], uint8."""
    if not png.startswith(_SIGNATURE):
        raise PictureError(f"{name} is no PNG file: save it as an 8-bit PNG")
    try:
        image = pyvips.Image.pngload_buffer(png, fail_on="truncated")
        _check_shape(image, size, name)
        image = image.autorot()
        image = image.extract_band(0, n=1 if image.bands < 3 else 3)
        if image.format == "ushort":
            image = (image / 257).rint().cast("uchar")
        if (image.height, image.width) != size:
            # libvips rounds to whole pixels by itself: the last row or column may have to be cut or repeated.
            image = image.resize(size[1] / image.width, vscale=size[0] / image.height, kernel=kernel)
            image = image.gravity("north-west", size[1], size[0], extend="copy")
        return np.asarray(image.numpy(), np.uint8).reshape(*size, image.bands)
    except pyvips.Error as error:
        first = str(error.detail or error.message).strip().splitlines()
        raise PictureError(f"{name} cannot be decoded ({first[0] if first else 'damaged'})") from None


def _check_shape(image: pyvips.Image, size: tuple[int, int], name: str) -> None:
    height, width = image.height, image.width
    if image.get_typeof("orientation") and image.get("orientation") >= 5:
        height, width = width, height
    shown = f"{name} is {width} x {height} pixels"
    if max(height, width) > LARGEST_SIDE:
        raise PictureError(f"{shown}; the brush takes up to {LARGEST_SIDE} on a side")
    if abs(height * size[1] - size[0] * width) > max(height, width, *size):
        raise PictureError(
            f"{shown}, another shape than the picture ({size[1]} x {size[0]}): give it the same shape"
        )


def _grey(values: np.ndarray, name: str) -> np.ndarray:
    if values.shape[2] == 1:
        return values[..., 0]
    if np.mean(np.ptp(values, axis=2) > _COLORED) > _COLORED_PART:
        raise PictureError(f"{name} is in colour; a mask is grey, white where it holds")
    mean = np.rint(values.mean(axis=2, dtype=np.float32))
    return np.asarray(mean, np.uint8)


def _indexed(values: np.ndarray, name: str) -> MaskPixels:
    weights: Sequence[int] = (65536, 256, 1) if values.shape[2] == 3 else (65793,)
    codes = sum(values[..., i].astype(np.uint32) * np.uint32(weight) for i, weight in enumerate(weights))
    assert isinstance(codes, np.ndarray)
    seen = np.zeros(1 << 24, bool)
    seen[codes] = True
    colors = np.flatnonzero(seen)
    if len(colors) > MOST_COLORS:
        raise PictureError(
            f"{name} has {len(colors)} colours; expected at most {MOST_COLORS}: "
            "save it as a PNG in flat colours, one for each region"
        )
    numbers = np.zeros(1 << 24, np.uint8)
    numbers[colors] = np.arange(len(colors), dtype=np.uint8)
    return MaskPixels(numbers[codes], tuple(f"#{code:06x}" for code in colors))
