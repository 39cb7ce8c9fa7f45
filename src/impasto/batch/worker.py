"""One job on a worker: held, so that nobody else paints it too; stopped when asked to; reported while it goes on."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import impasto
from impasto.batch.job import Job
from impasto.batch.task import StoppedError, TryLaterError, asked_to_stop, tell
from impasto.batch.work import Painter, Work
from impasto.errors import OutputError


def paint_picture(data: Mapping[str, Any]) -> dict[str, Any]:
    """Paint the picture of a job on a worker, and write it; what `Work.finish` or `Work.found` returns.

    data: "job", as `Job.as_data` gives it; "concurrent", how many paintings this machine works on at a time; "sha256"
    of the picture that an earlier run painted, where that is known.
    Raises TryLaterError when somebody else is at this picture, StoppedError when the run was asked to stop and the
    painting is saved, and ImpastoError.
    """
    job, painter = Job.from_data(data["job"]), _painter(int(data.get("concurrent", 1)))
    for folder in (Path(job.output).parent, job.lock.parent):
        _make(folder)
    with held(job.lock):
        tell(0.0, "reading the pictures")
        work = Work(painter, job)
        found = work.found(data.get("sha256"))
        if found is not None:
            return found
        work.check_free()
        for step in work:
            tell(step.done, f"step {step.number} of {work.steps}")
            if asked_to_stop() and step.done < 1:
                work.save()
                raise StoppedError
        return work.finish()


def measure_picture(data: Mapping[str, Any]) -> dict[str, float]:
    """Every number of the report of a finished picture, on a worker: by measure, row and column; without identity.

    Of several paintings that are blended, the first one counts. data: "job" and "concurrent", as for `paint_picture`.
    Raises StoppedError when the run was asked to stop, and what `impasto.report` raises.
    """
    if asked_to_stop():
        raise StoppedError
    job, painter = Job.from_data(data["job"]), _painter(int(data.get("concurrent", 1)))
    encoder = painter.encoder(impasto.Settings.from_dict(dict(job.settings)))
    report = impasto.report(job.output, job.content, job.styles[0][0], encoder=encoder, identity=False)
    return {
        " ".join(filter(None, (one.name, row, column))): float(value)
        for one in report.measures
        for row, columns in one.values.items()
        for column, value in columns.items()
    }


_PAINTERS: dict[int, Painter] = {}
_LOCK = threading.Lock()


def _painter(concurrent: int) -> Painter:
    """The painter of this process, which has at hand what several jobs need."""
    with _LOCK:
        if concurrent not in _PAINTERS:
            _PAINTERS.clear()
            _PAINTERS[concurrent] = Painter(concurrent)
        return _PAINTERS[concurrent]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder '{folder}' could not be made ({error.strerror}): choose another place, which every worker sees"
        ) from None


@contextlib.contextmanager
def held(lock: Path) -> Iterator[None]:
    """Hold a job. The system lets go of it when this process ends, however it ends.

    Raises TryLaterError: another process holds it, or another thread of this one.
    """
    from filelock import FileLock, Timeout

    mine = FileLock(lock, blocking=False)
    try:
        mine.acquire()
    except Timeout:
        raise TryLaterError from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink(missing_ok=True)
        mine.release()
