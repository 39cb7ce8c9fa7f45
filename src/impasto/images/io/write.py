"""Write a float32 picture to a file, row by row."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyvips
import torch
from torch import Tensor

from impasto.errors import OutputError, PictureError
from impasto.files.atomic_write import replacing
from impasto.images.io.decode import VIPS_ERRORS
from impasto.images.io.formats import Format, check_fits
from impasto.images.io.metadata import metadata_packet
from impasto.images.pixel_store import is_large, strips

_BIGTIFF_ABOVE = 3_500_000_000  # bytes of pixels; a plain TIFF ends at 4 GiB, tables included
_EMBEDDED = pyvips.enums.ForeignKeep.ICC | pyvips.enums.ForeignKeep.XMP


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

    path: the extension says the format. rgb: [1, 3, H, W] or [3, H, W], sRGB in [0, 1]; values outside are clipped.
    alpha: [1, 1, H, W], straight, in [0, 1]. bits: a channel: 8, or 16 for PNG and TIFF. metadata: JSON-able.
    Raises SettingsError as check_writable, PictureError for another shape or NaN, OutputError where the file exists or
    cannot be written; what stood there before is untouched.
    """
    target = Path(path)
    rgb, alpha = checked_planes(rgb, alpha, target)
    known = check_fits(target, bits, (rgb.shape[-2], rgb.shape[-1]))
    packet = None if metadata is None else metadata_packet(metadata)
    image = steps_image(rgb, alpha, bits, known)
    if packet is not None:
        image.set_type(pyvips.GValue.blob_type, "xmp-data", packet)
    encode(image, target, known, overwrite)


def checked_planes(rgb: Tensor, alpha: Tensor | None, path: Path) -> tuple[Tensor, Tensor | None]:
    """The planes that will be written to `path`, as float32 [1, 3, H, W] and [1, 1, H, W] on the CPU.

    Raises PictureError: another shape, NaN or infinity.
    """
    rgb = _plain(rgb.unsqueeze(0) if rgb.ndim == 3 else rgb)
    if rgb.ndim != 4 or rgb.shape[:2] != (1, 3):
        raise PictureError(f"the picture for '{path}' has shape {tuple(rgb.shape)}; expected 1 x 3 x H x W")
    if alpha is not None:
        alpha = _plain(alpha)
        if alpha.shape != (1, 1, *rgb.shape[-2:]):
            raise PictureError(
                f"the alpha for '{path}' has shape {tuple(alpha.shape)}; expected 1 x 1 x {rgb.shape[-2]} x "
                f"{rgb.shape[-1]}, as the picture"
            )
    for values in (rgb, alpha):
        if values is not None and not _is_finite(values):
            raise PictureError(f"the picture for '{path}' holds NaN or infinity: it is not written")
    return rgb, alpha


def steps_image(rgb: Tensor, alpha: Tensor | None, bits: int, known: Format) -> pyvips.Image:
    """A picture in whole steps, computed when libvips asks for it; the planes themselves are not copied.

    rgb, alpha: as checked_planes gives them; values outside [0, 1] are clipped. Where the format has no alpha the
    picture is put on white. bits: 8 or 16 a channel; the nearest step is taken, and of two equally near the even one.
    """
    planes = [_plane(rgb[0, channel]) for channel in range(3)]
    if alpha is not None:
        opacity = _plane(alpha[0, 0])
        if known.keeps_alpha:
            planes.append(opacity)
        else:
            # In coded values, as browsers do.
            planes = [plane * opacity + (1 - opacity) for plane in planes]
    top, kind, space = (255, "uchar", "srgb") if bits == 8 else (65535, "ushort", "rgb16")
    steps = [(plane * top).rint().cast(kind) for plane in planes]  # casting clips
    return steps[0].bandjoin(steps[1:]).copy(interpretation=space)


def encode(image: pyvips.Image, path: Path, known: Format, overwrite: bool) -> None:
    """Write `image` whole or not at all, with an sRGB profile and the metadata attached to it.

    Raises OutputError: the file exists and `overwrite` is off, or cannot be written.
    """
    options = dict(known.options, profile="srgb", keep=_EMBEDDED)
    if is_large(image.height, image.width):
        options |= known.when_large
    if known.name == "TIFF":
        depth = 2 if image.format == "ushort" else 1
        options["bigtiff"] = image.width * image.height * image.bands * depth > _BIGTIFF_ABOVE
    with replacing(path, overwrite) as file:
        try:
            target = pyvips.Target.new_to_descriptor(file.fileno())
            image.write_to_target(target, known.extensions[0], **options)
        except VIPS_ERRORS as error:
            why = f"could not be written ({_reason(error)}), nothing was changed"
            raise OutputError(f"'{path}' {why}: is the disk full?") from None


def _plain(image: Tensor) -> Tensor:
    return image.detach().cpu().float()


def _is_finite(image: Tensor) -> bool:
    places = strips(image.shape[-2], image.shape[-1])
    return all(bool(torch.isfinite(image[..., first:last, :]).all()) for first, last in places)


def _plane(plane: Tensor) -> pyvips.Image:
    """A libvips image over the memory of a plane [H, W]."""
    height, width = plane.shape
    return pyvips.Image.new_from_memory(plane.contiguous().numpy(), width, height, 1, "float")


def _reason(error: Exception) -> str:
    """The system's own words ("No space left on device") out of all that libvips says."""
    lines = str(getattr(error, "detail", error)).strip().splitlines() or ["no reason given"]
    system = [line for line in lines if line.startswith("system error: ")]
    return (system or lines)[0].removeprefix("system error: ")[:120]
