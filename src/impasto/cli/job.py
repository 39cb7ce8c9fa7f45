"""One painting as the command line sees it: which files go in, which come out, what is kept on the way."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from impasto.cli.messages import operand
from impasto.errors import CheckpointError
from impasto.settings import STARTS

CHECKPOINT_SUFFIX = ".checkpoint"
CHECKPOINT_SECONDS = 60
"""A checkpoint is written after the first step and then about this often, unless the user says every how
many steps."""
CHECKPOINT_SHARE = 0.05
"""Large paintings have checkpoints of gigabytes: writing them takes at most this part of the time."""

_PROGRAM = "impasto stylize"
_PATHS = ("content", "start", "output", "plot")


@dataclass(frozen=True)
class Where:
    """The files that say where what is painted; see `Stylizer.paint`, whose arguments these are."""

    masks: tuple[Path, ...] = ()
    style_masks: tuple[Path, ...] = ()
    regions: Path | None = None
    style_regions: Path | None = None
    protect: Path | None = None

    def arguments(self) -> dict[str, Any]:
        """For `Stylizer.paint`."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def files(self) -> dict[str, Path]:
        """Every file, by what it is."""
        found = {_numbered("mask", i): path for i, path in enumerate(self.masks)}
        found |= {_numbered("style mask", i): path for i, path in enumerate(self.style_masks)}
        others = {
            "map of regions": self.regions,
            "map of the painting's regions": self.style_regions,
            "protect mask": self.protect,
        }
        return found | {name: path for name, path in others.items() if path is not None}

    def words(self) -> list[str]:
        """As they are typed."""
        options = {
            "--mask": self.masks,
            "--style-mask": self.style_masks,
            "--regions": (self.regions,),
            "--style-regions": (self.style_regions,),
            "--protect": (self.protect,),
        }
        named = [(option, path) for option, paths in options.items() for path in paths if path is not None]
        return [word for option, path in named for word in (option, operand(path))]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, good in any folder."""
        return {
            name: [_absolute(path) for path in value]
            if isinstance(value, tuple)
            else value and _absolute(value)
            for name, value in self.arguments().items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Where":
        """What `as_dict` made."""
        read: dict[str, Any] = {
            name: tuple(map(Path, value)) if isinstance(value, list) else value and Path(value)
            for name, value in values.items()
        }
        return cls(**read)


def where_of(fields: dict[str, Any]) -> Where:
    """Takes the masks and maps out of all that a command was given; see `parameters.takes_masks`."""
    masks, style_masks = (tuple(fields.pop(name) or ()) for name in ("mask", "style_mask"))
    return Where(masks, style_masks, *(fields.pop(name) for name in ("regions", "style_regions", "protect")))


@dataclass(frozen=True)
class Job:
    """Files and habits of one painting; paths are as the user gave them.

    styles: paintings with their weights.
    checkpoint_every: in steps; 0 for only when stopped, None for about once in CHECKPOINT_SECONDS.
    save_every: in steps; None for never. force: whether existing files may be replaced.
    """

    content: Path
    styles: tuple[tuple[Path, float], ...]
    output: Path
    checkpoint: Path
    start: Path | None = None
    where: Where = field(default_factory=Where)
    checkpoint_every: int | None = None
    save_every: int | None = None
    plot: Path | None = None
    force: bool = False

    def inputs(self) -> dict[str, Path]:
        """Every file that is read, by what it is."""
        return inputs_of(self.content, self.styles, self.start, self.where)

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


def inputs_of(
    content: Path, styles: Sequence[tuple[Path, float]], start: Path | None, where: Where
) -> dict[str, Path]:
    """Every file that is read, by what it is; of each kind the first has no number."""
    found = {"content picture": content}
    found |= {_numbered("style picture", i): path for i, (path, _) in enumerate(styles)}
    found |= {"start picture": start} if start else {}
    return found | where.files()


def default_checkpoint(output: Path) -> Path:
    """portrait.png.checkpoint beside portrait.png."""
    return output.with_name(output.name + CHECKPOINT_SUFFIX)


def start_file(start: str | None) -> Path | None:
    """The picture that the setting `start` names, None when it names a kind of start."""
    return None if start is None or start in STARTS else Path(start)


def to_extra(job: Job, so_far: SoFar) -> dict[str, Any]:
    """What `impasto resume` has to know, JSON-able, good in any folder."""
    values = {one.name: getattr(job, one.name) for one in fields(job) if one.name != "checkpoint"}
    for name in _PATHS:
        values[name] = None if values[name] is None else _absolute(values[name])
    values["styles"] = [[_absolute(path), weight] for path, weight in job.styles]
    values["where"] = job.where.as_dict()
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
        values["styles"] = tuple((Path(path), weight) for path, weight in values["styles"])
        values["where"] = Where.from_dict(values["where"])
        written = extra["so_far"]["written"]
        scales = [(first, width, height) for first, width, height in extra["so_far"]["scales"]]
        return Job(checkpoint=checkpoint, **values), SoFar(scales, written and tuple(written))
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(
            f"'{checkpoint}' was not written by `impasto stylize`: "
            "go on from Python, with Stylizer.paint(..., resume=...)"
        ) from None


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100


def _numbered(role: str, i: int) -> str:
    return role if i == 0 else f"{role} {i + 1}"
