"""The form of every measure: a small table of numbers, explained in a sentence, with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RESULT, PHOTOGRAPH, PAINTING = "result", "photograph", "painting"
"""The names of the three pictures, as columns."""


@dataclass(frozen=True)
class Measure:
    """One measure.

    name: a few words. unit: of its numbers; "" for a pure number.
    sentence: what is measured, and which value would be a fault. source: the paper, or what else it rests on.
    values: numbers by row and column.
    """

    name: str
    unit: str
    sentence: str
    source: str
    values: Mapping[str, Mapping[str, float]]

    @property
    def columns(self) -> list[str]:
        """Every column that some row has, in order."""
        return list(dict.fromkeys(column for row in self.values.values() for column in row))

    def column(self, name: str) -> list[float]:
        """The numbers of one column, from the first row to the last."""
        return [row[name] for row in self.values.values() if name in row]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "name": self.name,
            "unit": self.unit,
            "sentence": self.sentence,
            "source": self.source,
            "values": {row: dict(columns) for row, columns in self.values.items()},
        }
