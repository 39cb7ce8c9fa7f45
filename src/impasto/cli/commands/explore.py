"""`impasto explore`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.cli import parameters as p
from impasto.cli.checks import check_inputs
from impasto.cli.display import make_reporter, show_batch
from impasto.cli.interrupt import FAILED, INTERRUPTED, Interruption, finishing_the_step
from impasto.cli.messages import say
from impasto.cli.options import given, paintings, takes_masks, takes_settings, where_of, words_of
from impasto.cli.reporter import Reporter, Title
from impasto.inputs.style_sources import joined_names
from impasto.ui.commands import as_option, command, operand
from impasto.ui.guides import inputs_of
from impasto.ui.progress import duration

if TYPE_CHECKING:
    from impasto.explore.grid import Grid
    from impasto.explore.paint import Explorer, Subject


@takes_settings
@takes_masks
def explore(
    content: p.Content,
    style: p.Styles,
    vary: p.Vary,
    output: p.Folder = None,
    size: p.ExploreSize = None,
    force: p.ForceGrid = False,
    workers: p.ExploreWorkers = None,
    quiet: p.Quiet = False,
    **fields: Any,
) -> int:
    """Paint a grid of small pictures that shows what one or two settings do; begun again, it goes on."""
    from impasto.explore.grid import make_grid  # these load numpy
    from impasto.explore.paint import Explorer, Subject

    where, file = where_of(fields), fields.pop("settings")
    named = given({"size": size, **fields})
    grid = make_grid(vary, named, given({"settings": file}))  # what is varied wins over the file
    subject = Subject(content, tuple(paintings(style)), where)
    check_inputs(inputs_of(content, subject.styles, None, where))
    path = output or _folder(subject, grid)
    words = ["impasto", "explore", operand(content), *(operand(Path(one)) for one in style), *words_of(where)]
    words += [word for text in vary for word in ("--vary", text)] + ["-o", operand(path)]
    words += [] if file is None else ["--settings", operand(file)]
    words += [word for name, value in named.items() for word in as_option(name, value)]
    try:
        with make_reporter(quiet) as report:
            report.loading("Reading the pictures and VGG-19 ...")
            explorer = Explorer(grid, subject, path, replace=force)
            for text in grid.notes(subject.protects):
                report.note(text)
            if workers is None:
                report.begin(Title(content.name, subject.manner, str(path), explorer.size), 0.0)
                with finishing_the_step(report.stopping) as interruption:
                    complete = _all(explorer, report, interruption)
                    if not complete:
                        explorer.stop()
                    explorer.publish()
        if workers is not None:
            events = explorer.on_workers(workers)
            show_batch(events, len(explorer.todo), explorer.done, quiet, explorer.stop)
            complete = explorer.done + len(explorer.failed) == len(explorer.grid.cells)
            explorer.publish()
    except KeyboardInterrupt:
        if not quiet:
            say("Stopped at once. Go on with what is finished, by:")
            say(f"  {command(words)}")
        return INTERRUPTED
    if not quiet:
        _say_ended(explorer, complete, command(words))
    return INTERRUPTED if not complete else FAILED if explorer.failed else 0


def _all(explorer: "Explorer", report: Reporter, interruption: Interruption) -> bool:
    """Paint until nothing is left, or Ctrl-C; whether nothing is left."""
    from impasto.explore.paint import CellBegun, CellEnded, CellStepped

    shown: set[str] = set()
    left = len(explorer.todo)
    for event in explorer:
        if isinstance(event, CellBegun):
            report.part(explorer.grid.title(event.cell), event.number, event.of)
            for text in dict.fromkeys(event.notes):
                if text not in shown:
                    report.note(text)
            shown.update(event.notes)
        elif isinstance(event, CellStepped):
            report.step(replace(event.step, done=event.done))
            if interruption.asked and event.step.done < 1:
                return False
        elif isinstance(event, CellEnded):
            left -= 1
            if event.failed:
                report.note(f"{explorer.grid.title(event.cell)} failed: {event.failed}")
            if interruption.asked and left:
                return False
    return True


def _folder(subject: "Subject", grid: "Grid") -> Path:
    """The default folder, named for what is explored, in the current folder."""
    manner = joined_names([path.stem for path, _ in subject.styles]).replace(" ", "-")
    return Path("-".join([subject.content.stem, manner, *(axis.name for axis in grid.axes)]))


def _say_ended(explorer: "Explorer", complete: bool, again: str) -> None:
    folder, whole = explorer.folder, len(explorer.grid.cells)
    if not complete:
        say(f"Stopped; {explorer.done} of {whole} pictures are finished. Go on with:")
        say(f"  {again}")
    elif explorer.todo:
        ready = whole - len(explorer.todo)
        seconds = sum((folder.record(cell) or {"seconds": 0})["seconds"] for cell in explorer.todo)
        before = f"; {ready} {'was' if ready == 1 else 'were'} finished before" if ready else ""
        painted = len(explorer.todo) - len(explorer.failed)
        say(f"Painted {painted} {'picture' if painted == 1 else 'pictures'} in {duration(seconds)}{before}.")
    else:
        say(f"All {whole} pictures were finished before.")
    say(f"See them in {folder.page}; on one sheet: {folder.sheet}.")
