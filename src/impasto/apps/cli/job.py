"""One painting as the command line sees it: which files go in, which come out, what is kept on the way."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from impasto.errors import CheckpointError
from impasto.settings import STARTS

CHECKPOINT_SUFFIX = ".checkpoint"
CHECKPOINT_SECONDS = 60
"""A checkpoint is written after the first step and then about this often, unless the user says every how
many steps."""
CHECKPOINT_SHARE = 0.05
"""Large paintings have checkpoints of gigabytes: writing them takes at most this part of the time."""

_PROGRAM = "impasto stylize"
_PATHS = ("content", "style", "start", "output", "plot")


@dataclass(frozen=True)
class Job:
    """Files and habits of one painting; paths are as the user gave them.

    checkpoint_every: in steps; 0 for only when stopped, None for about once in CHECKPOINT_SECONDS.
    save_every: in steps; None for never. force: whether existing files may be replaced.
    """

    content: Path
    style: Path
    output: Path
    checkpoint: Path
    start: Path | None = None
    checkpoint_every: int | None = None
    save_every: int | None = None
    plot: Path | None = None
    force: bool = False

    def stage(self, number: int) -> Path:
        """Where the picture after this many steps is kept: portrait-0040.png beside portrait.png."""
        return self.output.with_name(f"{self.output.stem}-{number:04}{self.output.suffix}")


@dataclass
class SoFar:
    """What a checkpoint remembers of the files already written.

    scales: (first step, width, height) of every scale begun.
    written: steps and fingerprint of the unfinished picture that stands at the output, once there is one.
    """

    scales: list[tuple[int, int, int]] = field(default_factory=list)
    written: tuple[int, str] | None = None


def default_checkpoint(output: Path) -> Path:
    """portrait.png.checkpoint beside portrait.png."""
    return output.with_name(output.name + CHECKPOINT_SUFFIX)


def start_file(start: str | None) -> Path | None:
    """The picture that the setting `start` names, None when it names a kind of start."""
    return None if start is None or start in STARTS else Path(start)


def to_extra(job: Job, so_far: SoFar) -> dict[str, Any]:
    """What `impasto resume` has to know, JSON-able, good in any folder."""
    values = {name: value for name, value in asdict(job).items() if name != "checkpoint"}
    for name in _PATHS:
        values[name] = None if values[name] is None else os.path.abspath(values[name])  # noqa: PTH100
    return {"program": _PROGRAM, "job": values, "so_far": asdict(so_far)}


def from_extra(extra: Mapping[str, Any], checkpoint: Path) -> tuple[Job, SoFar]:
    """The job of a checkpoint.

    Raises:
        CheckpointError: the checkpoint was not written by the command line.
    """
    try:
        if extra["program"] != _PROGRAM:
            raise KeyError("program")
        values = dict(extra["job"])
        for name in _PATHS:
            values[name] = None if values[name] is None else Path(values[name])
        written = extra["so_far"]["written"]
        scales = [(first, width, height) for first, width, height in extra["so_far"]["scales"]]
        return Job(checkpoint=checkpoint, **values), SoFar(scales, written and tuple(written))
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(
            f"'{checkpoint}' was not written by `impasto stylize`: "
            "go on from Python, with Stylizer.paint(..., resume=...)"
        ) from None
