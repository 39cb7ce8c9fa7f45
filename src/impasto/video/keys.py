"""Settings that change over time: key frames, and straight lines between them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.settings import OTHERS_OF_STRENGTH, SCHEMA, Settings
from impasto.settings.toml import parse, read_text
from impasto.settings.toml_file import FILM_KEYS

STYLES = "styles"
"""The weights of the paintings, in their order, which may change over time as well."""
MAY_CHANGE = (STYLES, "strength", "alpha", "beta", "variation", "protect_strength")
"""The settings that may have another value at another time."""


@dataclass(frozen=True)
class Key:
    """A setting has this value at this time, in seconds of the film; between two keys it changes evenly.

    values: one number, or of `styles` one for each painting.
    """

    time: Fraction
    name: str
    values: tuple[float, ...]

    def as_text(self) -> str:
        """The key as it is typed: 2.5:strength=0.7, or 2.5:styles=2,1."""
        values = ",".join(f"{value!r}" for value in self.values)
        return f"{self.time}:{self.name.replace('_', '-')}={values}"


def read_key(text: str) -> Key:
    """A key as it is typed.

    Raises:
        SettingsError: it reads otherwise, or the value cannot be used.

    >>> read_key("2.5:strength=0.7")
    Key(time=Fraction(5, 2), name='strength', values=(0.7,))
    """
    when, _, rest = text.partition(":")
    name, _, number = rest.partition("=")
    name = name.strip().replace("-", "_")
    try:
        key = Key(Fraction(when.strip()), name, tuple(float(one) for one in number.split(",")))
    except (ValueError, ZeroDivisionError):
        raise SettingsError(f"a key is SECONDS:NAME=VALUE, as in 2.5:strength=0.7, got {text!r}") from None
    if name not in MAY_CHANGE:
        names = ", ".join(one.replace("_", "-") for one in MAY_CHANGE)
        raise SettingsError(f"over time may change {names}, got {text!r}")
    if name == STYLES:
        if not all(0 <= one < 1e30 for one in key.values) or not any(key.values):
            raise SettingsError(f"weights of styles are numbers from 0 on, one of them above 0, got {text!r}")
    elif len(key.values) != 1:
        raise SettingsError(f"{name} is one number, got {text!r}")
    else:
        SCHEMA[name].checked(key.values[0])
    return key


def keys_in(path: Path) -> tuple[Key, ...]:
    """The keys that a settings file has, as in keys = ["0:strength=0.2", "2.5:strength=0.7"].

    Raises:
        SettingsError: it cannot be read, or one of them is none.
    """
    texts = parse(read_text(path), str(path)).get(FILM_KEYS, [])
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise SettingsError(
            f"'{path}': {FILM_KEYS} is a list of texts, as in {FILM_KEYS} = [\"2.5:strength=0.7\"]"
        )
    return tuple(read_key(one) for one in texts)


def settings_at(settings: Settings, keys: Sequence[Key], time: Fraction) -> Settings:
    """The settings at a time of the film. keys: in the order of their times."""
    changes: dict[str, Any] = {}
    for name in dict.fromkeys(one.name for one in keys if one.name != STYLES):
        (changes[name],) = _values([one for one in keys if one.name == name], time)
    if not changes:
        return settings
    values = settings.as_dict()
    if "strength" in changes:  # what it sets, unless the user has set it
        own = settings.plain()
        values |= {name: None for name in OTHERS_OF_STRENGTH if values[name] == getattr(own, name)}
    values |= changes
    if values["strength"] is not None:  # it stands for both
        values |= {name: changes.get(name) for name in ("alpha", "beta")}
    return Settings.from_dict(values)


def weights_at(keys: Sequence[Key], time: Fraction) -> tuple[float, ...] | None:
    """The weights of the styles at a time of the film; None where no key has any."""
    own = [one for one in keys if one.name == STYLES]
    return _values(own, time) if own else None


def check_weights(keys: Sequence[Key], styles: int) -> None:
    """Raises SettingsError for weights of more styles or fewer than there are."""
    for one in keys:
        if one.name == STYLES and len(one.values) != styles:
            raise SettingsError(
                f"{one.as_text()!r} has {len(one.values)} weights, and there are {styles} styles"
            )


def _values(keys: Sequence[Key], time: Fraction) -> tuple[float, ...]:
    after = bisect_right([one.time for one in keys], time)
    if after == 0:
        return keys[0].values
    if after == len(keys):
        return keys[-1].values
    one, other = keys[after - 1], keys[after]
    part = float((time - one.time) / (other.time - one.time))
    return tuple(a + part * (b - a) for a, b in zip(one.values, other.values, strict=True))
