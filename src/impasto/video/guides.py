"""Masks, regions and protection of a film: pictures that hold for all of it, or films themselves."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from impasto.video.film import Note
from impasto.video.numbered import SUFFIXES, is_pattern
from impasto.video.open_film import open_film
from impasto.video.reel import Reel

OF_THE_FILM = ("masks", "regions", "protect")
"""The masks that lie over the film, and may move with it; the others lie over the painting."""


class Guides:
    """The masks and maps of a film, at each of its times.

    given: arguments of `Stylizer.paint`, by name; paths among them may be films, folders or patterns. times: of the
    frames that are painted. note: is called with what is wrong but not the end.

    Raises:
        PictureError: a film of masks cannot be read.
    """

    def __init__(self, given: Mapping[str, Any], times: Sequence[Fraction], note: Note):
        self._given = {name: value for name, value in given.items() if value is not None and len(_all(value))}
        rate = 1 / (times[1] - times[0]) if len(times) > 1 else Fraction(25)
        self._reels: dict[str, Reel] = {}
        for name in OF_THE_FILM:
            for source in _all(self._given.get(name, ())):
                if moves(source):
                    pictures = Path(source).is_dir() or is_pattern(Path(source))
                    film = open_film(Path(source), rate if pictures else None)
                    self._reels[str(source)] = Reel(film, Fraction(0), None, 1, note)
        self._shift = times[0]

    def at(self, time: Fraction) -> dict[str, Any]:
        """The arguments of `Stylizer.paint` at a time of the film."""
        return {
            name: [self._now(one, time) for one in value]
            if isinstance(value, list | tuple)
            else self._now(value, time)
            for name, value in self._given.items()
        }

    def change(self, then: Fraction, now: Fraction) -> bool:
        """Whether they are others at two times."""
        return any(
            not np.array_equal(reel.at(then).pixels, reel.at(now).pixels) for reel in self._reels.values()
        )

    def _now(self, source: Any, time: Fraction) -> Any:
        reel = self._reels.get(str(source)) if isinstance(source, str | Path) else None
        return source if reel is None else reel.at(time).pixels


def moves(source: Any) -> bool:
    """Whether a mask is a film: a folder, a pattern, or a file that is no picture."""
    if not isinstance(source, str | Path):
        return False
    path = Path(source)
    return path.is_dir() or is_pattern(path) or (path.is_file() and path.suffix.lower() not in SUFFIXES)


def _all(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)
