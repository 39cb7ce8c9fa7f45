"""A page that shows pictures and how each was made: `templates/page.html`, filled in; no network, no scripts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

import impasto
from impasto.files.atomic_write import replacing
from impasto.pages.pixels import data_uri, thumbnail
from impasto.pages.sheet import Cell, Grid
from impasto.ui.commands import repeat_command

_SMALL, _SOURCE = 200, 320
"""Long sides in pixels: of a picture in the grid at the top, and of those that everything is made from."""

_MANY = 4  # of more sources each is shown no larger than the pictures of the grid

_SELDOM = ("variation", "custom")  # parts of the cost that most pictures have not


def write_page(
    path: Path,
    grid: Grid,
    pictures: Sequence[Mapping[str, Any]],
    *,
    title: str,
    sources: Sequence[tuple[Path, str]],
    note: str,
    others: Sequence[tuple[str, str]] = (),
) -> None:
    """Write the page; an earlier one is replaced. Raises OutputError.

    pictures: of each cell, in order, what `picture` or `missing` says of it. sources: the files that everything is made
    from, with the words to show each under. note: what to know of the figures. others: further pages, each with its
    name and its file next to this one.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("impasto.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    side = _SOURCE if len(sources) <= _MANY else _SMALL
    rows: list[list[Mapping[str, Any]]] = [[] for _ in range(grid.rows)]
    for cell, one in zip(grid.cells, pictures, strict=True):
        rows[cell.row].append(one)
    page = environment.get_template("page.html").render(
        version=impasto.__version__,
        title=title,
        sources=[_image(file, words, side) for file, words in sources],
        axes=grid.axes,
        rows=rows,
        pictures=pictures,
        note=note,
        others=others,
    )
    with replacing(path, overwrite=True) as file:
        file.write(page.encode("utf-8", "xmlcharrefreplace"))


def missing(cell: Cell, title: str, why: str | None = None) -> dict[str, Any]:
    """The entry of a cell that is not painted."""
    failed = why or "Not painted yet."
    return {"name": cell.name, "title": title, "labels": cell.labels, "small": None, "failed": failed}


def picture(
    cell: Cell,
    title: str,
    file: Path,
    record: Mapping[str, Any],
    *,
    link: str,
    largest: int | None = None,
) -> dict[str, Any]:
    """The entry of a cell's picture.

    record: its cost (J and its parts by name), steps, stopped and seconds; what is missing is not shown. link: the
    file's name as seen from the page. largest: long side in pixels of the picture on the page, which leads to the file
    then; None for its own size.
    """
    metadata = impasto.read_metadata(file)
    costs = {
        "J" if name == "total" else f"J {name}": f"{value:.4g}"
        for name, value in record.get("cost", {}).items()
        if value or name not in _SELDOM
    }
    facts = {
        **({"steps": f"{record['steps']}, {record['stopped']}"} if "steps" in record else {}),
        **({"time": f"{record['seconds']:g} s"} if "seconds" in record else {}),
        "size": f"{metadata['width']} x {metadata['height']} pixels",
        "file": link,
    }
    settings = {name.replace("_", "-"): _in_words(value) for name, value in metadata["settings"].items()}
    weights = {"weights from": metadata["weights"]["source"]} if "weights" in metadata else {}
    return {
        "name": cell.name,
        "title": title,
        "labels": cell.labels,
        "small": _image(file, title, _SMALL),
        "whole": _image(file, title, largest),
        "link": quote(link) if largest else "",
        "facts": costs | facts,
        "command": repeat_command(metadata, Path(file.name)).split(" "),
        "settings": settings | weights | metadata["versions"],
    }


def _image(file: Path, title: str, side: int | None) -> dict[str, Any]:
    shown = thumbnail(file, side)
    return {"title": title, "width": shown.width, "height": shown.height, "uri": data_uri(shown)}


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {weight:g}" for name, weight in value.items())
    return "on" if value is True else "off" if value is False else "–" if value is None else str(value)
