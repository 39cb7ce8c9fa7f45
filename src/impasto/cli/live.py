"""The live displays on a terminal: of a painting, and of a batch."""

from typing import TYPE_CHECKING, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from impasto.batch.engine import Ended, Lost
from impasto.batch.engine import Event as BatchEvent
from impasto.cli.reporter import BatchReporter, Reporter, Title, lost_worker_text
from impasto.memory.process import resident
from impasto.settings.values import bytes_text
from impasto.ui.progress import Meter, clock, facts_of

if TYPE_CHECKING:
    from impasto import Event, Step

_WIDEST, _WIDEST_OF_BATCH = 76, 60  # characters: of the display of a painting, and of the bar of a batch
_MOST_WORKERS = 20  # workers that are shown one by one
_REFRESH = 4  # pictures a second: the clock ticks, and nothing is taken from the painting


class OnTerminal:
    """The display that rich shows at the foot of a terminal while this context lasts; notes stay above it.

    refresh: pictures a second.
    """

    def __init__(self, console: Console, refresh: int):
        self._console, self._stopping = console, False
        self._live = RichLive(
            self, console=console, refresh_per_second=refresh, transient=True, redirect_stdout=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()

    def __rich__(self) -> RenderableType:
        raise NotImplementedError

    def stopping(self) -> None:
        """Say at the foot that the painting stops after this step."""
        self._stopping = True

    def note(self, text: str) -> None:
        """Print a note above the display."""
        self._console.print(Text.assemble(("note: ", "bold yellow"), text), soft_wrap=True)


def _bar_row(done: float, width: int, count: str, gone: float, left: float | None) -> Table:
    """A bar with a count beside it, and the seconds that are gone and left."""
    row = Table.grid(padding=(0, 2, 0, 0))
    bar = ProgressBar(total=1.0, completed=done, width=width, complete_style="cyan")
    times = f"{clock(gone)} gone" + ("" if left is None else f", about {clock(left)} left")
    row.add_row(bar, Text(count, style="bold"), times)
    return row


class Live(OnTerminal, Reporter):
    """Scale, step, cost, memory, a bar and the time left; gone when the painting is done."""

    def __init__(self, console: Console):
        super().__init__(console, _REFRESH)
        self._spinner: Spinner | None = None
        self._title: Title | None = None
        self._part = ""
        self._step: Step | None = None
        self._event: Event | None = None
        self._meter = Meter()

    def loading(self, what: str) -> None:
        self._spinner = Spinner("dots", Text(what))
        self._live.refresh()

    def begin(self, title: Title, seconds: float) -> None:
        self._title = title
        self._meter.begin(seconds)

    def part(self, name: str, number: int, of: int) -> None:
        self._part = f"Picture {number} of {of}: {name}"

    def event(self, event: "Event") -> None:
        self._event = event

    def step(self, step: "Step") -> None:
        self._meter.step(step)
        self._step, self._event = step, None

    def __rich__(self) -> RenderableType:
        if self._title is None:
            return self._spinner or Text()
        part = [Text(self._part, overflow="ellipsis")] if self._part else []
        heading = self._heading(self._title), *part, Text()
        return Padding(Group(*heading, self._figures(), Text(), self._bar(), self._foot()), (1, 2))

    def _heading(self, title: Title) -> Text:
        words = (title.content, "bold"), (" in the manner of ", "dim"), (title.style, "bold")
        return Text.assemble(*words, overflow="ellipsis")

    def _figures(self) -> Table:
        table = Table.grid(padding=(0, 3, 0, 0))
        table.add_column(style="dim")
        table.add_column()
        for name, fact in (facts_of(self._step, self._event) | {"memory": bytes_text(resident())}).items():
            table.add_row(name.capitalize(), fact)
        return table

    def _bar(self) -> Table:
        done, gone = self._meter.task.completed, self._meter.task.elapsed or 0
        width = max(10, min(self._console.width - 4, _WIDEST) - 42)
        return _bar_row(done, width, f"{done:4.0%}", gone, self._meter.left())

    def _foot(self) -> Text:
        if self._stopping:
            return Text("Stopping after this step. Ctrl-C again stops at once.", style="yellow")
        return Text("Ctrl-C stops; the picture so far is saved, and you can go on later.", style="dim")


class LiveBatch(OnTerminal, BatchReporter):
    """A bar for the whole and a line for each worker, gone at the end; failures stay, above it."""

    def __init__(self, left: int, before: int, console: Console):
        BatchReporter.__init__(self, left, before)
        OnTerminal.__init__(self, console, refresh=2)

    def event(self, event: BatchEvent) -> None:
        super().event(event)
        if isinstance(event, Ended) and event.failed is not None:
            self.note(f"{event.task.name} failed: {event.failed}")
        if isinstance(event, Lost):
            self.note(lost_worker_text(event))

    def __rich__(self) -> RenderableType:
        foot = Text("Ctrl-C stops; what is begun is saved, and you can go on later.", style="dim")
        if self._stopping:
            foot = Text("Stopping after the steps at work. Ctrl-C again stops at once.", style="yellow")
        return Padding(Group(self._whole(), Text(), self._each(), Text(), foot), (1, 2))

    def _whole(self) -> Table:
        failed = f", {self.failed} failed" if self.failed else ""
        width = max(10, min(_WIDEST_OF_BATCH, self._console.width - 50))
        return _bar_row(self.done, width, self.count + failed, self.gone, self.left())

    def _each(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        shown = sorted(self.workers.items())[:_MOST_WORKERS]
        for worker, task in shown:
            bar = ProgressBar(total=1.0, completed=task.done, width=12, complete_style="cyan")
            name = Text(task.task.name, overflow="ellipsis", no_wrap=True)
            table.add_row(Text(worker, style="dim"), bar, name, Text(task.words, style="dim"))
        if len(self.workers) > _MOST_WORKERS:
            table.add_row("", "", Text(f"and {len(self.workers) - _MOST_WORKERS} more", style="dim"))
        return table
