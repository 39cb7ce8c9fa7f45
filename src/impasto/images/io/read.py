"""Read pictures: colours into the working space, and the stored values of masks and maps of regions.

The working space is sRGB, gamma-coded, float32 in [0, 1], the space VGG-19 was trained in. Values that are no colours
to look at are read as they are stored: alpha and ICC profile are left aside, and nothing is converted as light.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
import torch
from torch import Tensor

from impasto.errors import PictureError
from impasto.files.readable import fingerprint
from impasto.images.io.decode import VIPS_ERRORS, damaged, decode_file, opened, read_header
from impasto.images.io.in_memory import from_array, from_pil, from_tensor, is_pil_image
from impasto.images.io.metadata import metadata_from_packet, no_metadata
from impasto.images.io.to_srgb import color_bands, to_working_space, upright
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


def plain_pixels(source: object, role: str) -> tuple[np.ndarray, str, str]:
    """The stored values of a picture, upright, and its name and fingerprint as `Picture` has them.

    The values are [H, W, 1 or 3], uint8, uint16 or float32 in [0, 1]. source: what `read_picture` takes; arrays and
    tensors may be of type bool, too, tensors [H, W]. role: what the picture is for, in messages: "mask". Raises
    PictureError: as `read_picture`, and for values outside [0, 1].
    """
    if isinstance(source, str | os.PathLike):
        return _from_file(Path(os.fsdecode(source)), role)
    picture = read_picture(_without_alpha(source), role=role)
    return picture.colors.array, picture.name, picture.fingerprint


def _from_file(path: Path, role: str) -> tuple[np.ndarray, str, str]:
    name = f"the {role} '{path}'"
    with opened(path, name) as file:
        digest = fingerprint(file)
        image, orientation = decode_file(file, name)
        try:
            pixels = upright(_stored(image, name), orientation)
        except VIPS_ERRORS as error:
            raise damaged(name, error) from None
    return pixels, str(path), digest


def _stored(image: pyvips.Image, name: str) -> np.ndarray:
    colors = image.extract_band(0, n=min(color_bands(image), image.bands))
    if image.interpretation in ("cmyk", "lab", "labs", "labq", "lch", "xyz", "scrgb"):
        colors = colors.colourspace("srgb")
    pixels = colors.numpy().reshape(colors.height, colors.width, colors.bands)
    if colors.format in ("uchar", "ushort"):
        return pixels
    if pixels.dtype == np.uint32:
        return (pixels / np.float64(2**32 - 1)).astype(np.float32)
    if pixels.dtype.kind != "f":
        raise PictureError(f"{name} has values of type {pixels.dtype}: save it as an 8-bit grey PNG")
    lowest, highest = float(pixels.min()), float(pixels.max())
    if not (0 <= lowest <= highest <= 1):  # NaN fails this, too
        raise PictureError(
            f"{name} has values from {lowest:.4g} to {highest:.4g}; expected floats in [0, 1]: "
            "save it as an 8-bit grey PNG"
        )
    return pixels.astype(np.float32)


def _without_alpha(source: object) -> object:
    if is_pil_image(source):
        return _without_alpha_pil(source)
    if isinstance(source, Tensor):
        tensor = source.to(torch.uint8) * 255 if source.dtype == torch.bool else source
        tensor = tensor[None] if tensor.ndim == 2 else tensor
        alpha = tensor.ndim >= 3 and tensor.shape[-3] in (2, 4)
        return tensor[..., : tensor.shape[-3] - 1, :, :] if alpha else tensor
    if isinstance(source, np.ndarray):
        array = source.astype(np.uint8) * 255 if source.dtype == bool else source
        alpha = array.ndim == 3 and array.shape[2] in (2, 4)
        return array[..., : array.shape[2] - 1] if alpha else array
    return source


def _without_alpha_pil(image: Any) -> Any:
    """PIL keeps the stored colours when it drops alpha; what it says of transparency and profile goes, too."""
    if image.mode in ("LA", "La"):
        image = image.convert("LA").getchannel(0)
    elif image.mode in ("RGBA", "RGBa", "PA", "P"):
        image = image.convert("RGBA").convert("RGB")
    else:
        image = image.copy()
    for entry in ("transparency", "icc_profile"):
        image.info.pop(entry, None)
    return image
