"""Reading pictures into the working space, and writing paintings.

The working space is sRGB, gamma-coded, float32 in [0, 1], the space VGG-19 was trained in.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from torch import Tensor

from impasto.errors import PictureError
from impasto.files.atomic_write import check_target
from impasto.files.readable import fingerprint
from impasto.images.io.decode import VIPS_ERRORS, damaged, decode_file, opened, read_header
from impasto.images.io.formats import check_fits
from impasto.images.io.in_memory import from_array, from_pil, from_tensor, is_pil_image
from impasto.images.io.metadata import metadata_from_packet, metadata_packet, no_metadata
from impasto.images.io.to_srgb import to_working_space
from impasto.images.io.write import checked_planes, encode, steps_image
from impasto.images.picture import Picture
from impasto.images.pixel_store import is_large


def read_picture(source: object, *, role: str = "picture") -> Picture:
    """Read a picture into the working space.

    EXIF orientation is applied; ICC profiles, CMYK, grey, palettes, 16 bits and floating-point files become
    sRGB; transparency is kept apart, and the colours hidden under it continue what is visible. Of a file
    with several pictures the first (or primary) is read. Above 16 megapixels floating-point values are kept
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
    raise PictureError(
        f"the {role} is a {type(source).__name__}; expected a path, PIL image, numpy array or tensor"
    )


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


def check_writable(
    path: str | os.PathLike[str],
    *,
    bits: int = 8,
    overwrite: bool = False,
    size: tuple[int, int] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Check all that can be checked of an output before hours of painting.

    Args:
        path: where the painting will go; the extension says the format.
        bits: a channel: 8, or 16 for PNG and TIFF.
        overwrite: whether an existing file may be replaced.
        size: (height, width) in pixels, if known.
        metadata: what will be embedded, if known.

    Raises:
        SettingsError: unknown extension; bits or size the format does not hold; metadata that is not JSON.
        OutputError: missing or closed folder; the file exists and `overwrite` is off.
    """
    target = Path(path)
    check_fits(target, bits, size)
    check_target(target, overwrite)
    if metadata is not None:
        metadata_packet(metadata)


def write_picture(
    path: str | os.PathLike[str],
    rgb: Tensor,
    *,
    alpha: Tensor | None = None,
    bits: int = 8,
    metadata: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a painting with its sRGB profile: whole or not at all; the same input gives the same bytes.

    PNG, TIFF and WebP are lossless; JPEG has quality 95 and full chroma, and shows a transparent picture on
    white. Values are rounded to the nearest step, without dithering. No copy of a float32 picture on the CPU
    is made: it is encoded row by row (but WebP's own encoder holds the whole picture several times).

    Args:
        path: the extension says the format: .png, .tif, .tiff, .jpg, .jpeg or .webp.
        rgb: [1, 3, H, W] or [3, H, W], sRGB in [0, 1]; values outside are clipped.
        alpha: [1, 1, H, W], straight, in [0, 1].
        bits: a channel: 8, or 16 for PNG and TIFF.
        metadata: JSON-able; `read_metadata` gives it back.
        overwrite: whether an existing file may be replaced.

    Raises:
        SettingsError: as check_writable.
        PictureError: `rgb` has another shape, or holds NaN.
        OutputError: the file exists, or cannot be written; what stood there before is untouched.
    """
    target = Path(path)
    rgb, alpha = checked_planes(rgb, alpha, target)
    known = check_fits(target, bits, (rgb.shape[-2], rgb.shape[-1]))
    packet = None if metadata is None else metadata_packet(metadata)
    image = steps_image(rgb, alpha, bits, known)
    if packet is not None:
        image.set_type(pyvips.GValue.blob_type, "xmp-data", packet)
    encode(image, target, known, overwrite)


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
