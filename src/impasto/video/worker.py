"""A part of a film on a worker of the batch's engine: painted, saved frame by frame, reported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impasto.batch.task import StoppedError, asked_to_stop, tell
from impasto.batch.worker import held
from impasto.distributed.partition import Partition
from impasto.video.events import FrameStep
from impasto.video.job import FilmJob


def paint_part(data: Mapping[str, Any]) -> dict[str, Any]:
    """Paint a film, or what is left of it, into its folder.

    Args:
        data: "job", as `FilmJob.as_dict` gives it; "folder", where its frames are kept; "concurrent", how many
            paintings this machine works on at a time.

    Returns:
        JSON-able: "seconds" that it took.

    Raises:
        TryLaterError: somebody else is at this part.
        StoppedError: the run was asked to stop; the frames that are finished are kept.
        ImpastoError: it cannot be painted.
    """
    job, folder = FilmJob.from_dict(data["job"]), Path(data["folder"])
    seconds = 0.0
    with held(folder.with_suffix(".lock")):
        tell(0.0, "reading the film")
        painting = job.begin(folder, partition=Partition(on_machine=int(data["concurrent"])))
        for event in painting.events():
            if not isinstance(event, FrameStep):
                seconds += event.seconds
                tell(painting.done / painting.visits, f"frame {painting.done} of {painting.visits}")
            if asked_to_stop() and painting.done < painting.visits:
                raise StoppedError
        return {"seconds": seconds}
