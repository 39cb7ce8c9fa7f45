"""What can be varied: every setting, with values that show something, or with those that the user names.

An axis is written `NAME` or `NAME=VALUE,VALUE,...`, each value as the command line takes it; only in lists of layers,
where commas stand between values here, `+` joins what belongs to one value.

>>> [value.label for value in parse_axis("strength=0.2,0.50").values]
['0.2', '0.5']
>>> parse_axis("style-layers=relu1_1+relu2_1,all").values[0].value
'relu1_1,relu2_1'
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from impasto.errors import SettingsError
from impasto.settings import CHOICES, RECIPES, STARTS, STATED_STYLE_LAYERS, Settings, kind_of, near

ALL = "all"
"""The five layers of the stated method, as one value of an axis of layers."""

_FACTORS = (1 / 16, 1 / 4, 1, 4, 16)
_OWN_VALUES: dict[str, tuple[str, ...]] = {
    "content_layer": tuple(f"relu{block}_2" for block in range(1, 6)),
    "style_layers": (*STATED_STYLE_LAYERS, ALL),
    "strength": ("0.1", "0.3", "0.5", "0.7", "0.9"),
    "style_scale": ("0.5", "0.75", "1", "1.5", "2"),
    "variation": ("0", "0.1", "0.3", "1"),
    "protect_strength": ("0", "0.25", "0.5", "0.75", "1"),
    "detail": ("0", "0.25", "0.5", "0.75", "1"),
    "size": ("128", "192", "256", "384"),
    "steps": ("5", "10", "20", "40", "80"),
    "scales": ("1", "2", "3"),
    "coarse_steps": ("0.5", "1", "1.5", "2"),
    "learning_rate": ("0.005", "0.01", "0.02", "0.05"),
    "history": ("2", "5", "10", "20", "40"),
    "start": STARTS[:-1],
    "neighbours": ("0", "0.5", "1", "2"),
    "placement": ("0", "0.3", "0.6", "1"),
    "smoothness": ("0", "0.1", "0.3", "1"),
    "scale_factor": ("1.41", "2", "4"),
    "smallest_scale": ("64", "128", "192"),
    "noise": ("0.05", "0.1", "0.25", "0.5", "1"),
    "seed": ("0", "1", "2", "3"),
    "bits": ("8", "16"),
}
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


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
        """As the command line calls it."""
        return hyphened(self.field)


def hyphened(field: str) -> str:
    """A field's name as an option's: style_layers is style-layers."""
    return field.replace("_", "-")


def parse_axis(text: str, recipe: str | None = None) -> Axis:
    """The axis that `NAME` or `NAME=VALUE,VALUE,...` means.

    recipe: whose alpha and beta the values of an axis of these are multiples of, when none are named.
    Raises SettingsError for a name that is no setting's, values of another kind or given twice, and when none are
    named for a setting that has no list of its own.
    """
    name, equals, listed = text.partition("=")
    field = _field(name.strip())
    words = [word.strip() for word in listed.split(",")] if equals else list(own_values(field, recipe))
    if "" in words:
        raise SettingsError(f"{text!r} has an empty value: write {hyphened(field)}=VALUE,VALUE")
    values = tuple(_value(field, word) for word in words)
    for i, one in enumerate(values):
        if one in values[:i]:
            raise SettingsError(f"{hyphened(field)} has the value {one.label} twice: name it once")
    return Axis(field, values)


def own_values(field: str, recipe: str | None = None) -> tuple[str, ...]:
    """The values that an axis takes when none are named.

    Raises SettingsError when the setting has none, such as a file's name.
    """
    if field in ("alpha", "beta"):
        own = RECIPES.get(recipe or "", RECIPES[Settings().recipe])[field]
        return tuple(f"{own * factor:g}" for factor in _FACTORS)
    if kind_of(field) is bool:
        return ("on", "off")
    found = _OWN_VALUES.get(field) or CHOICES.get(field)
    if found is None:
        raise SettingsError(
            f"{hyphened(field)} has no list of values of its own: name some, as in {hyphened(field)}=ONE,TWO"
        )
    return found


def without_effect(field: str, settings: Settings, protects: bool = False) -> str | None:
    """Why varying this setting changes nothing beside these settings; None where it does.

    protects: whether a part of the photograph is protected.
    """
    random = settings.start in ("noise", "content+noise")
    idle = {
        "seed": (not random, f"nothing is random with start {settings.start}"),
        "noise": (settings.start != "content+noise", f"start {settings.start} takes no such noise"),
        "learning_rate": (settings.solver != "adam", f"solver {settings.solver} has none"),
        "history": (settings.solver != "lbfgs", f"solver {settings.solver} keeps none"),
        "smoothing": (settings.solver != "lbfgs", f"solver {settings.solver} does not smooth"),
        "protect_strength": (not protects, "nothing is protected, for want of --protect"),
        "detail": (settings.scales == 1, "there is only one scale"),
        "coarse_steps": (settings.scales == 1, "there is only one scale"),
        "placement": (not settings.neighbours, "neighbours is 0"),
    }
    is_idle, reason = idle.get(field, (False, ""))
    return reason if is_idle else None


def _field(name: str) -> str:
    known = [one.name for one in fields(Settings)]
    field = name.replace("-", "_")
    if field in known:
        return field
    names = [hyphened(one) for one in known]
    raise SettingsError(f"there is no setting to vary named {name!r}{near(hyphened(field), names)}")


def _value(field: str, word: str) -> Value:
    kind = kind_of(field)
    if kind is dict:
        layers = "+".join(STATED_STYLE_LAYERS) if word == ALL else word
        return Value(word, layers.replace("+", ","))
    readers: Mapping[Any, tuple[Callable[[str], Any], str]] = {
        int: (int, "a whole number"),
        float: (float, "a number"),
        bool: (lambda text: _SWITCH[text.lower()], "on or off"),
    }
    if kind not in readers:
        return Value(word, word)
    read, wanted = readers[kind]
    try:
        value = read(word)
    except (ValueError, KeyError):
        raise SettingsError(f"{hyphened(field)} is {wanted}, got {word!r}") from None
    return Value(_shown(value), value)


def _shown(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
