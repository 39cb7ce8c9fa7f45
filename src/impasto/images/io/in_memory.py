"""Pictures that are already in memory: numpy arrays, PIL images, torch tensors."""

import hashlib
from typing import Any

import numpy as np
from torch import Tensor

from impasto.errors import PictureError
from impasto.images.io.decode import VIPS_ERRORS, image_from_array
from impasto.images.io.hidden_pixels import fill_hidden
from impasto.images.io.to_srgb import to_working_space
from impasto.images.picture import Picture, check_size
from impasto.images.pixel_store import FULL_SCALE, Samples, is_large, stored, strips

_EXIF_ORIENTATION = 0x0112


def is_pil_image(source: object) -> bool:
    """Whether `source` is a PIL image; recognised by its class's name, so that Pillow need not be installed."""
    return any(c.__module__ == "PIL.Image" and c.__name__ == "Image" for c in type(source).__mro__)


def from_array(array: np.ndarray, name: str = "the array") -> Picture:
    """A Picture from sRGB pixels [H, W] or [H, W, 1, 2, 3 or 4]: grey, grey + alpha, RGB, RGB + alpha.

    array: uint8, uint16, or floating-point in [0, 1].
    name: for messages.
    Raises PictureError: any other shape or type, values outside the range, NaN, or a side too small.
    """
    pixels = array[..., None] if array.ndim == 2 else array
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4):
        raise PictureError(f"{name} has shape {array.shape}; expected H x W, or H x W x 1 to 4 channels")
    check_size(pixels.shape[1], pixels.shape[0], name)
    return _picture(_checked(pixels, name), name, _digest(array))


def from_tensor(tensor: Tensor, name: str = "the tensor") -> Picture:
    """A Picture from an sRGB tensor [C, H, W] or [1, C, H, W], C = 1 to 4, uint8 or float in [0, 1].

    Raises PictureError: any other shape or type, values outside the range, NaN, or a side too small.
    """
    planes = tensor[0] if tensor.ndim == 4 and tensor.shape[0] == 1 else tensor
    if planes.ndim != 3 or planes.shape[0] not in (1, 2, 3, 4):
        raise PictureError(
            f"{name} has shape {tuple(tensor.shape)}; expected channels x height x width with 1 to 4 channels"
        )
    check_size(planes.shape[2], planes.shape[1], name)
    try:
        planes = planes.detach().cpu()
        array = (planes.float() if planes.is_floating_point() else planes).numpy()
    except (RuntimeError, TypeError):  # such as sparse, or on the device "meta"
        raise PictureError(
            f"{name} has no values that can be read ({tensor.layout}, on {tensor.device}): expected a dense tensor"
        ) from None
    return _picture(_checked(array.transpose(1, 2, 0), name), name, _digest(array))


def from_pil(image: Any, role: str = "picture") -> Picture:
    """A Picture from a PIL image of any mode but LAB, its orientation and ICC profile honoured.

    Raises PictureError: the file behind the image is damaged, the mode cannot be used, a side is too small.
    """
    name = f"the {role} (a PIL image)"
    check_size(image.width, image.height, name)
    try:
        orientation = int(image.getexif().get(_EXIF_ORIENTATION, 1))
        pixels = _pil_pixels(image, name)
    except (OSError, SyntaxError, TypeError, KeyError) as error:
        reason = type(error).__name__
        raise PictureError(f"{name} cannot be decoded ({reason}): fetch or export it again") from None
    profile, space = image.info.get("icc_profile"), "cmyk" if image.mode == "CMYK" else ""
    decoded = image_from_array(_whole_numbers(pixels, name), profile, space)
    try:
        rgb, alpha = to_working_space(decoded, orientation, name)
    except VIPS_ERRORS:
        raise PictureError(f"{name} cannot be converted to sRGB: convert it first") from None
    return Picture(rgb, alpha, name, _digest(pixels))


def _pil_pixels(image: Any, name: str) -> np.ndarray:
    mode = image.mode
    if mode == "LAB":
        raise PictureError(f"{name} has the PIL mode LAB: convert it to RGB with PIL.ImageCms first")
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK", "F", "I") or mode.startswith("I;16"):
        plain = mode in ("LA", "RGBA") or not getattr(image, "has_transparency_data", False)
        return np.asarray(image if plain else image.convert("LA" if mode == "L" else "RGBA"))
    if mode == "1":
        return np.asarray(image.convert("L"))
    if mode == "La":
        return np.asarray(image.convert("LA"))
    transparent = mode in ("PA", "RGBa") or getattr(image, "has_transparency_data", False)
    return np.asarray(image.convert("RGBA" if transparent else "RGB"))


def _whole_numbers(pixels: np.ndarray, name: str) -> np.ndarray:
    """PIL's grey modes I (int32 that holds 16 bits) and F (floats) as uint16; the rest as it is."""
    if pixels.dtype.kind == "f":
        return np.round(_checked(pixels, name) * 65535).astype(np.uint16)
    if pixels.dtype == np.int32:
        if pixels.min() < 0 or pixels.max() > 65535:
            raise PictureError(f"{name} (PIL mode I) has values outside 0 to 65535: convert it to L")
        return pixels.astype(np.uint16)
    return pixels.astype(pixels.dtype.newbyteorder("="))


def _checked(pixels: np.ndarray, name: str) -> np.ndarray:
    """uint8, uint16, or finite floats in [0, 1], as they are."""
    if pixels.dtype in FULL_SCALE:
        return pixels
    if pixels.dtype.kind != "f":
        raise PictureError(f"{name} is of type {pixels.dtype}; expected uint8, uint16 or float in [0, 1]")
    lowest, highest = pixels.min(), pixels.max()  # either is NaN if any value is
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise PictureError(f"{name} holds NaN or infinity; expected floats in [0, 1]")
    if lowest < 0 or highest > 1:
        raise PictureError(
            f"{name} has values from {lowest:.4g} to {highest:.4g}; expected floats in [0, 1]: "
            "divide by the value of white"
        )
    return pixels


def _picture(pixels: np.ndarray, name: str, digest: str) -> Picture:
    """A Picture of its own copy: whole numbers as they are, floats in float32, or 16 bits if it is large."""
    height, width, bands = pixels.shape
    whole = np.uint16 if is_large(height, width) else np.float32
    copy = np.empty(pixels.shape, pixels.dtype if pixels.dtype in FULL_SCALE else whole)
    for first, last in strips(height, width):
        strip = pixels[first:last]
        copy[first:last] = strip if pixels.dtype in FULL_SCALE else stored(strip, copy.dtype)
    colors = 1 if bands <= 2 else 3
    rgb, alpha = Samples(copy[..., :colors]), Samples(copy[..., colors:])
    if bands == colors or alpha.is_all_ones():
        return Picture(rgb, None, name, digest)
    return Picture(fill_hidden(rgb, alpha), alpha, name, digest)


def _digest(pixels: np.ndarray) -> str:
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype.str}".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
