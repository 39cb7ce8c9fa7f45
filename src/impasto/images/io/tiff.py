"""Whether a TIFF is all there: libtiff fills what a cut-off file lacks without calling it an error."""

import struct
from io import FileIO

_OFFSETS = (273, 324)  # of strips, of tiles
_BYTE_COUNTS = (279, 325)
_NUMBERS = {3: ("H", 2), 4: ("I", 4), 16: ("Q", 8)}  # field types SHORT, LONG, LONG8


def is_cut_off_tiff(file: FileIO) -> bool:
    """Whether the file is a TIFF whose first picture promises pixels beyond the end of the file.

    Anything but a well-formed TIFF directory is left for libvips to judge: False.
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
