"""The displays of a batch: live on a terminal, otherwise a line for each picture."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Self

from impasto.batch.engine import Ended, Event, Lost
from impasto.batch.progress import Progress
from impasto.cli.interrupt import finishing_the_step
from impasto.cli.messages import note
from impasto.faces.words import clock

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

_WIDEST = 60
"""Characters of the bar."""
_MOST_WORKERS = 20
"""More are not shown one by one."""


class Lines(Progress):
    """A line for each picture that is done, on stderr."""

    def event(self, event: Event) -> None:
        """Say what has ended."""
        super().event(event)
        if isinstance(event, Lost):
            self._write(f"{event.worker} is gone; {_names(event)} is painted on by another")
        if not isinstance(event, Ended) or event.stopped:
            return
        number = f"{self.before + self.ended} of {self.before + self.total}"
        what = f"failed: {event.failed}" if event.failed is not None else _what(event)
        left = self.left()
        rest = f", {clock(left)} left" if left and self.ended < self.total else ""
        self._write(f"{number}: {event.task.name} {what}{rest}")

    def note(self, text: str) -> None:
        """Say it."""
        note(text)

    def stopping(self) -> None:
        """Say that Ctrl-C was heard."""
        self._write("stopping after the steps at work; Ctrl-C again stops at once")

    def _write(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class Live(Progress):
    """A bar for the whole and a line for each worker, gone at the end; failures stay, above it."""

    def __init__(self, left: int, before: int, console: "Console"):
        from rich.live import Live as RichLive

        super().__init__(left, before)
        self._console, self._stopping = console, False
        self._live = RichLive(
            self, console=console, refresh_per_second=2, transient=True, redirect_stdout=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()

    def event(self, event: Event) -> None:
        """Shown at the next refresh; a failure at once."""
        super().event(event)
        if isinstance(event, Ended) and event.failed is not None:
            self.note(f"{event.task.name} failed: {event.failed}")
        if isinstance(event, Lost):
            self.note(f"{event.worker} is gone; {_names(event)} is painted on by another")

    def note(self, text: str) -> None:
        """A line above the display."""
        from rich.text import Text

        self._console.print(Text.assemble(("note: ", "bold yellow"), text), soft_wrap=True)

    def stopping(self) -> None:
        """The foot says it."""
        self._stopping = True

    def __rich__(self) -> "RenderableType":
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        foot = (
            Text("Stopping after the steps at work. Ctrl-C again stops at once.", style="yellow")
            if self._stopping
            else Text("Ctrl-C stops; what is begun is kept, and you can go on later.", style="dim")
        )
        return Padding(Group(self._whole(), Text(), self._each(), Text(), foot), (1, 2))

    def _whole(self) -> "Table":
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        left = self.left()
        row = Table.grid(padding=(0, 2, 0, 0))
        count = f"{self.before + self.ended} of {self.before + self.total}"
        failed = f", {self.failed} failed" if self.failed else ""
        times = f"{clock(self.gone)} gone" + ("" if left is None else f", about {clock(left)} left")
        width = max(10, min(_WIDEST, self._console.width - 50))
        bar = ProgressBar(total=1.0, completed=self.done, width=width, complete_style="cyan")
        row.add_row(bar, Text(count + failed, style="bold"), times)
        return row

    def _each(self) -> "Table":
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2, 0, 0))
        shown = sorted(self.workers.items())[:_MOST_WORKERS]
        for worker, told in shown:
            bar = ProgressBar(total=1.0, completed=told.done, width=12, complete_style="cyan")
            name = Text(told.task.name, overflow="ellipsis", no_wrap=True)
            table.add_row(Text(worker, style="dim"), bar, name, Text(told.words, style="dim"))
        if len(self.workers) > _MOST_WORKERS:
            table.add_row("", "", Text(f"and {len(self.workers) - _MOST_WORKERS} more", style="dim"))
        return table


def show_batch(
    events: Iterable[Event], left: int, before: int, quiet: bool, stop: Callable[[], None]
) -> bool:
    """Show what happens until it is over.

    Args:
        events: of the engine.
        left: tasks to be done.
        before: tasks that were done before.
        quiet: whether nothing is shown.
        stop: called at the first Ctrl-C.

    Returns:
        Whether Ctrl-C was pressed.

    Raises:
        KeyboardInterrupt: at the second Ctrl-C.
    """
    told: set[str] = set()
    with _display(left, before, quiet) as display:

        def stopping() -> None:
            display.stopping()
            stop()

        with finishing_the_step(stopping) as interruption:
            for event in events:
                display.event(event)
                for text in _notes(event):
                    if text not in told:
                        display.note(text)
                        told.add(text)
        return interruption.asked


def _notes(event: Event) -> Sequence[str]:
    result = event.result if isinstance(event, Ended) else None
    return result.get("notes", ()) if isinstance(result, dict) else ()


def _display(left: int, before: int, quiet: bool) -> Progress:
    """The display that fits where stderr goes: live on a terminal, otherwise lines, or none."""
    if quiet:
        return Progress(left, before)
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    # Asked of stderr itself: FORCE_COLOR makes rich take a file for a terminal.
    live = sys.stderr.isatty() and not console.is_dumb_terminal
    return Live(left, before, console) if live else Lines(left, before)


def _what(event: Ended) -> str:
    """What became of a task, in words."""
    result = event.result if isinstance(event.result, dict) else {}
    if result.get("outcome") == "found":
        return "was there"
    seconds, resumed = result.get("seconds"), result.get("resumed")
    words = f"painted in {seconds:.0f} s" if isinstance(seconds, int | float) else "done"
    begun = f", from step {resumed} on" if resumed else ""
    return f"{words}{begun}" + (f" by {event.worker}" if event.worker else "")


def _names(event: Lost) -> str:
    return " and ".join(task.name for task in event.tasks)
