"""Decode the picture in a file; every file that is not a picture gets one clear line."""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
import pyvips

from impasto.errors import PictureError
from impasto.files import readable
from impasto.images.picture import check_size
from impasto.images.pixel_store import is_large

# libvips also "reads" tables (CSV), raw matrices and vector drawings; none of them is a photograph.
_LOADERS = ("jpeg", "png", "tiff", "webp", "heif", "gif", "jxl", "jp2k", "ppm", "rad", "magick")
_READABLE = "JPEG, PNG, TIFF, WebP, HEIC, AVIF or GIF"

# Fields of a TIFF's directory.
_OFFSETS = (273, 324)  # of strips, of tiles
_BYTE_COUNTS = (279, 325)
_NUMBERS = {3: ("H", 2), 4: ("I", 4), 16: ("Q", 8)}  # field types SHORT, LONG, LONG8

# Text in a damaged file can reach libvips' messages, which pyvips then fails to decode.
VIPS_ERRORS = (pyvips.Error, UnicodeDecodeError)


@contextmanager
def opened(path: Path, name: str) -> Iterator[FileIO]:
    """Open a regular, non-empty file for reading, unbuffered: libvips shares its position.

    Raises PictureError: it is missing, a folder, a pipe or a device, empty, or cannot be opened.
    """
    with readable.opened(path, name, PictureError) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise PictureError(f"{name} is empty (0 bytes): fetch it again")
        yield file


def read_header(file: FileIO, name: str) -> pyvips.Image:
    """The picture's header as a libvips image whose pixels are decoded when asked for, first row to last.

    Raises PictureError: not a picture, or the header is damaged.
    """
    try:
        file.seek(0)
        source = pyvips.Source.new_from_descriptor(file.fileno())
        # Some cameras write JPEGs that libjpeg warns of and every viewer shows: only a missing end is fatal.
        image = pyvips.Image.new_from_source(source, "", access="sequential", fail_on="truncated")
        if image.get("vips-loader").startswith(_LOADERS):
            return image
    except VIPS_ERRORS as error:
        if "not in a known format" not in str(error):
            raise damaged(name, error) from None
    raise PictureError(f"{name} is not a picture file (expected {_READABLE}): convert it first")


def decode_file(file: FileIO, name: str) -> tuple[pyvips.Image, int]:
    """Decode the first picture in a file: into memory, or a large one row by row while the file is open.

    Returns the libvips image, metadata attached, and its EXIF orientation. A large one can be read once, from the first
    row to the last, and it then shows whether it is damaged: see `damaged`.
    Raises PictureError: not a picture, damaged, truncated, too small or too large.
    """
    if is_cut_off_tiff(file):
        raise PictureError(f"{name} is truncated: fetch or export it again")
    image = read_header(file, name)
    check_size(image.width, image.height, name)
    is_heif = False
    try:
        orientation = image.get("orientation") if image.get_typeof("orientation") else 1
        is_heif = image.get("vips-loader").startswith("heif")  # which is decoded whole in any case
        if is_large(image.height, image.width) and not is_heif:
            return image, orientation
        return image.copy_memory(), orientation
    except VIPS_ERRORS as error:
        if is_heif and "HEVC" in str(error):
            return _decode_hevc(file, name), 1  # libheif has turned it upright already
        raise damaged(name, error) from None


def _decode_hevc(file: FileIO, name: str) -> pyvips.Image:
    """HEIC through pillow_heif: the binary wheels of libvips come without an HEVC decoder."""
    try:
        import pillow_heif
    except ImportError:
        raise PictureError(
            f"{name} is HEIC, and no decoder for it is installed: pip install 'impasto[heic]', or convert it to JPEG"
        ) from None
    file.seek(0)
    try:
        heif = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
        pixels = np.asarray(heif)
    except (OSError, ValueError, EOFError, RuntimeError, SyntaxError) as error:
        raise damaged(name, error) from None
    return image_from_array(pixels, heif.info.get("icc_profile"))


def image_from_array(pixels: np.ndarray, profile: bytes | None = None, space: str = "") -> pyvips.Image:
    """A libvips image from [H, W] or [H, W, bands] pixels, uint8 or uint16, and an ICC profile."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    deep = pixels.dtype == np.uint16
    if not space:
        space = ("grey16" if deep else "b-w") if pixels.shape[2] <= 2 else ("rgb16" if deep else "srgb")
    height, width, bands = pixels.shape
    data, kind = np.ascontiguousarray(pixels), "ushort" if deep else "uchar"
    image = pyvips.Image.new_from_memory(data, width, height, bands, kind).copy(interpretation=space)
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def damaged(name: str, error: Exception) -> PictureError:
    """The error for a picture whose pixels cannot be decoded, with the decoder's own reason."""
    return PictureError(f"{name} is truncated or damaged ({_reason(error)}): fetch or export it again")


def _reason(error: Exception) -> str:
    """The last and most specific line of what libvips said, fit for one line of ours."""
    lines = str(getattr(error, "detail", error)).strip().splitlines() or ["unreadable"]
    return "".join(c for c in lines[-1] if c.isprintable())[:120]


def is_cut_off_tiff(file: FileIO) -> bool:
    """Whether the file is a TIFF whose first picture promises pixels beyond the end of the file.

    libtiff fills what a cut-off file lacks without calling it an error. Anything but a well-formed directory is left
    for libvips to judge: False.
    Source: TIFF 6.0, section 2, and the BigTIFF extension.
    """
    try:
        size = file.seek(0, 2)
        fields = _directory(file)
        offsets = [value for tag in _OFFSETS for value in fields.get(tag, ())]
        counts = [value for tag in _BYTE_COUNTS for value in fields.get(tag, ())]
    except (struct.error, OverflowError, OSError):  # OverflowError, OSError: a place that no file has
        return False
    return any(offset + count > size for offset, count in zip(offsets, counts, strict=False))


def _directory(file: FileIO) -> dict[int, tuple[int, ...]]:
    """The strip and tile fields of the first directory, by tag."""
    file.seek(0)
    start = file.read(4)
    if start not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return {}
    order = "<" if start[:2] == b"II" else ">"
    big = start[2:4] in (b"+\0", b"\0+")
    if big:
        file.seek(8)
    (at,) = _unpack(file, order, "Q" if big else "I")
    file.seek(at)
    (entries,) = _unpack(file, order, "Q" if big else "H")
    found = {}
    for index in range(min(entries, 4096)):
        file.seek(at + (8 if big else 2) + index * (20 if big else 12))
        tag, kind, count = _unpack(file, order, "HHQ" if big else "HHI")
        if tag in _OFFSETS + _BYTE_COUNTS and kind in _NUMBERS:
            found[tag] = _values(file, order, big, kind, count)
    return found


def _values(file: FileIO, order: str, big: bool, kind: int, count: int) -> tuple[int, ...]:
    letter, width = _NUMBERS[kind]
    if count * width > (8 if big else 4):  # too long for the entry, which then holds where they are
        (at,) = _unpack(file, order, "Q" if big else "I")
        file.seek(at)
    if count > 1 << 24:  # garbage: more strips than any picture that is read has rows
        raise struct.error
    return _unpack(file, order, f"{count}{letter}")


def _unpack(file: FileIO, order: str, layout: str) -> tuple[int, ...]:
    return struct.unpack(order + layout, file.read(struct.calcsize(order + layout)))
