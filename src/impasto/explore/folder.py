"""The folder of an exploration: its pictures, and a list of those that are finished.

    FOLDER/index.html, sheet.png      what one looks at
    FOLDER/cells/strength-0.2.png     each picture, with its metadata inside
    FOLDER/exploration.json           what is explored; of each finished picture its file's checksum, and its costs

A picture counts as finished when the list has it, nobody has touched its file since, and the metadata inside is that of
the painting that is wanted: settings, pictures, weights and version of impasto.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from impasto.batch.finished import is_painted
from impasto.errors import OutputError
from impasto.explore.grid import Cell
from impasto.files.atomic_write import replacing

FORMAT, VERSION = "impasto exploration", 1
LIST = "exploration.json"
_NOTED = ("sha256", "cost", "steps", "stopped", "seconds")
"""The facts of a finished picture that the list holds."""


class ExplorationFolder:
    """The folder of an exploration.

    path: of the folder; it may be missing, but not the one it lies in.
    Raises OutputError, and touches nothing, when something else is there.
    """

    def __init__(self, path: Path):
        self.path = path
        self.sheet, self.page, self.cells = path / "sheet.png", path / "index.html", path / "cells"
        try:
            blank = {"format": FORMAT, "version": VERSION, "subject": {}, "cells": {}}
            self._list: dict[str, Any] = self._read() or blank
        except PermissionError:
            advice = "choose another folder, or change its permissions"
            raise OutputError(f"'{path}' cannot be read: {advice}") from None

    def file(self, cell: Cell) -> Path:
        """The file of a cell's picture, which need not exist yet."""
        return self.cells / f"{cell.name}.png"

    def checkpoint(self, cell: Cell) -> Path:
        """The checkpoint of a cell that Ctrl-C stopped."""
        return self.cells / f"{cell.name}.checkpoint"

    def begin(self, subject: Mapping[str, Any], replace: bool) -> None:
        """Make the folder, for what is explored: JSON-able, nested by one level at most.

        replace: whether what was explored there before may go. Raises OutputError when it may not and was something
        else.
        """
        subject = json.loads(json.dumps(subject))
        before = self._list["subject"]
        if before and not replace and before != subject:
            raise OutputError(
                f"'{self.path}' holds another exploration, of other {_differing(before, subject)}: "
                "choose another folder with -o, or replace it with --force"
            )
        try:
            self.cells.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"({error.strerror}): choose another place"
            raise OutputError(f"'{self.path}' could not be made {reason}") from None
        if replace:
            self._clear()
        if replace or not before:
            self._list["subject"] = subject
            self._write()

    def finished(self, cell: Cell, wanted: Mapping[str, Any]) -> bool:
        """Whether a cell's picture is there, as it was written, and is the one that `wanted` describes."""
        entry = self.record(cell)
        return isinstance(entry, dict) and is_painted(self.file(cell), wanted, str(entry.get("sha256")))

    def note(self, cell: Cell, result: Mapping[str, Any]) -> None:
        """Note that a picture is finished and written; result: of `Work.finish`.

        Raises OutputError when the disk is full or the folder gone.
        """
        self._list["cells"][cell.name] = {name: result[name] for name in _NOTED}
        self._write()

    def record(self, cell: Cell) -> Mapping[str, Any] | None:
        """The record of a finished picture: cost (J and its parts by name), steps, stopped, seconds.

        There is no cost where nothing was painted, because only the colours were taken.
        """
        found: Mapping[str, Any] | None = self._list["cells"].get(cell.name)
        return found

    def forget(self, cell: Cell) -> None:
        """Take a picture off the list: it is not, or no longer, the one that is wanted."""
        self._list["cells"].pop(cell.name, None)

    def _read(self) -> dict[str, Any] | None:
        """The list; None when the folder is missing or empty."""
        path = self.path
        if not path.exists():
            if not path.parent.is_dir():
                raise OutputError(f"the folder '{path.parent}' of '{path}' does not exist: make it first")
            return None
        if not path.is_dir():
            raise OutputError(f"'{path}' is a file: give the name of a folder")
        with suppress(FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            found = json.loads((path / LIST).read_text(encoding="utf-8"))
            if (found["format"], found["version"]) == (FORMAT, VERSION) and isinstance(found["cells"], dict):
                return {**found, "subject": dict(found["subject"])}
        if any(path.iterdir()):
            raise OutputError(f"'{path}' is there and is no exploration: give the name of a new folder")
        return None

    def _write(self) -> None:
        with replacing(self.path / LIST, overwrite=True) as file:
            file.write(json.dumps(self._list, indent=1).encode())

    def _clear(self) -> None:
        """Remove the listed pictures, and nothing else."""
        for file in (self.cells / f"{name}.png" for name in self._list["cells"]):
            if file.parent == self.cells:  # whatever somebody has written into the list
                with suppress(OSError):
                    file.unlink(missing_ok=True)
        self._list["cells"] = {}


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The parts of two subjects that are not the same, in words."""
    found = []
    for name in dict.fromkeys([*before, *now]):
        one, other = before.get(name), now.get(name)
        if one == other:
            continue
        parts = ""
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            keys = [key for key in dict.fromkeys([*one, *other]) if one.get(key) != other.get(key)]
            parts = f" ({', '.join(key.replace('_', '-') for key in keys)})"
        found.append(name + parts)
    return " and ".join(found)
