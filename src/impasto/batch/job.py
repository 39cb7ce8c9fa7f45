"""A job: one picture to paint, as plain data that any machine with the same files can work on."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from impasto.ui.guides import inputs_of


def file_state(path: str | os.PathLike[str]) -> list[int]:
    """A file's size in bytes, and its time in nanoseconds; nothing where there is no such file."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


@dataclass(frozen=True, slots=True)
class Job:
    """One picture. All paths are absolute, as texts.

    name: of the result, relative to the folder of the batch, such as "photo__painting.png". styles: paintings with
    their weights; several are blended. settings: those of `Settings` that were named. where: what else `Stylizer.paint`
    takes, by its arguments' names. unfinished: the stem of the files that exist while it is painted. force: whether
    another picture at the output may be replaced. checkpoint_every: in steps; None for now and then.
    """

    name: str
    content: str
    styles: tuple[tuple[str, float], ...]
    output: str
    unfinished: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, Any] = field(default_factory=dict)
    force: bool = False
    checkpoint_every: int | None = None

    @property
    def checkpoint(self) -> Path:
        """The checkpoint of the painting while it is not finished."""
        return Path(f"{self.unfinished}.checkpoint")

    @property
    def lock(self) -> Path:
        """The file that whoever paints this picture holds."""
        return Path(f"{self.unfinished}.lock")

    def inputs(self) -> dict[str, str]:
        """Every file that is read in addition to the weights, by what it is."""
        found = inputs_of(self.content, self.styles, None, self.where)
        return {role: str(path) for role, path in found.items()}

    def as_data(self) -> dict[str, Any]:
        """The job, JSON-able."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Job":
        """The job of `as_data`, or of the JSON of it."""
        styles = tuple((str(path), float(weight)) for path, weight in data["styles"])
        return cls(**{**data, "styles": styles})

    def digest(self) -> str:
        """A hash of what is asked for and of the state of the input files, in hex: another when one of them changes."""
        files = {path: file_state(path) for path in self.inputs().values()}
        asked = [self.styles, self.settings, self.where, files]
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
