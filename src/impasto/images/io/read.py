"""Read pictures into the working space.

The working space is sRGB, gamma-coded, float32 in [0, 1], the space VGG-19 was trained in.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from impasto.errors import PictureError
from impasto.files.readable import fingerprint
from impasto.images.io.decode import VIPS_ERRORS, damaged, decode_file, opened, read_header
from impasto.images.io.in_memory import from_array, from_pil, from_tensor, is_pil_image
from impasto.images.io.metadata import metadata_from_packet, no_metadata
from impasto.images.io.to_srgb import to_working_space
from impasto.images.picture import Picture
from impasto.images.pixel_store import is_large


def read_picture(source: object, *, role: str = "picture") -> Picture:
    """Read a picture into the working space.

    EXIF orientation is applied; ICC profiles, CMYK, grey, palettes, 16 bits and floating-point files become
    sRGB; transparency is stored apart, and the colours hidden under it continue what is visible. Of a file
    with several pictures the first (or primary) is read. Above 16 megapixels floating-point values are stored
    in 16 bits, and the whole picture is never held in float32.

    Args:
        source: a path; a PIL image; a numpy array [H, W] or [H, W, 1..4], uint8, uint16 or float in [0, 1];
            a torch tensor [C, H, W] or [1, C, H, W], uint8 or float in [0, 1]; a Picture, which is returned as it is.
        role: what the picture is for, in messages: "content picture".

    Raises:
        PictureError: it cannot be read, is damaged or truncated, holds NaN or values out of range, has a
            side below 8 pixels or more than 400 megapixels. One line says which and what to try.
    """
    if isinstance(source, (str, os.PathLike)):
        return _read_file(Path(os.fsdecode(source)), role)
    if isinstance(source, Picture):
        return source
    if isinstance(source, Tensor):
        return from_tensor(source, f"the {role} (a tensor)")
    if isinstance(source, np.ndarray):
        return from_array(source, f"the {role} (an array)")
    if is_pil_image(source):
        return from_pil(source, role)
    kind = type(source).__name__
    raise PictureError(f"the {role} is a {kind}; expected a path, PIL image, numpy array or tensor")


def _read_file(path: Path, role: str) -> Picture:
    name = f"the {role} '{path}'"
    with opened(path, name) as file:
        digest = fingerprint(file)
        image, orientation = decode_file(file, name)
        try:
            rgb, alpha = to_working_space(image, orientation, name)
        except VIPS_ERRORS as error:
            if is_large(image.height, image.width):  # which is decoded only now
                raise damaged(name, error) from None
            raise PictureError(f"{name} cannot be converted to sRGB: save it as an sRGB PNG first") from None
    return Picture(rgb, alpha, str(path), digest)


def read_metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The metadata that impasto embedded in a picture's file: settings, inputs, weights, versions, adjustments.

    Raises:
        PictureError: the file is not a picture, or carries no metadata of impasto.
    """
    name = f"'{Path(path)}'"
    with opened(Path(path), name) as file:
        image = read_header(file, name)
        if image.get_typeof("xmp-data") == 0:
            raise no_metadata(name)
        return metadata_from_packet(image.get("xmp-data"), name)
