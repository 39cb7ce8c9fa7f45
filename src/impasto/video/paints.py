"""The painted frames: on disk as they are done, and in memory those that later frames are brought from."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

from impasto.video.state import State
from impasto.video.tracks import Tracks


class Paints:
    """Painted frames by the number of their visit.

    folder: where they are kept; None for a temporary folder.
    """

    def __init__(self, folder: Path | None):
        self._temporary = None if folder is not None else Path(tempfile.mkdtemp(prefix="impasto-film-"))
        self.state = State(folder if folder is not None else self._temporary)  # type: ignore[arg-type]
        self._loaded: dict[int, np.ndarray] = {}
        self._first = 0

    def put(self, visit: int, pixels: np.ndarray) -> None:
        """Keep a frame, uint8 [H, W, 3] or [H, W, 4]."""
        self.state.write_paint(visit, pixels)
        self._loaded[visit] = pixels

    def paint(self, visit: int) -> np.ndarray:
        """A frame that was kept; not to be changed. Raises CheckpointError where it is gone."""
        return self._loaded[visit] if visit in self._loaded else self.state.paint(visit)

    def bases(self, numbers: list[int], now: int) -> dict[int, np.ndarray]:
        """What the frame `now` is brought from: uint8 [H, W, 3], by visit."""
        for number in numbers:
            if number != now and number not in self._loaded:
                self._loaded[number] = self.state.paint(number)
        return {number: self._loaded[number][..., :3] for number in numbers if number != now}

    def kept(self, tracks: Tracks, shot: int) -> None:
        """Keep the tracks of a frame that is done, and no more in memory than the next one needs."""
        self.state.write_tracks(tracks, shot)
        needed = {*tracks.sources(), tracks.number}
        self._loaded = {number: one for number, one in self._loaded.items() if number in needed}

    def forget_before(self, visit: int) -> None:
        """A new shot begins: nothing is brought from the frames before."""
        self._loaded = {number: one for number, one in self._loaded.items() if number >= visit}

    def resumed(self) -> tuple[Tracks, int] | None:
        """The tracks of the last frame that is done, and its shot."""
        return self.state.tracks()

    def close(self) -> None:
        """Remove a temporary folder."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
