"""A report as text: each measure with its sentence, its source and its numbers."""

import textwrap
from collections.abc import Iterator
from typing import Any

from impasto.measures.measure import Measure, Report

WIDTH = 100
OPTIMISED = " *"  # the mark after a layer that the painting was optimised for


def report_table(report: Report) -> str:
    """A report as text for a terminal: lines of at most WIDTH characters, where words allow it."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    about = report.about
    for role in ("result", "photograph", "painting"):
        yield f"{role:10}  {_picture(about[role])}"
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
            *(figure(row[column]) if column in row else "" for column in one.columns),
        ]
        for name, row in one.values.items()
    ]
    rows.insert(0, ["", *one.columns])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        others = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(["   ", row[0].ljust(widths[0]), *others]).rstrip()


def figure(value: float) -> str:
    """Four figures at most; whole numbers as such.

    >>> figure(0.012345), figure(171.0), figure(0.0), figure(3.1e-7)
    ('0.01235', '171', '0', '3.1e-07')
    """
    return f"{value:.4g}"


def _picture(one: dict[str, Any]) -> str:
    width, height = one["size"]
    own = "" if "own size" not in one else " (its own: {} x {})".format(*one["own size"])
    return f"{one['name']}, compared at {width} x {height} pixels{own}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
