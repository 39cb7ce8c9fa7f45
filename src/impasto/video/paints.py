"""The painted frames: on disk as they are done, and in memory those that later frames are brought from."""

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from impasto.video.neighbours import Neighbours
from impasto.video.state import State
from impasto.video.tracks import Tracks


class Paints:
    """Painted frames by the number of their visit.

    folder: where they are kept; None for a temporary folder.
    """

    def __init__(self, folder: Path | None):
        self._remove = None
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="impasto-film-"))
            # A film that nobody closes leaves nothing either, once it is forgotten or the program ends.
            self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.state = State(folder)
        self._loaded: dict[int, np.ndarray] = {}
        self._bases: dict[int, np.ndarray] = {}
        self._neighbours: dict[int, Neighbours] = {}

    def put(self, visit: int, pixels: np.ndarray) -> None:
        """Keep a frame, uint8 [H, W, 3] or [H, W, 4]."""
        self.state.write_paint(visit, pixels)
        self._loaded[visit] = pixels

    def paint(self, visit: int) -> np.ndarray:
        """A frame that was kept; not to be changed. Raises CheckpointError where it is gone."""
        return self._loaded[visit] if visit in self._loaded else self.state.paint(visit)

    def put_base(self, visit: int, pixels: np.ndarray) -> None:
        """Keep what later frames are brought from instead of the frame that is shown."""
        self.state.write_paint(visit, pixels, kind="base")
        self._bases[visit] = pixels

    def has_base(self, visit: int) -> bool:
        """Whether `put_base` kept one for this visit."""
        return visit in self._bases

    def bases(self, numbers: list[int]) -> dict[int, np.ndarray]:
        """The frames that a frame is brought from: uint8 [H, W, 3], by visit, without those not painted yet."""
        for number in numbers:
            if number not in self._bases and (number in self._loaded or self.state.has_paint(number)):
                self._bases[number] = self.state.base(number)
        return {number: self._bases[number][..., :3] for number in numbers if number in self._bases}

    def put_neighbours(self, visit: int, found: Neighbours) -> None:
        """Keep the neighbours of a frame that was painted."""
        self.state.write_neighbours(visit, found)
        self._neighbours[visit] = found

    def neighbours(self, numbers: list[int]) -> dict[int, Neighbours]:
        """The neighbours of those of these visits that have some."""
        for number in numbers:
            if number not in self._neighbours:
                self._neighbours[number] = self.state.neighbours(number)
        return {number: self._neighbours[number] for number in numbers if self._neighbours[number]}

    def save_tracks(self, tracks: Tracks, shot: int, earlier: Sequence[Tracks]) -> None:
        """Keep the tracks of a frame that is done, and no more in memory than the next one needs."""
        self.state.write_tracks(tracks, shot, [one.number for one in earlier])
        needed = {tracks.number}.union(*(one.sources() for one in (tracks, *earlier)))
        self.state.keep_neighbours(needed)
        self._neighbours = {number: one for number, one in self._neighbours.items() if number in needed}
        self._loaded = {tracks.number: self._loaded[tracks.number]}
        self._bases = {number: one for number, one in self._bases.items() if number in needed}

    def close(self) -> None:
        """Remove a temporary folder."""
        if self._remove is not None:
            self._remove()
