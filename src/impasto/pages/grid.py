"""What a sheet and a page ask of a grid of pictures."""

from collections.abc import Sequence
from typing import Protocol


class Value(Protocol):
    """One value of an axis."""

    @property
    def label(self) -> str:
        """As it is shown."""


class Axis(Protocol):
    """What changes in one direction, and how."""

    @property
    def name(self) -> str:
        """What changes."""

    @property
    def values(self) -> Sequence[Value]:
        """In order."""


class Cell(Protocol):
    """One picture's place, from 0, and its name, unlike any other's."""

    @property
    def name(self) -> str:
        """Good as a file's name and in a link."""

    @property
    def labels(self) -> Sequence[str]:
        """One for each axis."""

    @property
    def column(self) -> int:
        """How far to the right."""

    @property
    def row(self) -> int:
        """How far down."""


class Grid(Protocol):
    """Pictures, row by row. The first of two axes goes across, the second down; a single one goes on in new rows."""

    @property
    def axes(self) -> Sequence[Axis]:
        """One or two."""

    @property
    def cells(self) -> Sequence[Cell]:
        """Row by row."""

    @property
    def columns(self) -> int:
        """How many cells there are across."""

    @property
    def rows(self) -> int:
        """How many cells there are down."""
