"""The page of an exploration: `templates/page.html`, filled with the pictures and all that is known of them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2

import impasto
from impasto.explore.axes import hyphened
from impasto.explore.folder import Folder
from impasto.explore.grid import Cell, Grid
from impasto.explore.pixels import data_uri, thumbnail
from impasto.explore.subject import Subject
from impasto.files.atomic_write import replacing

_SMALL, _SOURCE = 200, 320
"""Long sides in pixels: of a picture in the grid at the top, and of those that everything is made from."""

_MANY = 4
"""More sources than these are shown no larger than the pictures of the grid."""

_SELDOM = ("variation", "custom")
"""Parts of the cost that most pictures have not."""

Command = Callable[[Mapping[str, Any], Path], str]
"""The command line that paints the picture with this metadata into a file."""


def write_page(
    grid: Grid, folder: Folder, subject: Subject, failed: Mapping[str, str], command: Command
) -> None:
    """Write index.html into the folder; an earlier one is replaced.

    Args:
        grid: the cells.
        folder: where their pictures are.
        subject: what they are painted from.
        failed: why cells failed, by their names.
        command: the command line of a picture.

    Raises:
        OutputError: it cannot be written.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("impasto.explore"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    shown = subject.shown()
    side = _SOURCE if len(shown) <= _MANY else _SMALL
    pictures = [_picture(grid, folder, cell, failed, command) for cell in grid.cells]
    rows: list[list[dict[str, Any]]] = [[] for _ in range(grid.rows)]
    for cell, picture in zip(grid.cells, pictures, strict=True):
        rows[cell.row].append(picture)
    page = environment.get_template("page.html").render(
        version=impasto.__version__,
        title=f"{subject.title}: {' and '.join(axis.name for axis in grid.axes)}",
        sources=[_image(path, words, side) for path, words in shown],
        axes=grid.axes,
        rows=rows,
        pictures=pictures,
    )
    with replacing(folder.page, overwrite=True) as file:
        file.write(page.encode("utf-8", "xmlcharrefreplace"))


def _picture(
    grid: Grid, folder: Folder, cell: Cell, failed: Mapping[str, str], command: Command
) -> dict[str, Any]:
    """All that the page says of a cell; `small` is None while it is not painted."""
    told, file, title = folder.told(cell), folder.file(cell), grid.title(cell)
    shown = {"name": cell.name, "title": title, "labels": cell.labels}
    if told is None:
        return shown | {"small": None, "failed": failed.get(cell.name, "Not painted yet.")}
    metadata = impasto.read_metadata(file)
    costs = {
        "J" if name == "total" else f"J {name}": f"{value:.4g}"
        for name, value in told["cost"].items()
        if value or name not in _SELDOM
    }
    facts = {
        "steps": f"{told['steps']}, {told['stopped']}",
        "time": f"{told['seconds']:g} s",
        "size": f"{metadata['width']} x {metadata['height']} pixels",
        "file": f"cells/{file.name}",
    }
    settings = {hyphened(name): _in_words(value) for name, value in metadata["settings"].items()}
    weights = {"weights from": metadata["weights"]["source"]} if "weights" in metadata else {}
    return shown | {
        "small": _image(file, title, _SMALL),
        "whole": _image(file, title, None),
        "facts": costs | facts,
        "command": command(metadata, Path(file.name)).split(" "),
        "settings": settings | weights | metadata["versions"],
    }


def _image(file: Path, title: str, side: int | None) -> dict[str, Any]:
    picture = thumbnail(file, side)
    return {"title": title, "width": picture.width, "height": picture.height, "uri": data_uri(picture)}


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {weight:g}" for name, weight in value.items())
    return "on" if value is True else "off" if value is False else "–" if value is None else str(value)
