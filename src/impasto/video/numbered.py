"""The pictures that a folder or a pattern of names stands for, in the order of their numbers."""

import re
from glob import glob, has_magic
from pathlib import Path

from impasto.errors import PictureError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".heic", ".heif", ".bmp")
_COUNTER = re.compile(r"%0?(\d*)d")


def is_pattern(path: Path) -> bool:
    """Whether a path names files by a pattern, such as shot-*.png or shot-%04d.png, and is no file itself."""
    return not path.exists() and (has_magic(path.name) or bool(_COUNTER.search(path.name)))


def pictures_of(path: Path) -> list[Path]:
    """The pictures, so that shot-10 follows shot-9.

    Raises:
        PictureError: there is none.
    """
    if path.is_dir():
        found = [one for one in path.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file()]
    else:
        name = _COUNTER.sub(lambda counter: "[0-9]" * int(counter[1] or 1) if counter[1] else "*", path.name)
        found = [Path(one) for one in glob(str(path.with_name(name)))]  # noqa: PTH207 - the folder may be relative
    if not found:
        kinds = ", ".join(SUFFIXES[:5])
        raise PictureError(f"there is no picture in '{path}': expected files such as {kinds}")
    return sorted(found, key=_by_number)


def _by_number(path: Path) -> list[tuple[int, int, str]]:
    """Digits count as numbers."""
    parts = re.split(r"(\d+)", path.name)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
