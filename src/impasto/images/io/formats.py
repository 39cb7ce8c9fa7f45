"""The file formats impasto writes, and what each can hold."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.files.atomic_write import check_target
from impasto.images.io.metadata import metadata_packet


@dataclass(frozen=True)
class Format:
    """One file format: `depths` in bits a channel, `longest_side` in pixels.

    options: for libvips' saver, which the first of `extensions` names. when_large: those that are different for a large
    picture.
    """

    name: str
    extensions: tuple[str, ...]
    depths: tuple[int, ...]
    longest_side: int
    keeps_alpha: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    when_large: Mapping[str, Any] = field(default_factory=dict)


_FORMATS = (
    Format("PNG", (".png",), (8, 16), 2**31 - 1, options={"filter": "all"}),
    Format("TIFF", (".tif", ".tiff"), (8, 16), 2**31 - 1,
           options={"compression": "deflate", "predictor": "horizontal"},
           when_large={"tile": True, "tile_width": 256, "tile_height": 256}),
    # 4:4:4 chroma: halving it smears the edges of saturated strokes. Optimised Huffman tables save a few
    # percent, and hold all coefficients in memory, 6 bytes a pixel, until the last is known.
    Format("JPEG", (".jpg", ".jpeg"), (8,), 65535, keeps_alpha=False,
           options={"Q": 95, "subsample_mode": "off", "optimize_coding": True},
           when_large={"optimize_coding": False}),
    # Lossless: lossy WebP always halves the chroma; for a small file there is JPEG. `exact` keeps the
    # colours under transparency.
    Format("WebP", (".webp",), (8,), 16383, options={"lossless": True, "exact": True}),
)  # fmt: skip

_BY_EXTENSION = {extension: known for known in _FORMATS for extension in known.extensions}


def format_of(path: Path) -> Format:
    """The format that `path`'s extension names, in any case. Raises SettingsError: no format that can be written."""
    try:
        return _BY_EXTENSION[path.suffix.lower()]
    except KeyError:
        raise SettingsError(
            f"'{path}' has no extension of a format that can be written: use {', '.join(_BY_EXTENSION)}"
        ) from None


def check_fits(path: Path, bits: int, size: tuple[int, int] | None) -> Format:
    """The format of `path`, once it is sure to hold `bits` a channel and `size` (height, width).

    Raises SettingsError: it cannot.
    """
    known = format_of(path)
    if bits not in known.depths:
        depths = " or ".join(map(str, known.depths))
        hint = ": use .png or .tif for 16" if bits == 16 else ""
        raise SettingsError(f"'{path}': {known.name} holds {depths} bits a channel, not {bits}{hint}")
    if size is not None and max(size) > known.longest_side:
        raise SettingsError(
            f"'{path}': {known.name} holds at most {known.longest_side} pixels a side, not "
            f"{size[1]} x {size[0]}: use .png or .tif"
        )
    return known


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
    check_target(target, overwrite)
    check_fits(target, bits, size)
    if metadata is not None:
        metadata_packet(metadata)
