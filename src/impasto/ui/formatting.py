"""Values, commands and durations as people read and type them."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def command(words: Sequence[str | Path]) -> str:
    """A command line as it can be pasted into a shell."""
    texts = [os.fspath(word) for word in words]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


def resume_command(path: Path) -> str:
    """The command that goes on from a checkpoint, or with the folder of an unfinished film."""
    return command(["impasto", "resume", operand(path)])


def operand(path: Path) -> str:
    """A path that no program takes for an option."""
    text = str(path)
    return f".{os.sep}{text}" if text.startswith("-") else text


def as_text(value: Any) -> str:
    """A setting's value as it is typed.

    >>> as_text({"relu1_1": 0.5, "relu3_1": 2.0}), as_text([2.0, 1.0]), as_text(0.7)
    ('relu1_1:0.5,relu3_1:2.0', '2.0,1.0', '0.7')
    """
    if isinstance(value, Mapping):
        return ",".join(f"{layer}:{weight!r}" for layer, weight in value.items())
    return ",".join(map(repr, value)) if isinstance(value, list | tuple) else str(value)


def as_option(name: str, value: Any) -> list[str]:
    """A setting as an option."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", as_text(value)]


def duration(seconds: float) -> str:
    """A duration in words.

    >>> duration(8.26), duration(112), duration(3725)
    ('8.3 s', '1 min 52 s', '1 h 2 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def clock(seconds: float) -> str:
    """A duration as a clock shows it.

    >>> clock(7), clock(115), clock(3725)
    ('0:07', '1:55', '1:02:05')
    """
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
