"""The data of a report: measures, each a small table of numbers that is explained in a sentence, with its source."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from impasto.measures.compared_images import ComparedImages

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
        return asdict(self)


@dataclass(frozen=True)
class Report:
    """The measures of a result, compared with its two parents.

    about: names and sizes of the three pictures, and the settings they were measured with; JSON-able.
    measures: in the order in which they are shown. notes: what a reader has to know of this very report.
    images: the three pictures that were compared.
    """

    about: Mapping[str, Any]
    measures: tuple[Measure, ...]
    notes: tuple[str, ...]
    images: ComparedImages

    def __getitem__(self, name: str) -> Measure:
        """The measure of that name; raises KeyError when there is none."""
        for one in self.measures:
            if one.name == name:
                return one
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the pictures, JSON-able."""
        return {
            "about": dict(self.about),
            "notes": list(self.notes),
            "measures": [one.as_dict() for one in self.measures],
        }


def relative(value: float, reference: float, least: float = 0.0) -> float:
    """value / reference; the value itself where the reference is at most `least`, such as a flat picture's."""
    return value / reference if reference > least else value
