"""Commands as people type them: values as options, and the lines that go on with a painting or paint it again."""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impasto.settings import Settings
from impasto.ui.guides import GUIDES


def command(words: Sequence[str | Path]) -> str:
    """A command line as it can be pasted into a shell."""
    texts = [os.fspath(word) for word in words]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


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


def settings_words(settings: Settings) -> list[str]:
    """The options of all settings that differ from the default recipe's."""
    recipe = [] if settings.recipe == Settings().recipe else ["--recipe", settings.recipe]
    return recipe + [word for name, value in settings.changed().items() for word in as_option(name, value)]


def changed_text(settings: Settings) -> str:
    """The settings that differ from their recipe's, in words."""
    own = [f"{name.replace('_', '-')} {as_text(value)}" for name, value in settings.changed().items()]
    return "; ".join(own) or "nothing, all as the recipe has it"


def style_words(entry: Mapping[str, Any]) -> str:
    """A picture as the command line takes it: its name, and its weight where it has one.

    entry: one of the inputs in a picture's metadata.
    """
    text = operand(Path(entry["name"]))
    return f"{text}:{entry['weight']!r}" if "weight" in entry else text


def adjustment_texts(adjustments: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each change of a painting at work, as STEP:NAME=VALUE."""
    return [
        f"{one['step']}:{name.replace('_', '-')}={as_text(value)}"
        for one in adjustments
        for name, value in one.items()
        if name != "step"
    ]


def resume_command(path: Path) -> str:
    """The command that goes on from a checkpoint, or with the folder of an unfinished film."""
    return command(["impasto", "resume", operand(path)])


def repeat_command(metadata: Mapping[str, Any], path: Path) -> str:
    """The command that paints a picture again, typed in the folder where its inputs are.

    metadata: what the picture carries. path: where the new picture goes.
    """
    inputs = metadata["inputs"]
    pictures = [style_words(inputs[role]) for role in ("content", *_roles(inputs, "style"))]
    words = ["impasto", "stylize", *pictures, "-o", operand(path)]
    for guide in GUIDES:
        for role in _roles(inputs, guide.role):
            words += [guide.flag, operand(Path(inputs[role]["name"]))]
    words += settings_words(Settings.from_dict(metadata["settings"]))
    for text in adjustment_texts(metadata.get("adjustments", [])):
        words += ["--adjust", text]
    return command(words)


def _roles(inputs: Mapping[str, Any], role: str) -> list[str]:
    """The inputs of one kind, in order: "style", "style 2", ..."""
    return [one for one in inputs if one == role or re.fullmatch(rf"{role} \d+", one)]
