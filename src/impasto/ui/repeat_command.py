"""The command line that paints a picture again, from the metadata that the picture carries."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impasto.settings import Settings
from impasto.ui.formatting import as_option, as_text, command, operand
from impasto.ui.guides import GUIDES


def repeat_command(metadata: Mapping[str, Any], path: Path) -> str:
    """The command line that paints it again, in the folder where the pictures are."""
    settings = Settings.from_dict(metadata["settings"])
    inputs = metadata["inputs"]
    pictures = [style_words(inputs[role]) for role in ("content", *_roles(inputs, "style"))]
    words = ["impasto", "stylize", *pictures, "-o", operand(path)]
    for guide in GUIDES:
        for role in _roles(inputs, guide.role):
            words += [guide.flag, operand(Path(inputs[role]["name"]))]
    words += settings_words(settings)
    texts = adjustment_texts(metadata.get("adjustments", []))
    return command([*words, *(word for text in texts for word in ("--adjust", text))])


def settings_words(settings: Settings) -> list[str]:
    """The options that set them, as far as they are not the default recipe's."""
    recipe = [] if settings.recipe == Settings().recipe else ["--recipe", settings.recipe]
    return recipe + [word for name, value in settings.changed().items() for word in as_option(name, value)]


def _roles(inputs: Mapping[str, Any], role: str) -> list[str]:
    """The inputs of one kind, in order: "style", "style 2", ..."""
    return [one for one in inputs if one == role or re.fullmatch(rf"{role} \d+", one)]


def style_words(one: Mapping[str, Any]) -> str:
    """A picture of a metadata as the command line takes it: its name, and the weight that it has."""
    text = operand(Path(one["name"]))
    return f"{text}:{one['weight']!r}" if "weight" in one else text


def adjustment_texts(adjustments: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each change as STEP:NAME=VALUE."""
    return [
        f"{one['step']}:{name.replace('_', '-')}={as_text(value)}"
        for one in adjustments
        for name, value in one.items()
        if name != "step"
    ]
