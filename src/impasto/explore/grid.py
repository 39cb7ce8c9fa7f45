"""The grid of an exploration: its axes, and a cell for every value or pair of values.

An axis is written `NAME` or `NAME=VALUE,VALUE,...`, each value as the command line takes it; only in lists of layers,
where commas stand between values here, `+` joins what belongs to one value.

>>> [value.label for value in parse_axis("strength=0.2,0.50").values]
['0.2', '0.5']
>>> parse_axis("style-layers=relu1_1+relu2_1,all").values[0].value
'relu1_1,relu2_1'
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

from impasto.errors import SettingsError
from impasto.pages import sheet
from impasto.settings import ALL, EXPLORE_SIZE, PRESETS, SCHEMA, STATED_STYLE_LAYERS, Settings, near
from impasto.settings.presets import DEFAULT_PRESET
from impasto.settings.toml_file import over
from impasto.settings.values import shown

MOST_CELLS = 100  # pictures at most: nobody compares more, and they take hours
_MOST_IN_A_ROW = 6
_LONGEST_NAME = 80


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


@dataclass(frozen=True)
class Cell(sheet.Cell):
    """One picture to paint, with its settings."""

    settings: Settings


@dataclass(frozen=True)
class Grid(sheet.Grid):
    """All pictures to paint. base: the settings without what is varied."""

    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    base: Settings

    def title(self, cell: Cell) -> str:
        """The settings that distinguish a cell, as in "strength 0.2, seed 3"."""
        return ", ".join(f"{axis.name} {label}" for axis, label in zip(self.axes, cell.labels, strict=True))

    def notes(self, protects: bool = False) -> list[str]:
        """Notes before it is painted: axes along which nothing changes.

        protects: whether a part of the photograph is protected.
        """
        found = []
        for axis in self.axes:
            reasons = {_without_effect(axis.field, cell.settings, protects) for cell in self.cells}
            if None not in reasons and len(axis.values) > 1:
                found.append(f"{axis.name} changes nothing here: {' and '.join(sorted(map(str, reasons)))}")
        return found


def make_grid(
    vary: Sequence[str], fields: Mapping[str, Any], beneath: Mapping[str, Any] = MappingProxyType({})
) -> Grid:
    """The grid for one or two axes, as `parse_axis` reads them, on top of the other settings.

    fields: those of `Settings` that are not as the preset has them. beneath: likewise, those that `fields` and what is
        varied win over, such as a settings file's. Unless one of them has it, the size is EXPLORE_SIZE, and the
        precision auto.
    Raises SettingsError for axes or values that cannot be used, and for more than MOST_CELLS cells.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    axes = tuple(parse_axis(text, given.get("recipe", beneath.get("recipe"))) for text in vary)
    _check(axes, given)
    varied = {axis.field for axis in axes}
    usual = {"size": EXPLORE_SIZE, "precision": "auto"}
    base = {**usual, **{name: value for name, value in beneath.items() if name not in varied}}
    across = len(axes[0].values)
    if len(axes) == 1:
        across = math.ceil(across / math.ceil(across / _MOST_IN_A_ROW))
    cells = []
    for index, picked in enumerate(product(*(axis.values for axis in reversed(axes)))):
        values = picked[::-1]
        changed = {axis.field: one.value for axis, one in zip(axes, values, strict=True)}
        labels = tuple(one.label for one in values)
        settings = Settings.from_dict(over(base, given | changed))
        cells.append(Cell(labels, index % across, index // across, _name(axes, labels), settings))
    _check_distinct(cells)
    return Grid(axes, tuple(cells), Settings.from_dict(over(base, given)))


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


def _without_effect(field: str, settings: Settings, protects: bool) -> str | None:
    """Why varying this setting changes nothing with these settings; None where it does."""
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


def _check(axes: Sequence[Axis], given: Mapping[str, Any]) -> None:
    if not 1 <= len(axes) <= 2:
        raise SettingsError(f"one or two settings are varied, got {len(axes)}: a grid has two directions")
    if len({axis.field for axis in axes}) < len(axes):
        twice = f"{axes[0].name} is varied twice"
        raise SettingsError(f"{twice}: name all its values at once, or another setting")
    for axis in axes:
        if axis.field in given:
            raise SettingsError(f"{axis.name} is varied, and cannot be {given[axis.field]} as well: omit one")
    count = math.prod(len(axis.values) for axis in axes)
    if count > MOST_CELLS:
        most = f"at most {MOST_CELLS} are painted"
        raise SettingsError(f"the grid has {count} pictures; {most}: name fewer values")


def _check_distinct(cells: Sequence[Cell]) -> None:
    """No two cells are the same painting under two names, such as conv4_2 and relu4_2."""
    seen: dict[str, Cell] = {}
    for cell in cells:
        key = json.dumps(cell.settings.as_dict(), sort_keys=True)
        if key in seen:
            same = " and ".join(" ".join(one.labels) for one in (seen[key], cell))
            raise SettingsError(f"{same} are the same settings: omit one")
        seen[key] = cell


def _name(axes: Sequence[Axis], labels: Sequence[str]) -> str:
    """A file's name that says what it is, on any system; the same for the same values, wherever they stand."""
    text = "_".join(f"{axis.name}-{label}" for axis, label in zip(axes, labels, strict=True))
    safe = re.sub(r"[^A-Za-z0-9._+-]", "-", text)[:_LONGEST_NAME]
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return safe if safe == text else f"{safe}-{digest}"
