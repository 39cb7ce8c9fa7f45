"""Values as people write them, read and checked, and as messages show them."""

import difflib
import re
from collections.abc import Iterable
from typing import Any

from impasto.errors import SettingsError

_AMOUNT = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*(?:([kmgt])(i?))?b?\s*", re.IGNORECASE | re.ASCII)
_LONGEST_SHOWN = 80


def bytes_of(text: str) -> int:
    """The number of bytes meant by "4GB", "512 MB", "1.5 GiB" or "1000000". Raises SettingsError for anything else.

    >>> bytes_of("4GB"), bytes_of("1.5 GiB")
    (4000000000, 1610612736)
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        shown = text if len(text) <= 40 else f"{text[:40]}..."
        raise SettingsError(f"memory must be an amount such as 4GB or 800MB, got {shown!r}")
    power = " kmgt".index((found[2] or " ").lower())
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def bytes_text(size: int) -> str:
    """A number of bytes for people.

    >>> bytes_text(812_345_678), bytes_text(1_234_567_890)
    ('812 MB', '1.2 GB')
    """
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def check_number(name: str, value: Any, low: float, high: float) -> None:
    """Raise SettingsError unless `value` is a number from `low` to `high`."""
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
