"""The paintings as a user names them: a path, `path:weight`, a folder, a picture in memory, or several of these."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from impasto.errors import PictureError, SettingsError
from impasto.files.readable import is_there

SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif", ".gif", ".jxl"),
    *(".jp2", ".ppm", ".pgm", ".bmp"),
)
"""The extensions of pictures in a folder; the file itself is looked at when it is read."""
LEAST, MOST = 1e-6, 1e6
"""The range of a weight."""


def weighted(style: object) -> list[tuple[object, float]]:
    """Each painting with its weight, in the order given.

    style: a path, a PIL image, an array or a tensor; text may be `path:weight`; a folder stands for every picture in
        it; a pair (source, weight); or a list or tuple of these.
    Raises SettingsError for a weight that is not a number above 0, or nothing at all; PictureError for an empty folder.

    >>> [(str(path), weight) for path, weight in weighted(["monet.jpg:2", ("hokusai.jpg", 0.5)])]
    [('monet.jpg', 2.0), ('hokusai.jpg', 0.5)]
    """
    found = list(_each(style))
    if not found:
        raise SettingsError("there is no style image: give at least one")
    return found


def from_text(text: str) -> list[tuple[Path, float]]:
    """The pictures that one word of a command line names.

    A path that exists is taken as it stands, so `12:30.jpg` and `C:\\monet.jpg` are paths; otherwise what follows the
    last colon is the weight. A folder's weight is shared equally among its pictures, in the order of their names.
    """
    return _shared_out(*_split(text))


def joined_names(names: Sequence[str]) -> str:
    """The names of several paintings in a sentence; of many only their number.

    >>> joined_names(["a"]), joined_names(["a", "b"]), joined_names(["a", "b", "c", "d"])
    ('a', 'a and b', 'a and 3 more')
    """
    return " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"


def numbered(role: str, i: int) -> str:
    """The name of one of several: the first by its role alone.

    >>> numbered("style", 0), numbered("style", 1)
    ('style', 'style 2')
    """
    return role if i == 0 else f"{role} {i + 1}"


def pictures_in(folder: Path) -> list[Path]:
    """Every picture directly in a folder, by name; hidden files are none.

    Raises PictureError when there is none, or the folder cannot be read.
    """
    try:
        names = sorted(one.name for one in folder.iterdir() if one.is_file())
    except OSError as error:
        raise PictureError(f"the folder '{folder}' cannot be read ({error.strerror}): check it") from None
    found = [folder / name for name in names if name[0] != "." and Path(name).suffix.lower() in SUFFIXES]
    if not found:
        raise PictureError(f"the folder '{folder}' holds no picture: name one that does, or a picture file")
    return found


def _each(style: object) -> Iterator[tuple[object, float]]:
    if isinstance(style, str):
        yield from from_text(style)
    elif isinstance(style, os.PathLike):
        path = Path(os.fsdecode(style))
        yield from _shared_out(path, 1.0)
    elif _is_pair(style):
        pair: tuple[object, float] = style  # type: ignore[assignment]
        weight = _checked(pair[1], pair[0])
        yield from ((part, weight * share) for part, share in _each(pair[0]))
    elif isinstance(style, list | tuple):
        for one in style:
            yield from _each(one)
    else:
        yield style, 1.0


def check_weight(weight: object) -> float:
    """The weight of a style image. Raises SettingsError for anything but a number from LEAST to MOST."""
    if not isinstance(weight, int | float):
        raise SettingsError(f"the weight of a style image must be a number, got {weight!r}")
    return _checked(weight, None)


def _is_pair(style: object) -> bool:
    """(source, weight); a weight is a number, and a source is none."""
    if not isinstance(style, tuple) or len(style) != 2:
        return False
    return isinstance(style[1], int | float) and not isinstance(style[0], int | float)


def _shared_out(path: Path, weight: float) -> list[tuple[Path, float]]:
    if not os.path.isdir(path):  # noqa: PTH112  (Path.is_dir fails for a name that is too long)
        return [(path, weight)]
    pictures = pictures_in(path)
    return [(picture, weight / len(pictures)) for picture in pictures]


def _split(text: str) -> tuple[Path, float]:
    name, colon, number = text.rpartition(":")
    if not colon or not name or is_there(Path(text)):
        return Path(text), 1.0
    try:
        weight = float(number)
    except ValueError:
        if is_there(Path(name)):
            raise SettingsError(f"the weight in '{text}' is not a number: write {name}:2") from None
        return Path(text), 1.0
    return Path(name), _checked(weight, name)


def _checked(weight: float, source: object) -> float:
    if isinstance(weight, bool) or not LEAST <= weight <= MOST:
        name = f"'{source}'" if isinstance(source, str | os.PathLike) else "a style picture"
        raise SettingsError(
            f"the weight of {name} must be a number above 0, from {LEAST:g} to {MOST:g}, got {weight!r}"
        )
    return float(weight)
