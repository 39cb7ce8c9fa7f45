"""The grid: a cell for every value, or pair of values, with its settings, its place and its file's name."""

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
from impasto.explore.axes import Axis, parse_axis, without_effect
from impasto.pages import grid
from impasto.settings import EXPLORE_SIZE, Settings
from impasto.settings.toml_file import over

MOST_CELLS = 100
"""More pictures than that nobody compares, and they take hours."""
_MOST_IN_A_ROW = 6
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Cell(grid.Cell):
    """One picture to paint, with its settings."""

    settings: Settings


@dataclass(frozen=True)
class Grid(grid.Grid):
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
            reasons = {without_effect(axis.field, cell.settings, protects) for cell in self.cells}
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
    places = [_place(index, axes) for index in range(math.prod(len(axis.values) for axis in axes))]
    down_first = product(*(axis.values for axis in reversed(axes)))
    cells = []
    for (column, row), picked in zip(places, down_first, strict=True):
        values = picked[::-1]
        changed = {axis.field: one.value for axis, one in zip(axes, values, strict=True)}
        labels = tuple(one.label for one in values)
        settings = Settings.from_dict(over(base, given | changed))
        cells.append(Cell(labels, column, row, _name(axes, labels), settings))
    _check_distinct(cells)
    return Grid(axes, tuple(cells), Settings.from_dict(over(base, given)))


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


def _place(index: int, axes: Sequence[Axis]) -> tuple[int, int]:
    """(column, row) of the cell of this index."""
    across = len(axes[0].values)
    if len(axes) == 1:
        rows = math.ceil(across / _MOST_IN_A_ROW)
        across = math.ceil(across / rows)
    return index % across, index // across


def _name(axes: Sequence[Axis], labels: Sequence[str]) -> str:
    """A file's name that says what it is, on any system; the same for the same values, wherever they stand."""
    text = "_".join(f"{axis.name}-{label}" for axis, label in zip(axes, labels, strict=True))
    safe = re.sub(r"[^A-Za-z0-9._+-]", "-", text)[:_LONGEST_NAME]
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return safe if safe == text else f"{safe}-{digest}"
