"""Pictures as the sheet and the page show them: 8 bits, sRGB, on white, and no larger than needed."""

import base64
from pathlib import Path

import numpy as np
import pyvips

import impasto

_QUALITY = 92


def thumbnail(path: Path, side: int | None = None) -> pyvips.Image:
    """The picture in a file, with a long side of at most `side` pixels; its own size when None.

    Raises PictureError when impasto cannot read it either.
    """
    try:
        whole = pyvips.Image.new_from_file(str(path))
        largest = side or max(whole.width, whole.height)
        # libvips turns it upright and converts its colours; the file is read again, at the size that is needed.
        small = pyvips.Image.thumbnail(str(path), largest, height=largest, size="down", export_profile="srgb")
        return _plain(small)  # which decodes it
    except pyvips.Error:  # HEIC, which this libvips may not decode
        rgb = impasto.read_picture(path).rgb[0].permute(1, 2, 0)
        whole = pyvips.Image.new_from_array((rgb.numpy() * 255).round().astype(np.uint8))
        largest = side or max(whole.width, whole.height)
        small = whole.thumbnail_image(largest, height=largest, size="down")
    return _plain(small)


def data_uri(image: pyvips.Image) -> str:
    """The picture as a JPEG inside a URI, without metadata."""
    encoded = image.jpegsave_buffer(Q=_QUALITY, subsample_mode="off", keep="none")
    return "data:image/jpeg;base64," + base64.b64encode(encoded).decode("ascii")


def _plain(image: pyvips.Image) -> pyvips.Image:
    image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    return image.cast("uchar").extract_band(0, n=3).copy_memory()


def shrunk(size: tuple[int, ...], side: int) -> tuple[int, int]:
    """A picture's height and width, of its shape or size, shrunk to a long side of at most `side`.

    >>> shrunk((300, 400), 200), shrunk((30, 40, 3), 200)
    ((150, 200), (30, 40))
    """
    scale = min(1.0, side / max(size[:2]))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
