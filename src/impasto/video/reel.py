"""The chosen frames of a film, in any order, without holding more than a few of them in memory."""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from impasto.errors import PictureError
from impasto.pages.pixels import shrunk
from impasto.video.cuts import is_cut
from impasto.video.film import Film, Frame, Note

BLOCK_BYTES = 96_000_000
"""Bytes of a film that are decoded at a time; twice as many are held."""
_FEWEST = 2
_SIDE = 96


class Reel:
    """The frames of a part of a film, by number from 0.

    The film is read through once, for the times of its frames: what is damaged is left out then, and for good.

    Args:
        film: any.
        start: seconds at which the part begins.
        stop: seconds before which its last frame begins; None for the end.
        every: of so many frames one is taken.
        note: is called with the frames that are damaged.

    Attributes:
        times: of the frames, in seconds of the film. durations: likewise, None where the film does not say. cuts: the
            numbers of those with which a new shot begins.

    Raises:
        PictureError: the part has no frame.
    """

    def __init__(self, film: Film, start: Fraction, stop: Fraction | None, every: int, note: Note):
        self.film, self._from, self.stop, self._every = film, start, stop, every
        self.times: list[Fraction] = []
        self.durations: list[Fraction | None] = []
        self.cuts: list[int] = []
        last: np.ndarray | None = None
        for number, frame in enumerate(film.frames(start, stop, note)):
            if number % every == 0:
                small = _small(frame.pixels)
                if last is not None and is_cut(small, last):
                    self.cuts.append(len(self.times))
                self.times.append(frame.time)
                self.durations.append(frame.duration)
                last = small
        if not self.times:
            raise PictureError(
                f"the film '{film.path}' has no frame from {float(start):g} s on"
                + (f" and before {float(stop):g} s" if stop is not None else "")
                + (f": it is {film.about.seconds:.2f} s long" if film.about.seconds else "")
            )
        self._length = max(_FEWEST, BLOCK_BYTES // self._frame_bytes)
        self._blocks: dict[int, Sequence[Frame]] = {}

    def _some(self, times: Sequence[Fraction], start: Fraction) -> list[Frame]:
        wanted, found = set(times), []
        for frame in self.film.frames(start, self.stop, _said_already):
            if frame.time in wanted:
                found.append(frame)
            if len(found) == len(times):
                break
        return found

    @property
    def start(self) -> Fraction:
        """Seconds of the film that become the zero of its painted part: its own zero, or its first frame's begin."""
        return self.times[0] if self._from > 0 else Fraction(0)

    def as_dict(self) -> dict[str, Any]:
        """Which part of the film this is, JSON-able."""
        stop = None if self.stop is None else float(self.stop)
        return {"from": float(self._from), "to": stop, "every": self._every}

    def __len__(self) -> int:
        return len(self.times)

    @property
    def _frame_bytes(self) -> int:
        height, width = self.film.about.size
        return (4 if self.film.about.transparent else 3) * height * width

    @property
    def most_bytes(self) -> int:
        """The most bytes of the frames that are held at a time."""
        return min(len(self), 2 * self._length) * self._frame_bytes

    def painted(self, number: int, pixels: np.ndarray) -> Frame:
        """A frame at its time with other pixels: uint8 [H, W, 3], or with alpha [H, W, 4]."""
        alpha = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
        colours = np.ascontiguousarray(pixels[..., :3])
        return Frame(self.times[number], colours, alpha, self.durations[number])

    def __getitem__(self, number: int) -> Frame:
        block = number // self._length
        if block not in self._blocks:
            self._blocks = {n: one for n, one in self._blocks.items() if abs(n - block) == 1}
            while len(self._blocks) > 1:
                del self._blocks[next(iter(self._blocks))]
            self._blocks[block] = self._decoded(block)
        return self._blocks[block][number - block * self._length]

    def at(self, time: Fraction) -> Frame:
        """The frame that is shown at a time: the last one that began by then."""
        return self[max(0, bisect_right(self.times, time) - 1)]

    def _decoded(self, block: int) -> Sequence[Frame]:
        times = self.times[block * self._length : (block + 1) * self._length]
        # Where a film can be entered only before frames that need earlier ones, it is read from its beginning.
        for start in (times[0], self._from):
            found = self._some(times, start)
            if len(found) == len(times):
                return found
        raise PictureError(f"the film '{self.film.path}' has changed while it was painted: paint it again")


def _small(pixels: np.ndarray) -> np.ndarray:
    """Small enough that a long film is soon looked through for its cuts."""
    import cv2

    height, width = shrunk(pixels.shape, _SIDE)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)


def _said_already(text: str) -> None:
    """The first reading has told it."""
