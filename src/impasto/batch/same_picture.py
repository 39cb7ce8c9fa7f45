"""Whether a picture is the one that is wanted, by the metadata inside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import impasto
from impasto.errors import PictureError
from impasto.files.readable import fingerprint

_PASSING = ("steps", "stopped", "versions")
"""The metadata that describe how the painting went; of the versions only impasto's own has to be the same."""


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
