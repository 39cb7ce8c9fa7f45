"""A report to read: as text, each measure with its sentence, source and numbers; and as one picture.

The picture has the parents, the result and the difference above, the curves below them, and the other numbers last.
"""

import json
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor
from torch.nn import functional

from impasto.files.atomic_write import replacing
from impasto.files.figure import EXTENSIONS, check_figure, save_figure
from impasto.images.resize import fitted_size
from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, Measure, Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 100  # characters of a line of the text
OPTIMISED = " *"  # the mark after a layer that the painting was optimised for
SHOWN = 640  # pixels: the long side at which the pictures are shown at most
FULL_DIFFERENCE = 0.5  # the change in OKLab that is shown as the brightest; black to white is 1
TEXT_WIDTH = 60  # characters of a line of numbers, of which two columns stand side by side

_COLORS = {RESULT: "C3", PHOTOGRAPH: "C0", PAINTING: "C2"}
_MARKERS = {RESULT: "o", PHOTOGRAPH: "s", PAINTING: "^"}


def report_table(report: Report) -> str:
    """A report as text for a terminal: lines of at most WIDTH characters, where words allow it."""
    return "\n".join(_lines(report))


def save_report(report: Report, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a report's numbers as .json, or its page as .png, .pdf or .svg.

    Raises:
        SettingsError: another extension.
        OutputError: the file exists and `overwrite` is off, or it cannot be written.
    """
    target = Path(path)
    check_figure(target, overwrite, "report", (".json", *EXTENSIONS))
    if target.suffix.lower() != ".json":
        save_figure(page(report), target, overwrite, dpi=110)
        return
    with replacing(target, overwrite) as file:
        file.write((json.dumps(report.as_dict(), indent=1) + "\n").encode())


def page(report: Report) -> "Figure":
    """The page as matplotlib's figure."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure  # not pyplot: it looks for a display, and holds on to every figure

    with rc_context({"font.size": 9, "axes.titlesize": 10}):
        drawn = Figure(figsize=(13, 10.5), layout="constrained")
        parts: Any = drawn.subfigures(3, 1, height_ratios=(3.2, 3.4, 3.6))
        for part, draw in zip(parts, (_pictures, _curves, _rest), strict=True):
            draw(part, report)
        drawn.suptitle(f"{report.about['result']['name']}, measured", fontsize=12)
    return drawn


def _lines(report: Report) -> Iterator[str]:
    about = report.about
    for role in ("result", "photograph", "painting"):
        yield f"{role:10}  {_compared(about[role])}"
    for note in report.notes:
        yield from _wrapped(f"Note: {note}.", "")
    for one in report.measures:
        kind = one.name.removesuffix(" distance")
        yield ""
        yield f"{one.name}, {one.unit}" if one.unit else one.name
        yield from _wrapped(one.sentence, "  ")
        yield from _wrapped(f"Source: {one.source}", "  ")
        yield from _numbers(one, about["optimised"].get(kind, ()))
    yield ""
    yield f"{OPTIMISED.strip()} a layer that the settings optimise"


def _numbers(one: Measure, optimised: list[str]) -> Iterator[str]:
    rows = [
        [
            name + (OPTIMISED if name in optimised else ""),
            *(_number(row[column]) if column in row else "" for column in one.columns),
        ]
        for name, row in one.values.items()
    ]
    rows.insert(0, ["", *one.columns])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        others = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(["   ", row[0].ljust(widths[0]), *others]).rstrip()


def _number(value: float) -> str:
    """Four figures at most; whole numbers as such.

    >>> _number(0.012345), _number(171.0), _number(0.0), _number(3.1e-7)
    ('0.01235', '171', '0', '3.1e-07')
    """
    return f"{value:.4g}"


def _compared(one: dict[str, Any]) -> str:
    width, height = one["size"]
    own = "" if "own size" not in one else " (its own: {} x {})".format(*one["own size"])
    return f"{one['name']}, compared at {width} x {height} pixels{own}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _pictures(part: Any, report: Report) -> None:
    compared = report.images
    change = (compared.labs[0] - compared.labs[1]).square().sum(dim=1, keepdim=True).sqrt()
    shown = {PHOTOGRAPH: compared.content, PAINTING: compared.style, RESULT: compared.result}
    axes = part.subplots(1, 4)
    for place, (name, image) in zip(axes, shown.items(), strict=False):
        place.imshow(_small(image))
        width, height = report.about[name]["size"]
        place.set_title(f"{name}, {width} × {height}")
    drawn = axes[3].imshow(_small(change)[..., 0], vmin=0, vmax=FULL_DIFFERENCE, cmap="magma")
    axes[3].set_title("difference to the photograph, OKLab")
    part.colorbar(drawn, ax=axes[3], shrink=0.7)
    for place in axes:
        place.set_axis_off()


def _small(image: Tensor) -> np.ndarray:
    """[H, W, C] in float32, at most SHOWN pixels long."""
    height, width = image.shape[2:]
    if max(height, width) > SHOWN:
        image = functional.interpolate(image, fitted_size(height, width, SHOWN), mode="area")
    return np.asarray(image[0].permute(1, 2, 0).numpy())


def _curves(part: Any, report: Report) -> None:
    named = (("content distance", "content"), ("style distance", "style"), ("sharpness", ""))
    for place, (name, kind) in zip(part.subplots(1, 3), named, strict=True):
        one = report[name]
        for column in one.columns:
            rows = [row for row, values in one.values.items() if column in values]
            place.plot(rows, one.column(column), marker=_MARKERS[column], color=_COLORS[column], label=column)
        _mark(place, report.about["optimised"].get(kind, ()))
        if kind == "style" and all(value > 0 for column in one.columns for value in one.column(column)):
            place.set_yscale("log")  # it spans powers of ten from layer to layer
        else:
            highest = max(value for column in one.columns for value in one.column(column))
            place.set_ylim(0, 1.08 * highest or 1)
        place.set_title(name if one.unit == "" else f"{name}: {one.unit}")
        place.legend(frameon=False)


def _mark(place: Any, optimised: list[str]) -> None:
    """A grid; the layers that the settings optimise in bold."""
    place.grid(alpha=0.25)
    place.spines[["top", "right"]].set_visible(False)
    place.tick_params(axis="x", labelrotation=45)
    for label in place.get_xticklabels():
        if label.get_text() in optimised:
            label.set_fontweight("bold")


def _rest(part: Any, report: Report) -> None:
    """Bars for noise and lattice; what has no curve as text."""
    noise, lattice, left, right = part.subplots(1, 4, width_ratios=(2, 2.4, 2.6, 2.6))
    _bars(noise, report["noise"])
    noise.set_ylabel("steps of 255")
    _bars(lattice, report["lattice"])
    lattice.axhline(1, color="0.4", linewidth=0.8)
    lattice.set_ylim(bottom=0.9)
    charted = ("content distance", "style distance", "sharpness", "noise", "lattice")
    texts = [_text(one) for one in report.measures if one.name not in charted]
    half = (len(texts) + 1) // 2
    for place, some in ((left, texts[:half]), (right, texts[half:])):
        place.set_axis_off()
        place.text(0, 1, "\n\n".join(some), va="top", family="monospace", fontsize=8)


def _bars(place: Any, one: Measure) -> None:
    rows, columns = list(one.values), one.columns
    width = 0.8 / len(columns)
    for i, column in enumerate(columns):
        places = [row + width * (i - (len(columns) - 1) / 2) for row in range(len(rows))]
        place.bar(places, one.column(column), width, label=column, color=_COLORS[column])
    place.set_xticks(range(len(rows)), [row.removeprefix("every ") for row in rows])
    place.set_title(one.name)
    place.spines[["top", "right"]].set_visible(False)
    place.legend(frameon=False)


def _text(one: Measure) -> str:
    lines = [one.name.upper()]
    for row, values in one.values.items():
        line = f"{row}: " + ", ".join(_cell(column, value) for column, value in values.items())
        lines += textwrap.wrap(line, TEXT_WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


def _cell(column: str, value: float) -> str:
    return _number(value) if column in (RESULT, "distance", "difference") else f"{column} {_number(value)}"
