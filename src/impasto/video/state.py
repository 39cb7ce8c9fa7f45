"""The folder in which a film is kept while it is painted: what is done, without loss, and what is needed to go on.

    film.json        what is painted, from what, and how
    paint-00012.png  the paint of the 12th visit (`order.py`), lossless, 8 bits
    base-00012.png   likewise, what later frames are brought from, where that is another picture
    near-00012.npz   the neighbours of its places in the painting (`neighbours.py`), where later frames may need them
    part-00003       such a folder, of a part that a worker paints by itself (`parts.py`)
    tracks-00012.npz its tracks, of the last visit and of some before it

Each file is whole or not there. The tracks are written last: after a kill the painting goes on with the visit after
theirs, and paints again what had been begun.
"""

import io
import json
import shutil
import zipfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np

from impasto.errors import CheckpointError, OutputError
from impasto.files.atomic_write import replacing
from impasto.files.readable import is_regular
from impasto.video.neighbours import Neighbours
from impasto.video.tracks import Tracks

SUFFIX = ".film"
"""The suffix of the folder, after the name of the film that is painted."""
_JOB, _TRACKS = "film.json", "tracks-*.npz"
_FIELDS = ("source", "x", "y", "likeness", "trust", "age", "still")


def default_folder(output: Path) -> Path:
    """painted.mp4.film next to painted.mp4."""
    return output.parent / f"{output.name}{SUFFIX}"


class State:
    """The folder.

    Raises:
        OutputError: it cannot be made.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"the folder '{folder}' for the unfinished film cannot be made ({error.strerror}): choose another"
            ) from None

    def remove(self) -> None:
        """Remove the film's files; the folder, too, unless somebody put something else there."""
        for path in self.folder.glob("part-*"):
            if path.is_dir():
                State(path).remove()
        for pattern in (
            "paint-*.png",
            "base-*.png",
            "near-*.npz",
            "part-*.lock",
            _TRACKS,
            _JOB,
            ".impasto-*.part",
        ):
            for path in self.folder.glob(pattern):
                with suppress(OSError):
                    path.unlink()
        with suppress(OSError):
            self.folder.rmdir()

    def part(self, number: int) -> Path:
        """The folder of a part of the film, for a `State` of its own."""
        return self.folder / f"part-{number:05}"

    def discard_unbegun(self) -> None:
        """Remove the folder while there is nothing in it."""
        with suppress(OSError):
            self.folder.rmdir()

    def write_job(self, job: Mapping[str, Any]) -> None:
        """Write the job, JSON-able."""
        with replacing(self.folder / _JOB, overwrite=True) as file:
            file.write(json.dumps(job, indent=1, sort_keys=True).encode())

    def job(self) -> dict[str, Any]:
        """The job that `write_job` wrote.

        Raises:
            CheckpointError: it is not there, or damaged.
        """
        return read_job(self.folder)

    def write_paint(self, visit: int, pixels: np.ndarray, *, kind: str = "paint") -> None:
        """Keep a frame, uint8 [H, W, 3] or with alpha [H, W, 4]."""
        import cv2

        order = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        whole, data = cv2.imencode(".png", cv2.cvtColor(pixels, order), [cv2.IMWRITE_PNG_COMPRESSION, 3])
        assert whole
        with replacing(self._path(kind, visit), overwrite=True) as file:
            file.write(data.tobytes())

    def paint(self, visit: int, *, kind: str = "paint") -> np.ndarray:
        """A frame that was kept.

        Raises:
            CheckpointError: it is not there, or damaged.
        """
        import cv2

        path = self._path(kind, visit)
        try:
            found = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
        except (OSError, cv2.error):
            found = None
        if found is None:
            raise CheckpointError(f"'{path}' is missing or damaged: paint the film again, with --force")
        return cv2.cvtColor(found, cv2.COLOR_BGR2RGB if found.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)

    def base(self, visit: int) -> np.ndarray:
        """The frame that later ones are brought from: uint8 [H, W, 3]."""
        return self.paint(visit, kind="base" if is_regular(self._path("base", visit)) else "paint")[..., :3]

    def has_paint(self, visit: int) -> bool:
        """Whether the frame of a visit is there."""
        return is_regular(self._path("paint", visit))

    def write_neighbours(self, visit: int, found: Neighbours) -> None:
        """Keep the neighbours of a visit."""
        data = io.BytesIO()
        maps = {f"{i}-{layer}": index for i, one in enumerate(found) for layer, index in one.items()}
        np.savez(data, **cast(dict[str, Any], maps))
        with replacing(self._near(visit), overwrite=True) as file:
            file.write(data.getbuffer())

    def neighbours(self, visit: int) -> Neighbours:
        """Those that were kept; empty where there are none.

        Raises:
            CheckpointError: they are damaged.
        """
        path = self._near(visit)
        if not is_regular(path):
            return ()
        found: dict[int, dict[str, np.ndarray]] = {}
        try:
            with np.load(path) as maps:
                for name in maps:
                    region, layer = name.split("-")
                    found.setdefault(int(region), {})[layer] = maps[name]
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise _damaged(path, error) from None
        return [found[region] for region in sorted(found)]

    def keep_neighbours(self, visits: Collection[int]) -> None:
        """Remove the neighbours of all other visits."""
        for path in self.folder.glob("near-*.npz"):
            if int(path.stem.split("-")[1]) not in visits:
                path.unlink(missing_ok=True)

    def write_tracks(self, tracks: Tracks, shot: int, keep: Sequence[int]) -> None:
        """Keep the tracks of the last visit, and the number of its shot; of earlier visits only those in `keep`."""
        data = io.BytesIO()
        fields: dict[str, Any] = {name: getattr(tracks, name) for name in _FIELDS}
        np.savez(data, **fields, number=tracks.number, shot=shot, keep=np.array(keep, np.int64))
        with replacing(self._tracks_of(tracks.number), overwrite=True) as file:
            file.write(data.getbuffer())
        for number in self._visits_with_tracks():
            if number != tracks.number and number not in keep:
                self._tracks_of(number).unlink(missing_ok=True)

    def tracks(self) -> list[tuple[Tracks, int]]:
        """The tracks that `write_tracks` wrote, the last visit first, then those it was to keep, in their order.

        Nothing before the first visit was done.

        Raises:
            CheckpointError: it is damaged.
        """
        visits = self._visits_with_tracks()
        if not visits:
            return []
        tracks, shot, keep = self._read_tracks(visits[0])
        return [(tracks, shot), *(self._read_tracks(number)[:2] for number in keep)]

    def _visits_with_tracks(self) -> list[int]:
        return sorted((int(path.stem.split("-")[1]) for path in self.folder.glob(_TRACKS)), reverse=True)

    def _tracks_of(self, visit: int) -> Path:
        return self.folder / f"tracks-{visit:05}.npz"

    def _read_tracks(self, visit: int) -> tuple[Tracks, int, list[int]]:
        path = self._tracks_of(visit)
        try:
            with np.load(path) as found:
                fields = {name: found[name] for name in _FIELDS}
                number, shot, keep = int(found["number"]), int(found["shot"]), found["keep"].tolist()
            return Tracks(number, **fields), shot, keep
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(path, error) from None

    def bytes(self) -> int:
        """The bytes of the folder on the disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())

    def free(self) -> int:
        """Bytes that are free where the folder lies."""
        return shutil.disk_usage(self.folder).free

    def _near(self, visit: int) -> Path:
        return self.folder / f"near-{visit:05}.npz"

    def _path(self, kind: str, visit: int) -> Path:
        return self.folder / f"{kind}-{visit:05}.png"


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"'{path}' is damaged ({type(error).__name__}): paint the film again, with --force"
    )


def is_state(path: Path) -> bool:
    """Whether a folder keeps an unfinished film."""
    return is_regular(path / _JOB)


def read_job(folder: Path) -> dict[str, Any]:
    """The job of an unfinished film.

    Raises:
        CheckpointError: the folder keeps none, or it is damaged.
    """
    try:
        found = json.loads((folder / _JOB).read_bytes())
        assert isinstance(found, dict)
    except (OSError, ValueError, AssertionError):
        raise CheckpointError(
            f"'{folder}' keeps no unfinished film, or it is damaged: paint it again"
        ) from None
    return found
