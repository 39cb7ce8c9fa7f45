"""The page: one HTML file that shows everything, anywhere, without a network and without scripts."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

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

_STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 75rem; }
h1 { font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
img { max-width: 100%; height: auto; display: block; } a:focus-visible { outline: 3px solid; outline-offset: 2px; }
.sources { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; }
figure { margin: 0; max-width: calc(50% - .5rem); }
figcaption { overflow-wrap: anywhere; } figcaption, .quiet { font-size: .85rem; opacity: .75; }
.wide { overflow-x: auto; } .grid { border-collapse: collapse; }
.grid th, .grid td { padding: .25rem; vertical-align: middle; font-size: .85rem; text-align: center; }
.grid td { min-width: 6rem; } .grid th { font-weight: 600; min-width: 4.5rem; overflow-wrap: break-word; }
.grid .beside { position: sticky; left: 0; z-index: 1; background: Canvas; }
.grid a { color: inherit; text-decoration: none; display: block; } .grid a:hover img { outline: 2px solid; }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1rem; }
section:target h2 { text-decoration: underline; text-underline-offset: .25em; }
.whole { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: start; }
.whole > div { flex: 1 1 18rem; min-width: 0; } .whole > img { flex: none; }
.facts { border-collapse: collapse; font-size: .9rem; }
.facts th { text-align: left; font-weight: normal; opacity: .75; padding: .1rem 1rem .1rem 0; vertical-align: top; }
.facts td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.label { margin: .75rem 0 .25rem; } summary { cursor: pointer; margin: .5rem 0; }
pre { white-space: pre-wrap; background: #8882; padding: .5rem; margin: 0; border-radius: .25rem; user-select: all; }
pre span { display: inline-block; max-width: 100%; overflow-wrap: anywhere; }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="impasto {version}">
<title>{title}</title>
<style>{style}</style>
</head>
<body id="top">
<h1>{title}</h1>
{body}
</body>
</html>
"""


def write_page(
    grid: Grid,
    folder: Folder,
    subject: Subject,
    failed: Mapping[str, str],
    command: Callable[[Mapping[str, Any], Path], str],
) -> None:
    """Write index.html into the folder; an earlier one is replaced.

    failed: why cells failed, by their names.
    command: the command line that paints the picture of a recipe into a file.
    Raises OutputError when it cannot be written.
    """
    varied = " and ".join(axis.name for axis in grid.axes)
    page = _PAGE.format(
        version=impasto.__version__,
        title=escape(f"{subject.title}: {varied}"),
        style=_STYLE,
        body="\n".join(_body(grid, folder, subject, failed, command)),
    )
    with replacing(folder.page, overwrite=True) as file:
        file.write(page.encode("utf-8", "xmlcharrefreplace"))


def _body(
    grid: Grid,
    folder: Folder,
    subject: Subject,
    failed: Mapping[str, str],
    command: Callable[[Mapping[str, Any], Path], str],
) -> Iterator[str]:
    shown = subject.shown()
    side = _SOURCE if len(shown) <= _MANY else _SMALL
    yield '<div class="sources">'
    for path, words in shown:
        yield f"<figure>{_image(path, words, side)}<figcaption>{escape(words)}</figcaption></figure>"
    yield "</div>"
    yield '<p class="quiet">Choose a picture to see it whole, with its costs and settings. Costs are comparable between'
    yield "pictures only where layers, alpha, beta and size are the same.</p>"
    yield '<div class="wide"><table class="grid">'
    yield from _table(grid, folder)
    yield "</table></div>"
    for i, cell in enumerate(grid.cells):
        told = folder.told(cell)
        yield f'<section id="{escape(cell.name)}"><h2>{escape(grid.title(cell))}</h2>'
        if told is None:
            yield f"<p>{escape(failed.get(cell.name, 'Not painted yet.'))}</p>"
        else:
            yield from _whole(grid, folder.file(cell), grid.title(cell), told, command)
        yield f'<p class="quiet">{_ways_on(grid, i)}</p></section>'


def _ways_on(grid: Grid, i: int) -> str:
    """Links from the picture of this number."""
    links = ['<a href="#top">All pictures</a>']
    for word, j in (("Previous", i - 1), ("Next", i + 1)):
        if 0 <= j < len(grid.cells):
            cell = grid.cells[j]
            links.append(f'<a href="#{escape(cell.name)}">{word}: {escape(grid.title(cell))}</a>')
    return " · ".join(links)


def _table(grid: Grid, folder: Folder) -> Iterator[str]:
    """The small pictures in their places."""
    places = {(cell.row, cell.column): cell for cell in grid.cells}
    two = len(grid.axes) == 2
    if two:
        corner = f"{escape(grid.axes[1].name)} ↓<br>{escape(grid.axes[0].name)} →"
        heads = "".join(f"<th>{_breakable(value.label)}</th>" for value in grid.axes[0].values)
        yield f'<tr><th class="beside">{corner}</th>{heads}</tr>'
    for row in range(grid.rows):
        cells = [places[row, column] for column in range(grid.columns) if (row, column) in places]
        head = f'<th class="beside">{_breakable(cells[0].labels[1])}</th>' if two else ""
        yield f"<tr>{head}{''.join(_small(grid, folder, cell, named=not two) for cell in cells)}</tr>"


def _small(grid: Grid, folder: Folder, cell: Cell, *, named: bool) -> str:
    title = grid.title(cell)
    shown = "…" if folder.told(cell) is None else _image(folder.file(cell), title, _SMALL)
    label = _breakable(cell.labels[0]) if named else ""
    return f'<td><a href="#{escape(cell.name)}">{shown}{label}</a></td>'


def _whole(
    grid: Grid,
    file: Path,
    title: str,
    told: Mapping[str, Any],
    command: Callable[[Mapping[str, Any], Path], str],
) -> Iterator[str]:
    """One picture in its own size, with all that is known of it."""
    recipe = impasto.read_recipe(file)
    yield f'<div class="whole">{_image(file, title, None)}<div>'
    parts = {name: value for name, value in told["cost"].items() if value or name not in _SELDOM}
    costs = {"J" if name == "total" else f"J {name}": f"{value:.4g}" for name, value in parts.items()}
    yield _facts(
        {
            **costs,
            "steps": f"{told['steps']}, {told['stopped']}",
            "time": f"{told['seconds']:g} s",
            "size": f"{recipe['width']} x {recipe['height']} pixels",
            "file": f"cells/{file.name}",
        }
    )
    yield f'<p class="label">The command that makes it:</p>{_command(command(recipe, Path(file.name)))}'
    settings = {hyphened(name): _shown(value) for name, value in recipe["settings"].items()}
    made = {
        **settings,
        "weights from": recipe["weights"]["source"],
        **{name: str(version) for name, version in recipe["versions"].items()},
    }
    yield f"<details><summary>All settings</summary>{_facts(made)}</details></div></div>"


def _command(line: str) -> str:
    """A command line that is broken between its words only, and is copied as one line."""
    return f"<pre>{' '.join(f'<span>{escape(word)}</span>' for word in line.split(' '))}</pre>"


def _facts(rows: Mapping[str, str]) -> str:
    cells = (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows.items())
    return f'<table class="facts">{"".join(cells)}</table>'


def _image(file: Path, title: str, side: int | None) -> str:
    picture = thumbnail(file, side)
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<img {size} alt="{escape(title)}" src="{data_uri(picture)}">'


def _breakable(label: str) -> str:
    """A list of layers may go on in the next line."""
    return escape(label).replace("+", "+<wbr>")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {weight:g}" for name, weight in value.items())
    return "on" if value is True else "off" if value is False else "–" if value is None else str(value)
