"""What is refused, each in one clear line: a value of another kind or out of range, and what does not go together."""

import difflib
import math
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from impasto.errors import SettingsError
from impasto.settings.amount import bytes_of
from impasto.settings.presets import CHOICES, LARGEST_SIZE, SMALLEST_SIZE, SMALLEST_TILE, STARTS
from impasto.settings.schema import Fields, kind_of

_KINDS: dict[type, str] = {bool: "true or false", str: "text"}

_WHOLE = {
    "size": (SMALLEST_SIZE, LARGEST_SIZE),
    "steps": (1, 1_000_000),
    "scales": (1, 16),
    "smallest_scale": (16, 65_536),
    "history": (1, 1000),
    "seed": (0, 2**63 - 1),
    "tile": (SMALLEST_TILE, LARGEST_SIZE),
    "threads": (1, 4096),
}
_NOT_NEEDED = ("size", "scales", "tile", "threads")
"""Whole numbers that may be None: they go by the pictures or the machine then."""

_NUMBERS: dict[str, tuple[float, float]] = {
    "learning_rate": (1e-9, 1),
    "coarse_steps": (0.1, 10),
    "noise": (0, 1),
    "detail": (0, 1),
    "protect_strength": (0, 1),
    "alpha": (0, 1e30),
    "beta": (0, 1e30),
    "variation": (0, 1e30),
    "neighbours": (0, 1e30),
    "smoothness": (0, 1e30),
    "scale_factor": (1.1, 8),
    "placement": (0, 1),
    "style_scale": (0.05, 20),
}


def check_kinds(settings: Fields) -> None:
    """Text is text, and a switch a switch; numbers and choices have checks of their own. Raises SettingsError."""
    for one in fields(settings):
        kind, value = kind_of(one.name), getattr(settings, one.name)
        if kind in _KINDS and one.name not in CHOICES and value is not None and not isinstance(value, kind):
            help = one.metadata["help"]
            raise SettingsError(f"{_option(one.name)} is {_KINDS[kind]}, got {value!r} ({help})")


def check_values(settings: Fields) -> None:
    """Everything but kinds and layers, once nothing is left to the recipe. Raises SettingsError."""
    for name, choices in CHOICES.items():
        check_choice(_option(name), getattr(settings, name), choices)
    for name, (least, most) in _WHOLE.items():
        value = getattr(settings, name)
        if value is not None or name not in _NOT_NEEDED:
            check_whole(_option(name), value, least, most)
    for name, (low, high) in _NUMBERS.items():
        check_number(_option(name), getattr(settings, name), low, high)
    _check_words(settings)
    _check_together(settings)


def _check_words(settings: Fields) -> None:
    """Settings that take words of a form of their own."""
    if settings.bits not in (8, 16):
        raise SettingsError(f"bits is 8 or 16, got {settings.bits!r}")
    if settings.memory is not None:
        bytes_of(settings.memory)
    if not settings.start:
        raise SettingsError(
            f"start is one of {', '.join(STARTS)} or a picture's path, got {settings.start!r}"
        )
    if str(settings.device).split(":")[0] not in ("auto", "cpu", "cuda", "mps"):
        raise SettingsError(f"device is auto, cpu, cuda or mps, got {settings.device!r}")


def _check_together(settings: Fields) -> None:
    """Settings that are good by themselves."""
    if settings.alpha == settings.beta == 0:
        raise SettingsError(
            "alpha and beta are both 0: there is nothing to minimise; give one of them a weight"
        )
    if settings.tile is not None and settings.engine == "whole":
        raise SettingsError("engine whole has no tiles: leave tile away, or use engine tiled")


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raises SettingsError unless `value` is one of the `choices`."""
    if value not in choices:
        raise SettingsError(f"{name} is {' or '.join(choices)}, got {value!r}")


def check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Raises SettingsError unless `value` is a whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SettingsError(f"{name} is a whole number from {low} to {high}, got {value!r}")


def check_number(name: str, value: Any, low: float, high: float) -> None:
    """Raises SettingsError unless `value` is a finite number from `low` to `high`."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or not low <= value <= high:
        raise SettingsError(f"{name} is a number from {low:g} to {high:g}, got {value!r}")


def near(name: str, known: Iterable[str]) -> str:
    """The end of a message about a name that is not among the `known` ones: the nearest of them, or all."""
    found = difflib.get_close_matches(str(name), list(known), n=2)
    return f"; did you mean {' or '.join(found)}?" if found else f"; there are {', '.join(known)}"


def _option(name: str) -> str:
    return name.replace("_", "-")
