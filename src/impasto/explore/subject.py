"""The inputs of an exploration: the photograph, the paintings, masks and maps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impasto.inputs.style_sources import joined_names


@dataclass(frozen=True)
class Subject:
    """The files that every picture of a grid is painted from.

    styles: the paintings with their weights. where: what else `Stylizer.paint` takes, by its arguments' names. files:
    the files of `where`, by what each is, such as "mask 2".
    """

    content: Path
    styles: tuple[tuple[Path, float], ...]
    where: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def manner(self) -> str:
        """The paintings, in words."""
        return joined_names([path.name for path, _ in self.styles])

    @property
    def title(self) -> str:
        """The photograph and the paintings, as a title."""
        return f"{self.content.name} in the manner of {self.manner}"

    @property
    def protects(self) -> bool:
        """Whether a part of the photograph stays as it is."""
        return self.where.get("protect") is not None

    def shown(self) -> list[tuple[Path, str]]:
        """Every file, with the words to show it under."""
        weights = [f", weight {weight:g}" if weight != 1 else "" for _, weight in self.styles]
        found = [(self.content, self.content.name)]
        found += [(path, path.name + text) for (path, _), text in zip(self.styles, weights, strict=True)]
        return found + [(path, f"{path.name} ({role})") for role, path in self.files.items()]
