"""The contact sheet: all pictures of a grid in one, with the values they were painted with."""

import warnings
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from impasto.explore.grid import Cell, Grid
from impasto.explore.pixels import array, thumbnail
from impasto.files.atomic_write import replacing

LARGEST_PICTURE = 384
"""A picture on the sheet is its own size, or so many pixels on its long side."""
LARGEST_SHEET = 4096
"""Pixels per side that the pictures of a sheet may take together."""

_MARGIN, _GAP, _TEXT, _LINE = 16, 10, 13, 18
_NARROWEST = 90
_PAPER, _BLANK = 255, 238


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in pixels from the top left corner.

    picture: width and height of a place for a picture. title: height of the lines above everything. head: height of
    the labels over a row of pictures; heads: 1 when only the first row has them, else the number of rows. side: width
    of the labels to the left of the rows.
    """

    columns: int
    rows: int
    picture: tuple[int, int]
    title: int
    head: int
    side: int
    heads: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet."""
        width = 2 * _MARGIN + self.side + self.columns * (self.picture[0] + _GAP) - _GAP
        height = (
            2 * _MARGIN + self.title + self.heads * self.head + self.rows * (self.picture[1] + _GAP) - _GAP
        )
        return width, height

    def place(self, column: int, row: int) -> tuple[int, int]:
        """Left and top of the picture at this place."""
        heads = 1 if self.heads == 1 else row + 1
        left = _MARGIN + self.side + column * (self.picture[0] + _GAP)
        return left, _MARGIN + self.title + heads * self.head + row * (self.picture[1] + _GAP)


def write_sheet(path: Path, grid: Grid, file: Callable[[Cell], Path | None], title: str) -> None:
    """Write the contact sheet of a grid as a PNG; an earlier one is replaced.

    file: where a cell's picture is, None while it is not painted: its place stays grey.
    Raises OutputError when it cannot be written.
    """
    side = min(LARGEST_PICTURE, LARGEST_SHEET // max(grid.columns, grid.rows))
    files = {cell.name: file(cell) for cell in grid.cells}
    pictures = {name: array(thumbnail(found, side)) for name, found in files.items() if found is not None}
    pen = _Pen()
    layout = _layout(grid, pictures, pen, title)
    sheet = pen.written(layout.size, _labels(grid, layout, pen, title))
    for cell in grid.cells:
        left, top = layout.place(cell.column, cell.row)
        width, height = layout.picture
        picture = pictures.get(cell.name)
        if picture is None:
            sheet[top : top + height, left : left + width] = _BLANK
        else:
            across, down = (width - picture.shape[1]) // 2, (height - picture.shape[0]) // 2
            top, left = top + down, left + across
            sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    image = pyvips.Image.new_from_array(sheet, interpretation="srgb")
    with replacing(path, overwrite=True) as out:
        out.write(image.pngsave_buffer(keep="none"))


def _layout(grid: Grid, pictures: Mapping[str, np.ndarray], pen: "_Pen", title: str) -> Layout:
    sizes = [(one.shape[1], one.shape[0]) for one in pictures.values()] or [(_NARROWEST, _NARROWEST)]
    width, height = max(_NARROWEST, *(w for w, _ in sizes)), max(h for _, h in sizes)
    across = [pen.wrapped(text, width) for text in _across(grid)]
    down = [pen.wrapped(text, LARGEST_PICTURE // 2) for text in _down(grid)]
    side = max((pen.width(line) for lines in down for line in lines), default=-_GAP) + _GAP
    whole = side + grid.columns * (width + _GAP) - _GAP
    return Layout(
        columns=grid.columns,
        rows=grid.rows,
        picture=(width, height),
        title=(len(pen.wrapped(title, whole)) + len(pen.wrapped(_axes(grid), whole))) * _LINE + _GAP,
        head=max(len(lines) for lines in across) * _LINE + 2,
        side=side,
        heads=grid.rows if len(grid.axes) == 1 else 1,
    )


def _labels(grid: Grid, layout: Layout, pen: "_Pen", title: str) -> list[tuple[float, float, str, str]]:
    """(left end or middle, top, which of the two, text) of every line on the sheet."""
    width, height = layout.picture
    whole = layout.size[0] - 2 * _MARGIN
    lines = [*pen.wrapped(title, whole), *pen.wrapped(_axes(grid), whole)]
    found: list[tuple[float, float, str, str]] = [
        (_MARGIN, _MARGIN + i * _LINE, "left", line) for i, line in enumerate(lines)
    ]
    for cell in grid.cells:
        left, top = layout.place(cell.column, cell.row)
        if len(grid.axes) == 1 or cell.row == 0:
            above = pen.wrapped(cell.labels[0], width)
            first = top - 2 - len(above) * _LINE
            found += [(left + width / 2, first + i * _LINE, "center", line) for i, line in enumerate(above)]
        if len(grid.axes) == 2 and cell.column == 0:
            beside = pen.wrapped(cell.labels[1], layout.side)
            first = top + (height - len(beside) * _LINE) // 2
            found += [(_MARGIN, first + i * _LINE, "left", line) for i, line in enumerate(beside)]
    return found


def _across(grid: Grid) -> list[str]:
    return [value.label for value in grid.axes[0].values]


def _down(grid: Grid) -> list[str]:
    return [value.label for value in grid.axes[1].values] if len(grid.axes) == 2 else []


def _axes(grid: Grid) -> str:
    names = [axis.name for axis in grid.axes]
    return f"{names[0]} across, {names[1]} down" if len(names) == 2 else names[0]


class _Pen:
    """Text in matplotlib's own typeface, so that a sheet looks the same everywhere."""

    def __init__(self) -> None:
        from matplotlib.font_manager import FontProperties

        self._font = FontProperties(family="DejaVu Sans", size=_TEXT)
        self._renderer = self._canvas((1, 1)).get_renderer()

    def width(self, text: str) -> int:
        """Pixels that a line takes."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of characters that the typeface lacks
            return int(self._renderer.get_text_width_height_descent(text, self._font, False)[0]) + 1

    def wrapped(self, text: str, width: int) -> list[str]:
        """The text in lines of at most `width` pixels, broken after spaces, `+` and `,`, or anywhere if need be."""
        lines: list[str] = []
        line = ""
        for piece in _pieces(text):
            while line and self.width(line + piece.rstrip()) > width:
                lines, line = [*lines, line.rstrip()], ""
            while len(piece) > 1 and self.width(piece.rstrip()) > width:
                fits = max(1, bisect_right(range(1, len(piece)), width, key=lambda n: self.width(piece[:n])))
                lines, piece = [*lines, piece[:fits]], piece[fits:]
            line += piece
        return [*lines, line.rstrip()] if line.strip() or not lines else lines

    def written(self, size: tuple[int, int], labels: Sequence[tuple[float, float, str, str]]) -> np.ndarray:
        """White paper [height, width, 3] with these lines on it."""
        width, height = size
        canvas = self._canvas((width + 1, height + 1))  # one more: a size in inches is not exact
        for x, top, alignment, text in labels:
            canvas.figure.text(
                x / (width + 1),
                1 - top / (height + 1),
                text,
                fontproperties=self._font,
                ha=alignment,
                va="top",
                parse_math=False,
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            canvas.draw()
        return np.array(canvas.buffer_rgba())[:height, :width, :3]

    @staticmethod
    def _canvas(size: tuple[int, int]) -> Any:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure  # not pyplot: it looks for a display, and keeps every figure

        # At 72 dots an inch a point is a pixel.
        return FigureCanvasAgg(
            Figure(figsize=((size[0] + 0.5) / 72, (size[1] + 0.5) / 72), dpi=72, facecolor="white")
        )


def _pieces(text: str) -> list[str]:
    """What a line may be broken after: the text, joined again."""
    pieces: list[str] = []
    start = 0
    for i, character in enumerate(text, 1):
        if character in " +,":
            pieces, start = [*pieces, text[start:i]], i
    return [*pieces, text[start:]] if text[start:] else pieces
