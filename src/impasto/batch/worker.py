"""One job on a worker: painted from where it was stopped, if it was, and written whole; or found to be there."""

import contextlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import impasto
from impasto.batch.job import Job
from impasto.batch.same_picture import checksum, differing, is_painted
from impasto.batch.task import StoppedError, TryLaterError, asked_to_stop, tell
from impasto.distributed.partition import WholePicture
from impasto.errors import CheckpointError, OutputError, SettingsError
from impasto.files.atomic_write import check_target
from impasto.files.pace import Pace
from impasto.memory.process import peak

CHECKPOINT_SECONDS = 15
"""A painting is kept about this often: small pictures take half a minute, and begin again where they were."""
STYLES_KEPT = 2
"""Paintings whose encodings a worker keeps."""

PAINTED, FOUND = "painted", "found"
"""What became of a job: it was painted, or was there already, by the same recipe."""


def paint_picture(data: Mapping[str, Any]) -> dict[str, Any]:
    """Paint the picture of a job, and write it.

    Args:
        data: "job", as `Job.as_data` gives it; "beside", how many paintings this machine works on at a time; "sha256"
            of the picture that an earlier run painted, where that is known.

    Returns:
        JSON-able: "path" of the picture, "outcome" PAINTED or FOUND, "file" its [size, time in ns], "sha256". Of a
        painted one, too: steps; resumed, how many of them were taken before; cost, by its parts; stopped; seconds, of
        painting; notes; memory, the most bytes that this process held.

    Raises:
        TryLaterError: somebody else is at this picture.
        StoppedError: the run was asked to stop; the painting is kept.
        ImpastoError: it cannot be painted, or written, or another picture is there.
    """
    job, beside = Job.from_data(data["job"]), int(data.get("beside", 1))
    output = Path(job.output)
    for folder in (output.parent, job.lock.parent):
        _make(folder)
    with _held(job.lock):
        found = _paint(job, output, beside, data.get("sha256"))
        return {"path": job.output, "file": state_of(output), "sha256": checksum(output), **found}


def state_of(path: Path) -> list[int]:
    """A file's size in bytes, and its time in nanoseconds; raises OSError where there is none."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _paint(job: Job, output: Path, beside: int, sha256: str | None) -> dict[str, Any]:
    tell(0.0, "reading the pictures")
    settings = impasto.Settings.from_dict(dict(job.settings))
    if settings.colour == "only":
        return _recolored(job, settings, output, sha256)
    stylizer = _PAINTER.stylizer(settings, beside)
    style = _PAINTER.style(stylizer, job)
    painting, begun = _begun(stylizer, style, job)
    if is_painted(output, painting.metadata, sha256):
        _forget(job)
        return {"outcome": FOUND}
    _check_free(job, output, painting.metadata)
    impasto.check_writable(output, bits=settings.bits, overwrite=True, size=painting.size)
    pace = Pace(job.checkpoint_every, CHECKPOINT_SECONDS, first=CHECKPOINT_SECONDS)
    for step in painting:
        tell(step.done, f"step {step.number} of {painting.steps}")
        stop = asked_to_stop() and step.done < 1
        if stop or pace.due(step.number):
            began = time.monotonic()
            painting.save_checkpoint(job.checkpoint, {"program": "impasto batch"})
            pace.written(time.monotonic() - began)
        if stop:
            raise StoppedError
    result = painting.result()
    result.save(output, overwrite=True)
    _forget(job)
    return {
        "outcome": PAINTED,
        "steps": len(result.history),
        "resumed": begun,
        "cost": asdict(result.history[-1]) if result.history else {},
        "stopped": result.stopped,
        "seconds": round(result.seconds, 2),
        "notes": list(painting.notes),
        "memory": peak(),
    }


def _begun(stylizer: "impasto.Stylizer", style: Any, job: Job) -> "tuple[impasto.Painting, int]":
    """The painting, from where it was stopped if it was, and how many steps it has. One of another recipe goes."""
    where: dict[str, Any] = dict(job.where)
    if job.checkpoint.exists():
        with contextlib.suppress(CheckpointError):
            kept = impasto.load_checkpoint(job.checkpoint)
            return stylizer.paint(job.content, style, resume=kept, **where), len(kept.history)
    return stylizer.paint(job.content, style, **where), 0


def _recolored(job: Job, settings: "impasto.Settings", output: Path, sha256: str | None) -> dict[str, Any]:
    """Nothing is painted."""
    if set(job.where) - {"protect"}:
        raise SettingsError(
            "colour only paints nothing, so that masks and regions have no meaning: omit them"
        )
    fields = {name: getattr(settings, name) for name in ("size", "bits", "protect_strength")}
    result = impasto.recolor(job.content, list(job.styles), protect=job.where.get("protect"), **fields)
    if is_painted(output, result.metadata, sha256):
        return {"outcome": FOUND}
    _check_free(job, output, result.metadata)
    result.save(output, overwrite=True)
    return {
        "outcome": PAINTED,
        "steps": 0,
        "resumed": 0,
        "cost": {},
        "stopped": result.stopped,
        "seconds": 0.0,
        "notes": [],
        "memory": peak(),
    }


def _check_free(job: Job, output: Path, wanted: Mapping[str, Any]) -> None:
    """Nothing that somebody has is painted over, unless it was asked for."""
    if os.path.lexists(output) and not job.force:
        raise OutputError(
            f"'{output}' is there and is {differing(output, wanted)}: choose another folder or another name, or "
            "replace it with --force (force=True)"
        )
    check_target(output, overwrite=True)


def _forget(job: Job) -> None:
    with contextlib.suppress(OSError):
        job.checkpoint.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder '{folder}' could not be made ({error.strerror}): choose another place, which every worker sees"
        ) from None


@contextlib.contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold a job. The system lets go of it when this process ends, however it ends.

    Raises:
        TryLaterError: another process holds it, or another thread of this one.
    """
    from filelock import FileLock, Timeout

    held = FileLock(lock, blocking=False, thread_local=True)
    try:
        held.acquire()
    except Timeout:
        raise TryLaterError from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink(missing_ok=True)
        held.release()


class _Painter:
    """What a worker's process keeps from job to job: the network, and the encodings of the last paintings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stylizer: impasto.Stylizer | None = None
        self._beside = 1
        self._styles: OrderedDict[Any, impasto.EncodedStyle] = OrderedDict()

    def stylizer(self, settings: "impasto.Settings", beside: int) -> "impasto.Stylizer":
        """One with these settings, who shares the network with the one before where it is the same."""
        with self._lock:
            if self._stylizer is None or self._beside != beside:
                self._stylizer = impasto.Stylizer(settings, partition=WholePicture(beside))
                self._beside = beside
            elif self._stylizer.settings != settings:
                self._stylizer = self._stylizer.varied(settings)
            return self._stylizer

    def style(self, stylizer: "impasto.Stylizer", job: Job) -> "impasto.EncodedStyle":
        """The paintings of a job, read once; their encodings are made while the first picture is painted."""
        key = tuple((path, weight, *state_or_nothing(path)) for path, weight in job.styles)
        with self._lock:
            found = self._styles.pop(key, None) or stylizer.encode_style(list(job.styles))
            self._styles[key] = found
            while len(self._styles) > STYLES_KEPT:
                self._styles.popitem(last=False)
            return found


def state_or_nothing(path: str) -> list[int]:
    """`state_of` a file; empty where there is none, which whoever reads it tells better."""
    try:
        return state_of(Path(path))
    except OSError:
        return []


_PAINTER = _Painter()
