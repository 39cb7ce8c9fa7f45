"""Which pictures are finished: by the metadata inside a picture, and by the journal of a batch."""

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import impasto
from impasto.batch.job import Job, file_state
from impasto.errors import OutputError, PictureError
from impasto.files.readable import fingerprint

_PASSING = ("steps", "stopped", "versions")
"""The metadata that describe how the painting went; of the versions only impasto's own has to be the same."""
JOURNAL = "journal.jsonl"
_DONE = ("painted", "found")
"""The events of the journal after which a picture is there."""


def is_painted(file: Path, wanted: Mapping[str, Any], sha256: str | None = None) -> bool:
    """Whether a picture is there, whole, that was painted as `wanted` describes it, which is `Painting.metadata`.

    sha256: of the file when it was written, in hex; None where nobody knows.
    """
    try:
        carried = impasto.read_metadata(file)
        if carried.get("stopped") == "interrupted" or lasting(carried) != lasting(wanted):
            return False
        if sha256 is not None:
            return checksum(file) == sha256
        impasto.read_picture(file)  # its head alone says nothing of the rest
        return True
    except (OSError, PictureError, KeyError, TypeError, AttributeError):
        return False


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hex; raises OSError where it cannot be read."""
    with file.open("rb", buffering=0) as opened:
        return fingerprint(opened)


def lasting(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The part of metadata that has to be the same for a picture to be the wanted one."""
    same = {name: value for name, value in metadata.items() if name not in _PASSING}
    found: dict[str, Any] = json.loads(json.dumps({**same, "version": metadata["versions"]["impasto"]}))
    return found


def differing(file: Path, wanted: Mapping[str, Any]) -> str:
    """How an existing picture differs from the wanted one, in words: "another strength", "other pictures"."""
    try:
        carried = lasting(impasto.read_metadata(file))
        impasto.read_picture(file)
    except (OSError, PictureError, KeyError, TypeError, AttributeError):
        return "no whole picture that impasto painted"
    asked, before = lasting(wanted), carried.get("settings", {})
    others = [name.replace("_", "-") for name, one in asked["settings"].items() if before.get(name) != one]
    parts = [f"other settings ({', '.join(others)})"] if others else []
    words = {"inputs": "other pictures", "weights": "other weights", "version": "another version of impasto"}
    parts += [word for name, word in words.items() if carried.get(name) != asked.get(name)]
    return f"painted from {' and '.join(parts)}" if parts else "changed since it was painted"


class Journal:
    """A line of JSON for all that happened to a picture, appended when it has happened.

        {"time": "2026-01-31T12:00:00+00:00", "event": "painted", "picture": "a__b.png", "seconds": 31.2, ...}

    Events are "begun" and "over" (a run of the program), and of a picture "painted", "found" (it was there, by the same
    settings) and "failed". A line that a killed program left half-written is skipped. The file and its folder are made
    when the first line is written.
    """

    def __init__(self, folder: Path):
        self.path = folder / JOURNAL

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
