"""A film painted by several workers, of this machine or a cluster: each shot, or part of one, is a task of the engine.

The folder of the unfinished film has a folder for each part, with its frames as they are done. Whoever begins again
with it goes on: what is painted is not painted again, and the film has the same bytes in the end, whoever painted what.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.batch.cluster import Share, libraries, most_concurrent, patience, workers_for
from impasto.batch.engine import Ended, Engine, Event
from impasto.batch.plan import apart, usable_cores
from impasto.batch.task import Task
from impasto.errors import SettingsError
from impasto.memory.process import available
from impasto.video.job import FilmJob
from impasto.video.plan import FilmPlan, plan_film
from impasto.video.segments import Segment, join_segments, part_of, reel_of, segments_in
from impasto.video.state import State
from impasto.video.worker import paint_part

if TYPE_CHECKING:
    pass


class FilmParts:
    """A film in parts. Iterate over `run()` to have them painted; then `save` it.

    Args:
        job: the film.
        state: the folder of the unfinished film.
        workers: on this machine, each a process; or
        scheduler: the address of a cluster's, whose workers paint instead, and see the same files.
        longest: shots of more frames than this are cut up; None: none is.

    Attributes:
        segments: the parts. failed: why a part could not be painted, by its name.

    Raises:
        BatchError: dask.distributed is not installed.
        SettingsError: neither workers nor a scheduler is given, or both; and as `segments_of`.
        PictureError: the film cannot be read.
    """

    def __init__(
        self,
        job: FilmJob,
        state: State,
        *,
        workers: int | None = None,
        scheduler: str | None = None,
        longest: int | None = None,
    ):
        if (workers is None) == (scheduler is None):
            raise SettingsError(
                "a scheduler has workers of its own: give workers or scheduler, not both and not neither"
            )
        libraries()  # an error now, if they are missing
        self._reel = reel_of(job)
        self.segments = segments_in(self._reel, job, longest)
        self.failed: dict[str, str] = {}
        self._job, self._state = job, state
        self._workers, self._scheduler = workers, scheduler
        self._engine: Engine | None = None

    @property
    def folders(self) -> list[Path]:
        """Where the parts are kept."""
        return [self._state.part(one.number) for one in self.segments]

    @property
    def at_once(self) -> int:
        """How many parts are painted at the same time on this machine; 0 where a cluster paints."""
        return min(self._workers or 0, len(self.segments))

    def run(self) -> Iterator[Event]:
        """Have painted what is not, and yield what the engine tells.

        Raises:
            BatchError: the workers do not start, or the scheduler is gone.
        """
        with workers_for(self._scheduler, self._share) as client:
            concurrent = most_concurrent(client)
            self._engine = Engine(client, patience(self._scheduler))
            tasks = [
                Task(self.name(segment), paint_part, self._data(segment, folder, concurrent))
                for segment, folder in zip(self.segments, self.folders, strict=True)
            ]
            for event in self._engine.run(tasks):
                if isinstance(event, Ended) and event.failed is not None:
                    self.failed[event.task.name] = event.failed
                yield event

    def stop(self) -> None:
        """Keep the frames that are finished, and end `run`. Any thread, or a signal, may call this."""
        if self._engine is not None:
            self._engine.stop()

    def save(self, *, overwrite: bool = False) -> int:
        """Write the film, or as much of its beginning as is painted; returns how many frames that is.

        Raises:
            OutputError, SettingsError: as `FilmPainting.save`.
        """
        return join_segments(
            self._job, self.segments, self.folders, overwrite=overwrite, unfinished=True, reel=self._reel
        )

    def name(self, segment: Segment) -> str:
        """The name of a part, its frames counted from 1."""
        return f"frames {segment.first + 1} to {segment.last}"

    def _data(self, segment: Segment, folder: Path, concurrent: int) -> dict[str, object]:
        job = part_of(self._job, self._reel, segment)
        return {"job": job.as_dict(), "folder": str(folder.absolute()), "concurrent": concurrent}

    def _share(self) -> Share:
        count = self.at_once
        threads = max(1, usable_cores() // count)
        return Share(count, threads, available() // count, _gpus(self._job, count))


@dataclass(frozen=True)
class FilmProbe:
    """The properties of a film, found before it is painted.

    plan: as for one process. size: height and width of its frames. transparent: whether it may be. notes: sentences
    that the user should know.
    """

    plan: FilmPlan
    size: tuple[int, int]
    transparent: bool
    notes: list[str]


def probe_film(job: FilmJob) -> FilmProbe:
    """Look at a film, in a process of its own, which takes the network's memory with it when it ends.

    Raises what beginning the film raises, and what its plan does.
    """
    return apart(_looked_at, job.as_dict())


def _looked_at(data: Mapping[str, Any]) -> FilmProbe:
    painting = FilmJob.from_dict(data).begin()
    try:
        return FilmProbe(plan_film(painting), painting.size, painting.about.transparent, painting.notes)
    finally:
        painting.close()


def _gpus(job: FilmJob, most: int) -> int:
    """How many GPUs these workers compute with."""
    if job.settings.device == "cpu":
        return 0
    import torch

    return min(torch.cuda.device_count(), most)
