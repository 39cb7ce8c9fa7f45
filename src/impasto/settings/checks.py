"""Checks that settings share, each with one clear line for what is refused."""

import difflib
from collections.abc import Iterable
from typing import Any

from impasto.errors import SettingsError

_LONGEST_SHOWN = 80


def check_number(name: str, value: Any, low: float, high: float) -> None:
    """Raises SettingsError unless `value` is a number from `low` to `high`."""
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if not usable or not low <= value <= high:
        raise SettingsError(f"{name} must be a number from {low:g} to {high:g}, got {shown(value)}")


def shown(value: Any) -> str:
    """A value of any kind as a message has it, cut when it is long."""
    try:
        text = repr(value)
    except ValueError:  # a number of too many digits
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def near(name: str, known: Iterable[str]) -> str:
    """The end of a message about a name that is not among the `known` ones: the nearest of them, or all."""
    found = difflib.get_close_matches(str(name), list(known), n=2)
    return f"; did you mean {' or '.join(found)}?" if found else f"; there are {', '.join(known)}"
