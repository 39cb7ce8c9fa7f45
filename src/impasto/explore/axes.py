"""The axes of a grid: every setting, with values that show something, or with those that the user names.

An axis is written `NAME` or `NAME=VALUE,VALUE,...`, each value as the command line takes it; only in lists of layers,
where commas stand between values here, `+` joins what belongs to one value.

>>> [value.label for value in parse_axis("strength=0.2,0.50").values]
['0.2', '0.5']
>>> parse_axis("style-layers=relu1_1+relu2_1,all").values[0].value
'relu1_1,relu2_1'
"""

from dataclasses import dataclass
from typing import Any

from impasto.errors import SettingsError
from impasto.settings import ALL, PRESETS, SCHEMA, STATED_STYLE_LAYERS, Settings, near
from impasto.settings.checks import shown
from impasto.settings.presets import DEFAULT_PRESET


@dataclass(frozen=True)
class Value:
    """One value of an axis: as it is shown, and as `Settings` takes it."""

    label: str
    value: Any


@dataclass(frozen=True)
class Axis:
    """A setting, by its field in `Settings`, and the values it takes, in order."""

    field: str
    values: tuple[Value, ...]

    @property
    def name(self) -> str:
        """The setting's name on the command line."""
        return SCHEMA[self.field].option

    @property
    def labels(self) -> list[str]:
        """The values as they are shown."""
        return [one.label for one in self.values]


def parse_axis(text: str, preset: str | None = None) -> Axis:
    """The axis that `NAME` or `NAME=VALUE,VALUE,...` means.

    preset: whose alpha and beta the values of an axis of these are multiples of, when none are named.

    Raises SettingsError: a name that is no setting's, values of another kind or given twice, and none for a setting
        that has no list of its own.
    """
    name, equals, listed = text.partition("=")
    field = _field(name.strip())
    words = [word.strip() for word in listed.split(",")] if equals else list(own_values(field, preset))
    if "" in words:
        raise SettingsError(f"{text!r} has an empty value: write {SCHEMA[field].option}=VALUE,VALUE")
    values = tuple(_value(field, word) for word in words)
    for i, one in enumerate(values):
        if one in values[:i]:
            raise SettingsError(f"{SCHEMA[field].option} has the value {one.label} twice: name it once")
    return Axis(field, values)


def own_values(field: str, preset: str | None = None) -> tuple[str, ...]:
    """The values that an axis takes when none are named.

    Raises SettingsError: the setting has none, such as a file's name.
    """
    found = SCHEMA[field].explore[preset if preset in PRESETS else DEFAULT_PRESET]
    if not found:
        name = SCHEMA[field].option
        raise SettingsError(f"{name} has no list of values of its own: name some, as in {name}=ONE,TWO")
    return tuple(_shown(one) for one in found)


def without_effect(field: str, settings: Settings, protects: bool = False) -> str | None:
    """Why varying this setting changes nothing with these settings; None where it does.

    protects: whether a part of the photograph is protected.
    """
    random = settings.start in ("noise", "content+noise")
    idle = {
        "seed": (not random, f"nothing is random with start {settings.start}"),
        "noise": (settings.start != "content+noise", f"start {settings.start} takes no such noise"),
        "protect_strength": (not protects, "nothing is protected, for want of --protect"),
        "detail": (settings.scales == 1, "there is only one scale"),
        "coarse_steps": (settings.scales == 1, "there is only one scale"),
        "scale_factor": (settings.scales == 1, "there is only one scale"),
        "smallest_scale": (settings.scales is not None, "the number of scales is given"),
        "placement": (settings.neighbours == 0, "the neighbours have no weight"),
        "reference": (not settings.balance, "the costs are not balanced"),
    }
    if SCHEMA[field].solver not in (None, settings.solver):
        return f"solver {settings.solver} does not use it"
    is_idle, reason = idle.get(field, (False, ""))
    return reason if is_idle else None


def _field(name: str) -> str:
    field = name.replace("-", "_")
    if field in SCHEMA:
        return field
    meant = near(name.replace("_", "-"), [row.option for row in SCHEMA.values()])
    raise SettingsError(f"there is no setting to vary named {shown(name)}{meant}")


def _value(field: str, word: str) -> Value:
    if SCHEMA[field].type is dict:
        layers = "+".join(STATED_STYLE_LAYERS) if word == ALL else word
        return Value(word, layers.replace("+", ","))
    value = SCHEMA[field].read(word)
    return Value(_shown(value), value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
