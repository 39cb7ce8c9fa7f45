"""A table of jobs, as CSV or TOML: a row for each picture, with its photograph, its paintings, and any setting.

    content,style,output,strength,protect
    beach.jpg,monet.jpg,,0.7,
    faces.jpg,monet.jpg:2;hokusai.jpg,faces-blended.png,,face.png

In CSV several files in one cell are separated by semicolons, and an empty cell is not given. In TOML each job is a
table `[[job]]`, in which several files are a list. Relative paths of pictures and masks count from the table's folder.
"""

import csv
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.files.readable import read_text
from impasto.inputs.style_sources import from_text
from impasto.settings import SCHEMA, near, toml
from impasto.settings.toml_file import from_folder
from impasto.settings.values import shown
from impasto.ui.guides import GUIDES

LARGEST_FILE = 500_000_000  # bytes
_GUIDES = {guide.role.replace(" ", "_"): guide for guide in GUIDES}
COLUMNS = ("content", "style", "output", *_GUIDES)  # the columns of a row, in addition to the settings


@dataclass(frozen=True)
class Row:
    """One job. place: the file and the line, for messages. output: "" for the pattern's name."""

    place: str
    content: Path
    styles: tuple[tuple[Path, float], ...]
    output: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, Any] = field(default_factory=dict)


def read_table(path: Path) -> list[Row]:
    """The rows of a table, by its suffix: .toml, or anything else for CSV. Raises SettingsError, with the line."""
    text = read_text(path, f"the table of jobs '{path}'", LARGEST_FILE, SettingsError)
    rows = _toml_rows(text, path) if path.suffix.lower() == ".toml" else _csv_rows(text, path)
    return [_row(place, values, path.parent) for place, values in rows]


def _csv_rows(text: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        heads = [head.strip().replace("-", "_") for head in next(reader, [])]
        _check_heads(heads, path)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"'{path}', line {reader.line_num}"
            if len(cells) > len(heads):
                expected = f"expected {len(heads)} cells as in the first line"
                raise SettingsError(f"{place}: {expected}, got {len(cells)}")
            given = zip(heads, (cell.strip() for cell in cells), strict=False)
            yield place, {head: _read(place, head, cell) for head, cell in given if cell}
    except csv.Error as error:
        raise SettingsError(f"'{path}', line {reader.line_num}: this is no CSV ({error})") from None


def _check_heads(heads: list[str], path: Path) -> None:
    place = f"'{path}', line 1"
    for head in heads:
        _check_name(place, head)
        if heads.count(head) > 1:
            raise SettingsError(f"{place}: the column {head} is there twice")
    if "content" not in heads or "style" not in heads:
        wanted = "a line of column names with content and style"
        raise SettingsError(f"{place}: expected {wanted}, got {shown(','.join(heads))}")


def _read(place: str, name: str, cell: str) -> Any:
    """A cell of CSV, which is text, as TOML would have it."""
    if name == "style" or (name in _GUIDES and _GUIDES[name].several):
        return [one.strip() for one in cell.split(";") if one.strip()]
    try:
        return SCHEMA[name].read(cell) if name in SCHEMA else cell
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from None


def _toml_rows(text: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    found = toml.parse(text, str(path))
    jobs = found.pop("job", [])
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        raise SettingsError(f"'{path}': a job is a table [[job]], in double brackets")
    common = {_name(f"'{path}'", key): value for key, value in found.items()}
    lines = [one.line for one in toml.statements(text) if one.is_table and one.key == "job"]
    for i, job in enumerate(jobs):
        place = f"'{path}', line {lines[i]}" if i < len(lines) else f"'{path}', job {i + 1}"
        yield place, common | {_name(place, key): value for key, value in job.items()}


def _name(place: str, key: str) -> str:
    name = key.replace("-", "_")
    _check_name(place, name)
    return name


def _check_name(place: str, name: str) -> None:
    if name not in COLUMNS and name not in SCHEMA:
        names = [one.replace("_", "-") for one in (*COLUMNS, *SCHEMA)]
        hyphened = name.replace("_", "-")
        raise SettingsError(
            f"{place}: {shown(hyphened)} is no setting, nor one of {', '.join(names[: len(COLUMNS)])}"
            + near(hyphened, names)
        )


def _row(place: str, values: Mapping[str, Any], folder: Path) -> Row:
    content, style = values.get("content"), values.get("style")
    if not isinstance(content, str) or not content:
        raise SettingsError(f"{place}: there is no content, the photograph")
    texts = [style] if isinstance(style, str) else style
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        expected = "expected a style, the path of a painting, or several"
        raise SettingsError(f"{place}: {expected}, got {shown(style)}")
    output = values.get("output", "")
    if not isinstance(output, str):
        raise SettingsError(f"{place}: output must be a file's name, got {shown(output)}")
    where = {
        guide.argument: _guide(place, name, guide.several, values[name], folder)
        for name, guide in _GUIDES.items()
        if name in values
    }
    settings = {name: from_folder(name, value, folder) for name, value in values.items() if name in SCHEMA}
    try:
        styles = tuple(one for text in texts for one in from_text(str(_path(text, folder))))
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from None
    return Row(place, _path(content, folder), styles, output, settings, where)


def _guide(place: str, name: str, several: bool, value: Any, folder: Path) -> Any:
    """The path of a mask or a map, or the paths."""
    if several:
        files = value if isinstance(value, list) else [value]
        return [_guide(place, name, False, one, folder) for one in files]
    if not isinstance(value, str) or not value:
        option = name.replace("_", "-")
        raise SettingsError(f"{place}: {option} must be the path of a picture, got {shown(value)}")
    return _path(value, folder)


def _path(text: str, folder: Path) -> Path:
    return Path(os.path.join(folder, os.path.expanduser(text)))  # noqa: PTH111, PTH118
