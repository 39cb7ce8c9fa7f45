"""Masks that say "all of it", for paintings without one of their own where others have one."""

import pyvips

from impasto.studio.library import Library, Source


def white_mask(library: Library, source: Source) -> Source:
    """A white mask of a picture's shape. Raises OutputError."""
    return library.add_bytes(_white(source.width, source.height), f"all-of-{source.stem}.png", "style mask")


def _white(width: int, height: int) -> bytes:
    return bytes((pyvips.Image.black(width, height) + 255).cast("uchar").pngsave_buffer(compression=9))
