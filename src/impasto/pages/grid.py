"""A grid of pictures, as a sheet and a page show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Axis(Protocol):
    """An axis: the name of what changes in one direction, and its values."""

    @property
    def name(self) -> str:
        """The name of what changes."""

    @property
    def labels(self) -> Sequence[str]:
        """Its values as they are shown, in order."""


@dataclass(frozen=True)
class Cell:
    """The place of one picture: a label for each axis; column and row, from 0; a name that no other cell has.

    The name is good in a link and, in front of a suffix, as a file's.
    """

    labels: tuple[str, ...]
    column: int
    row: int
    name: str


@dataclass(frozen=True)
class Grid:
    """Pictures, row by row. The first of two axes goes across, the second down; a single one goes on in new rows."""

    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]

    @property
    def columns(self) -> int:
        """How many cells there are across."""
        return 1 + max(cell.column for cell in self.cells)

    @property
    def rows(self) -> int:
        """How many cells there are down."""
        return 1 + max(cell.row for cell in self.cells)
