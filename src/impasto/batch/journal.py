"""The journal of a batch: a line of JSON for all that happened to a picture, appended when it has happened.

    {"time": "2026-01-31T12:00:00+00:00", "event": "painted", "picture": "a__b.png", "seconds": 31.2, ...}

Events are "begun" and "over" (a run of the program), and of a picture "painted", "found" (it was there, by the same
settings) and "failed". A line that a killed program left half-written is skipped.
"""

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from impasto.batch.job import Job, file_state
from impasto.errors import OutputError

NAME = "journal.jsonl"
_DONE = ("painted", "found")


class Journal:
    """The file, which is made with its folder when the first line is written."""

    def __init__(self, folder: Path):
        self.path = folder / NAME

    def write(self, event: str, **about: Any) -> None:
        """Append a line, and have it on the disk. Raises OutputError: it cannot be written."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **about}, default=str)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                begun = file.seek(0, os.SEEK_END) > 0
                file.seek(-1 if begun else 0, os.SEEK_END)
                torn = begun and file.read(1) != b"\n"
                file.write((b"\n" if torn else b"") + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._error("written", error) from None

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every whole line, in order; none where there is no journal."""
        try:
            with self.path.open("rb") as file:
                for line in file:
                    try:
                        found = json.loads(line)
                    except ValueError:
                        continue
                    if isinstance(found, dict):
                        yield found
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._error("read", error) from None

    def _error(self, what: str, error: OSError) -> OutputError:
        reason = f"({error.strerror}): check the folder and the disk"
        return OutputError(f"'{self.path}' could not be {what} {reason}")

    def finished(self) -> dict[str, Mapping[str, Any]]:
        """The last word on every picture that was finished, by its name."""
        found: dict[str, Mapping[str, Any]] = {}
        for line in self.lines():
            name = line.get("picture")
            if line.get("event") in _DONE and isinstance(name, str):
                found[name] = {**(found.get(name, {}) if line["event"] == "found" else {}), **line}
        return found


def is_unchanged(job: Job, record: Mapping[str, Any] | None) -> bool:
    """Whether a finished picture is the one that is wanted, as far as the journal and the files' times tell.

    record: the journal's last word on it.
    """
    if record is None or record.get("job") != job.digest():
        return False
    there = file_state(job.output)
    return bool(there) and record.get("file") == there
