"""A grid of pictures, and its contact sheet: all of them in one, with the values they were painted with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Protocol

import pyvips

from impasto.files.atomic_write import replacing
from impasto.pages.pixels import thumbnail

LARGEST_PICTURE = 384  # a picture on the sheet is its own size, or so many pixels on its long side
LARGEST_SHEET = 4096  # pixels per side that the pictures of a sheet may take together
_MARGIN, _GAP, _TEXT, _LINE, _NARROWEST = 16, 10, 13, 18, 90  # pixels
_PAPER, _BLANK = [255] * 3, [238] * 3


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


def write_sheet(path: Path, grid: Grid, file: Callable[[Any], Path | None], title: str) -> None:
    """Write the contact sheet, as `draw_sheet` draws it, as a PNG; an earlier one is replaced. Raises OutputError.

    file: where a cell's picture is, None while it is not painted.
    """

    def picture(cell: Any, side: int) -> pyvips.Image | None:
        found = file(cell)
        return None if found is None else thumbnail(found, side)

    sheet = draw_sheet(grid, picture, title)
    with replacing(path, overwrite=True) as out:
        out.write(sheet.copy(interpretation="srgb").pngsave_buffer(keep="none"))


def draw_sheet(grid: Grid, picture: Callable[[Any, int], pyvips.Image | None], title: str) -> pyvips.Image:
    """The contact sheet of a grid, RGB in 8 bits: one of two axes across, the other down, a single one in rows.

    picture: a cell's picture, with a long side of at most so many pixels; None while it is not painted: its place stays
    grey. title: above everything, over the names of the axes.
    """
    side = min(LARGEST_PICTURE, LARGEST_SHEET // max(grid.columns, grid.rows))
    found = {cell.name: picture(cell, side) for cell in grid.cells}
    pictures = {name: one for name, one in found.items() if one is not None}
    width = max([_NARROWEST, *(one.width for one in pictures.values())])
    height = max([one.height for one in pictures.values()], default=_NARROWEST)
    blank = _plain(width, height, _BLANK)
    places = [_set(pictures.get(cell.name, blank), "centre", width, height) for cell in grid.cells]
    heads = _labels(grid.axes[0].labels, width, "centre")
    if len(grid.axes) == 1:
        pairs = zip(heads, places, strict=True)
        sheet = _joined([_stacked([head, place]) for head, place in pairs], grid.columns)
    else:
        sheet = _stacked([_joined(heads, grid.columns), _joined(places, grid.columns)])
        rows = _labels(grid.axes[1].labels, LARGEST_PICTURE // 2, "low")
        beside = _joined([_set(row, "west", row.width + _GAP, height) for row in rows], 1)
        sheet = _set(beside, "south", beside.width, sheet.height).join(sheet, "horizontal")
    names = [axis.name for axis in grid.axes]
    axes = "{} across, {} down".format(*names) if len(names) == 2 else names[0]
    lines = [_text(line, sheet.width, "low") for line in (title, axes)]
    lines = [_set(line, "north-west", sheet.width, line.height + _GAP) for line in lines]
    sheet = _stacked([*lines, sheet])
    return _set(sheet, "centre", sheet.width + 2 * _MARGIN, sheet.height + 2 * _MARGIN)


def _labels(texts: Sequence[str], width: int, align: str) -> list[pyvips.Image]:
    """Texts of one size, at most `width` wide; those over pictures are as wide, and stand on their pictures."""
    drawn = [_text(text, width, align) for text in texts]
    across = width if align == "centre" else max(one.width for one in drawn)
    down = max(one.height for one in drawn) + 2
    return [_set(one, "south" if align == "centre" else "west", across, down) for one in drawn]


def _text(text: str, width: int, align: str) -> pyvips.Image:
    """Black on white, in lines of at most `width` pixels, in matplotlib's own typeface: the same everywhere."""
    from matplotlib import get_data_path

    ink = pyvips.Image.text(
        escape(text).replace("+", "+\u200b").replace(",", ",\u200b") or "-",  # where a line may end, too
        font=f"DejaVu Sans {_TEXT}",
        fontfile=str(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")),
        width=width,
        align=align,
        wrap="word-char",
        dpi=72,  # a point is a pixel
    )
    lines = max(1, round(ink.height / _LINE))
    black = ink.invert()
    paper = _set(black.bandjoin([black] * 2), "centre", ink.width, max(ink.height, lines * _LINE))
    return paper.crop(0, 0, min(width, paper.width), paper.height)


def _plain(width: int, height: int, color: list[int]) -> pyvips.Image:
    return (pyvips.Image.black(width, height, bands=3) + color).cast("uchar")


def _set(image: pyvips.Image, where: str, width: int, height: int) -> pyvips.Image:
    """The image on paper of this size."""
    return image.gravity(where, width, height, extend="background", background=_PAPER)


def _stacked(images: list[pyvips.Image]) -> pyvips.Image:
    """Images of one width, one below the other."""
    below = images[0]
    for image in images[1:]:
        below = below.join(image, "vertical")
    return below


def _joined(images: list[pyvips.Image], across: int) -> pyvips.Image:
    """Images of one size in rows of `across`, a gap apart."""
    return pyvips.Image.arrayjoin(images, across=across, shim=_GAP, background=_PAPER)
