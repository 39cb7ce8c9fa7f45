"""`impasto plan`."""

import json
import sys
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_inputs
from impasto.cli.job import start_file
from impasto.cli.messages import note, say
from impasto.cli.options import given, paintings, takes_masks, takes_settings, where_of
from impasto.settings import Settings
from impasto.settings.values import bytes_text
from impasto.ui.guides import inputs_of
from impasto.ui.progress import duration

if TYPE_CHECKING:
    from rich.table import Table

    from impasto.memory.plan import Plan, PlannedScale

_HEADINGS = ("Scale", "Steps", "Computed", "Solver", "Memory", "Time")


@takes_settings
@takes_masks
def plan(content: p.Content, style: p.Styles, as_json: p.Json = False, **fields: Any) -> int:
    """Say in advance what a painting will take: memory, time, and how each scale will be computed."""
    where, styles, named = where_of(fields), paintings(style), given(fields)
    settings = Settings.from_dict(named)
    start = start_file(settings.start)
    check_inputs(inputs_of(content, styles, start, where))
    found = impasto.Stylizer(settings).paint(content, styles, start=start, **where).plan()
    if as_json:
        say(json.dumps(found.as_dict(), indent=2))
    else:
        _show(found)
    return 0


def _show(found: "Plan") -> None:
    rows = [_row(one) for one in found.scales]
    if sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False).print(_table(rows))
    else:
        widths = [max(len(cell) for cell in column) for column in zip(_HEADINGS, *rows, strict=True)]
        for row in (_HEADINGS, *rows):
            say("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    say()
    origin = "as --memory says" if found.named else "a safe part of what is free"
    most = f"{bytes_text(found.limit)} may be taken, {origin}"
    say(f"At most {bytes_text(found.peak)} of {found.demand.where}; {most}.")
    if found.seconds is not None:
        say(f"About {duration(found.seconds)}, as fast as this machine is now.")
    for text in found.notes():
        note(text)


def _table(rows: list[tuple[str, ...]]) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right" if heading in ("Steps", "Memory", "Time") else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _row(one: "PlannedScale") -> tuple[str, ...]:
    height, width = one.scale.size
    size, time = f"{width} x {height}", "" if one.seconds is None else duration(one.seconds)
    return size, str(one.scale.steps), _computed(one), one.solver_words, bytes_text(one.peak), time


def _computed(one: "PlannedScale") -> str:
    layout = one.layout
    if layout.tile is None:
        return "whole"
    if layout.deep_tile is None:
        return f"tiles of {layout.tile}"
    deep = "whole" if layout.deep_tile >= max(one.scale.size) else str(layout.deep_tile)
    return f"tiles of {layout.tile}; deep layers {deep}"
