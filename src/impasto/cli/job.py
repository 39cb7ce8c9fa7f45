"""One painting as the command line sees it: the files that are read, and those that are written."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from impasto.errors import CheckpointError
from impasto.settings import STARTS
from impasto.ui.guides import Where, inputs_of

CHECKPOINT_SUFFIX = ".checkpoint"

_PROGRAM = "impasto stylize"


@dataclass(frozen=True)
class PaintingJob:
    """Files and habits of one painting; paths are as the user gave them.

    styles: paintings with their weights.
    checkpoint_every: in steps; 0 for only when stopped, None for by the clock (`ui/checkpoint_pace.py`).
    save_every: in steps; None for never. force: whether existing files may be replaced.
    """

    content: Path
    styles: tuple[tuple[Path, float], ...]
    output: Path
    checkpoint: Path
    start: Path | None = None
    where: Where = field(default_factory=dict)
    checkpoint_every: int | None = None
    save_every: int | None = None
    plot: Path | None = None
    force: bool = False

    def inputs(self) -> dict[str, Path]:
        """Every file that is read, by what it is."""
        return inputs_of(self.content, self.styles, self.start, self.where)

    def snapshot(self, number: int) -> Path:
        """The file of the picture after this many steps: portrait-0040.png next to portrait.png."""
        return self.output.with_name(f"{self.output.stem}-{number:04}{self.output.suffix}")


@dataclass
class RunRecord:
    """The files already written, as a checkpoint records them.

    scales: (first step, width, height) of every scale begun.
    written: steps and fingerprint of the unfinished picture that stands at the output, once there is one.
    """

    scales: list[tuple[int, int, int]] = field(default_factory=list)
    written: tuple[int, str] | None = None


def default_checkpoint(output: Path) -> Path:
    """portrait.png.checkpoint next to portrait.png."""
    # with_name would fail where there is no name, as for ".".
    return output.parent / f"{output.name}{CHECKPOINT_SUFFIX}"


def start_file(start: str | None) -> Path | None:
    """The picture that the setting `start` names, None when it names a kind of start."""
    return None if start is None or start in STARTS else Path(start)


def to_extra(job: PaintingJob, record: RunRecord) -> dict[str, Any]:
    """The data for `impasto resume`, JSON-able, valid in any folder."""
    values = {one.name: _lasting(getattr(job, one.name)) for one in fields(job) if one.name != "checkpoint"}
    return {"program": _PROGRAM, "job": values, "so_far": asdict(record)}


def from_extra(extra: Mapping[str, Any], checkpoint: Path) -> tuple[PaintingJob, RunRecord]:
    """The job of a checkpoint. Raises CheckpointError: the checkpoint was not written by the command line."""
    try:
        if extra["program"] != _PROGRAM:
            raise KeyError("program")
        values = dict(extra["job"])
        for name in ("content", "output"):
            values[name] = Path(values[name])
        for name, kind in {"start": Path, "plot": Path, "checkpoint_every": int, "save_every": int}.items():
            values[name] = None if values[name] is None else kind(values[name])
        values["styles"] = tuple((Path(path), float(weight)) for path, weight in values["styles"])
        values["where"] = _where(values["where"])
        written = extra["so_far"]["written"]
        scales = [(int(first), int(width), int(height)) for first, width, height in extra["so_far"]["scales"]]
        record = RunRecord(scales, written and (written[0], written[1]))
        return PaintingJob(checkpoint=checkpoint, **values), record
    except (LookupError, TypeError, ValueError, AttributeError):
        raise CheckpointError(
            f"'{checkpoint}' was not written by `impasto stylize`: "
            "go on from Python, with Stylizer.paint(..., resume=...)"
        ) from None


def _lasting(value: Any) -> Any:
    """A value of a job with absolute paths, as texts."""
    if isinstance(value, Path):
        return os.path.abspath(value)  # noqa: PTH100
    if isinstance(value, tuple):
        return [_lasting(one) for one in value]
    return {name: _lasting(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _where(values: Mapping[str, Any]) -> Where:
    """The masks and maps of `to_extra`, whose paths are texts there."""
    return {
        name: tuple(map(Path, value)) if isinstance(value, list) else Path(value)
        for name, value in values.items()
        if value
    }
