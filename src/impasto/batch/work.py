"""A job at work in this process: begun, or gone on with, step by step, and written whole; or found to be there."""

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

import impasto
from impasto.batch.finished import checksum, differing, is_painted
from impasto.batch.job import Job, file_state
from impasto.distributed.partition import Partition
from impasto.errors import CheckpointError, OutputError
from impasto.memory.process import peak
from impasto.ui.checkpoint_pace import CheckpointPace

CHECKPOINT_SECONDS = 15
"""A checkpoint is written about this often: small pictures take half a minute, and go on from where they were."""
STYLES_CACHED = 2  # paintings whose encodings a process has at hand
PAINTED, FOUND = "painted", "found"
"""The outcome of a job: it was painted, or was there already, by the same settings."""


class Work:
    """A job at work. Iterate over it to take its steps, which are saved now and then; then `finish`.

    metadata: what a finished picture will carry. size: its height and width. steps: at most so many are taken; 0 where
        nothing is painted, because only the colours are taken. resumed: of them were taken before. notes: what the user
        should know.
    Raises PictureError, SettingsError, WeightsError: as `Stylizer` and `Stylizer.paint`.
    """

    def __init__(self, painter: "Painter", job: Job):
        self.job, self._output, self.resumed, self.steps = job, Path(job.output), 0, 0
        self.notes: tuple[str, ...] = ()
        settings = impasto.Settings.from_dict(dict(job.settings))
        self._settings, self._painting, self._result = settings, None, None
        if not settings.paints:
            self._result = painter.recolored(job, settings)
            self.metadata: Mapping[str, Any] = self._result.metadata
            self.size: tuple[int, int] = tuple(self._result.image.shape[-2:])  # type: ignore[assignment]
            return
        painting = self._painting = self._start(painter)
        self.metadata, self.size = painting.metadata, painting.size
        self.steps, self.notes = painting.steps, tuple(painting.notes)

    def check_free(self) -> None:
        """Raises OutputError when something else is at its place and may not be replaced, or nothing can be written."""
        if os.path.lexists(self._output) and not self.job.force:
            raise OutputError(
                f"'{self._output}' is there and is {differing(self._output, self.metadata)}: choose another folder or "
                "another name, or replace it with --force (force=True)"
            )
        impasto.check_writable(self._output, bits=self._settings.bits, overwrite=True, size=self.size)

    def __iter__(self) -> "Iterator[impasto.Step]":
        if self._painting is None:
            return
        pace = CheckpointPace(self.job.checkpoint_every, CHECKPOINT_SECONDS, first=CHECKPOINT_SECONDS)
        for step in self._painting:
            if pace.due(step.number) and step.done < 1:
                with pace.writing():
                    self.save()
            yield step

    def save(self) -> None:
        """Write the checkpoint, from which this job goes on; raises OutputError where it cannot be written."""
        if self._painting is not None:
            self._painting.save_checkpoint(self.job.checkpoint, {"program": "impasto batch"})

    def preview(self, long_side: int) -> np.ndarray | None:
        """The picture as it is now, as `Painting.preview` gives it; None where nothing is painted."""
        return None if self._painting is None else self._painting.preview(long_side)

    def finish(self) -> dict[str, Any]:
        """Write the picture; the checkpoint has done its work then, and goes.

        Returns, JSON-able: "path" of the picture, "outcome" PAINTED, "file" its [size, time in ns], "sha256"; cost, by
        its parts; steps; resumed; stopped; seconds, of painting; notes; memory, the most bytes this process held.
        Raises OutputError: it cannot be written.
        """
        result = self._result if self._painting is None else self._painting.result()
        assert result is not None
        result.save(self._output, overwrite=True)
        return {
            **self._outcome(PAINTED),
            "cost": asdict(result.history[-1]) if result.history else {},
            "steps": len(result.history),
            "resumed": self.resumed,
            "stopped": result.stopped,
            "seconds": round(result.seconds, 1),
            "notes": list(self.notes),
            "memory": peak(),
        }

    def found(self, sha256: str | None) -> dict[str, Any] | None:
        """The record of the picture where it is there already, whole: "path", "outcome" FOUND, "file" and "sha256".

        sha256: of its file, where an earlier run recorded it.
        """
        return self._outcome(FOUND) if is_painted(self._output, self.metadata, sha256) else None

    def _outcome(self, outcome: str) -> dict[str, Any]:
        with contextlib.suppress(OSError):
            self.job.checkpoint.unlink(missing_ok=True)
        there = {"file": file_state(self._output), "sha256": checksum(self._output)}
        return {"path": self.job.output, "outcome": outcome, **there}

    def _start(self, painter: "Painter") -> "impasto.Painting":
        """The painting, from where it was stopped if it was; a checkpoint of another painting is of no use."""
        if self.job.checkpoint.exists():
            with contextlib.suppress(CheckpointError):
                checkpoint = impasto.load_checkpoint(self.job.checkpoint)
                painting = painter.start(self.job, self._settings, checkpoint)
                self.resumed = len(checkpoint.history)
                return painting
        return painter.start(self.job, self._settings)


class Painter:
    """The objects that a process reuses from job to job: the network, the last photograph, the encodings of styles.

    concurrent: how many paintings this machine works on at a time; each plans with its share of the memory.
    """

    def __init__(self, concurrent: int = 1):
        self._concurrent, self._lock = concurrent, threading.Lock()
        self._stylizer: impasto.Stylizer | None = None
        self._contents: dict[Any, impasto.Picture] = {}
        self._styles: dict[Any, impasto.EncodedStyle] = {}

    def start(self, job: Job, settings: "impasto.Settings", checkpoint: Any = None) -> "impasto.Painting":
        """The painting of a job, with these settings; checkpoint: to go on from."""
        with self._lock:
            stylizer = self._with(settings)
            content, style = self._content(job), self._style(stylizer, job)
        return stylizer.paint(content, style, resume=checkpoint, **dict(job.where))

    def encoder(self, settings: "impasto.Settings") -> "impasto.VGG19":
        """The network that these settings name."""
        with self._lock:
            return self._with(settings).encoder

    def recolored(self, job: Job, settings: "impasto.Settings") -> "impasto.Result":
        """The picture of a job in which nothing is painted; raises SettingsError for masks and regions."""
        fields = {name: getattr(settings, name) for name in ("size", "bits", "protect_strength")}
        with self._lock:
            content = self._content(job)
        return impasto.recolor(content, list(job.styles), **dict(job.where), **fields)

    def _with(self, settings: "impasto.Settings") -> "impasto.Stylizer":
        """A Stylizer with these settings, that shares the network with the one before where it is the same."""
        if self._stylizer is None:
            self._stylizer = impasto.Stylizer(settings, partition=Partition(on_machine=self._concurrent))
        elif self._stylizer.settings != settings:
            self._stylizer = self._stylizer.varied(settings)
        return self._stylizer

    def _content(self, job: Job) -> "impasto.Picture":
        """The photograph; the last one is cached, for the next painting."""
        key = (job.content, *file_state(job.content))
        found = self._contents.get(key) or impasto.read_picture(job.content, role="content picture")
        self._contents = {key: found}
        return found

    def _style(self, stylizer: "impasto.Stylizer", job: Job) -> "impasto.EncodedStyle":
        """The paintings of a job, read once. Each encoding is made when it is first needed: none is asked for here."""
        key = tuple((path, weight, *file_state(path)) for path, weight in job.styles)
        found = self._styles.pop(key, None)
        if found is None:
            unsized = stylizer.varied(replace(stylizer.settings, size=None))
            found = unsized.encode_style(list(job.styles))
        self._styles[key] = found
        while len(self._styles) > STYLES_CACHED:
            del self._styles[next(iter(self._styles))]
        return found
