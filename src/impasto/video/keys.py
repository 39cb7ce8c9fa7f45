"""Settings that change over time: key frames, and straight lines between them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from impasto.errors import SettingsError
from impasto.settings import SCHEMA, Settings

MAY_CHANGE = ("strength", "alpha", "beta", "variation", "protect_strength")
"""Numbers that may have another value at another time."""


@dataclass(frozen=True)
class Key:
    """A setting has this value at this time, in seconds of the film; between two keys it changes evenly."""

    time: Fraction
    name: str
    value: float

    def as_text(self) -> str:
        """As it is typed: 2.5:strength=0.7."""
        return f"{float(self.time):g}:{self.name.replace('_', '-')}={self.value:g}"


def read_key(text: str) -> Key:
    """A key as it is typed.

    Raises:
        SettingsError: it reads otherwise, or the value cannot be used.

    >>> read_key("2.5:strength=0.7")
    Key(time=Fraction(5, 2), name='strength', value=0.7)
    """
    when, _, rest = text.partition(":")
    name, _, number = rest.partition("=")
    name = name.strip().replace("-", "_")
    try:
        key = Key(Fraction(when.strip()), name, float(number))
    except (ValueError, ZeroDivisionError):
        raise SettingsError(f"a key is SECONDS:NAME=VALUE, as in 2.5:strength=0.7, got {text!r}") from None
    if name not in MAY_CHANGE:
        names = ", ".join(one.replace("_", "-") for one in MAY_CHANGE)
        raise SettingsError(f"over time may change {names}, got {text!r}")
    SCHEMA[name].checked(key.value)
    return key


def settings_at(settings: Settings, keys: Sequence[Key], time: Fraction) -> Settings:
    """The settings at a time of the film. keys: in the order of their times."""
    changes: dict[str, Any] = {}
    for name in dict.fromkeys(one.name for one in keys):
        changes[name] = _value([one for one in keys if one.name == name], time)
    if not changes:
        return settings
    values = {**settings.as_dict(), **changes}
    if values["strength"] is not None:  # it stands for both
        values |= {name: changes.get(name) for name in ("alpha", "beta")}
    return Settings.from_dict(values)


def _value(keys: Sequence[Key], time: Fraction) -> float:
    after = bisect_right([one.time for one in keys], time)
    if after == 0:
        return keys[0].value
    if after == len(keys):
        return keys[-1].value
    one, other = keys[after - 1], keys[after]
    part = float((time - one.time) / (other.time - one.time))
    return one.value + part * (other.value - one.value)
