"""The live display on a terminal."""

from typing import TYPE_CHECKING, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from impasto.cli.reporter import Reporter, Title
from impasto.faces.progress import Meter, facts_of
from impasto.faces.words import clock
from impasto.memory.process import resident
from impasto.settings.amounts import in_words

if TYPE_CHECKING:
    from impasto import Event, Step

_WIDEST = 76
_REFRESH = 4
"""Pictures a second: the clock ticks, and nothing is taken from the painting."""


class Live(Reporter):
    """Scale, step, cost, memory, a bar and the time left; gone when the painting is done."""

    def __init__(self, console: Console):
        self._console = console
        self._spinner: Spinner | None = None
        self._title: Title | None = None
        self._part = ""
        self._step: Step | None = None
        self._event: Event | None = None
        self._stopping = False
        self._meter = Meter()
        self._live = RichLive(
            self, console=console, refresh_per_second=_REFRESH, transient=True, redirect_stdout=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()

    def loading(self, what: str) -> None:
        """A spinner until painting begins."""
        self._spinner = Spinner("dots", Text(what))
        self._live.refresh()

    def begin(self, title: Title, seconds: float) -> None:
        """The display takes the spinner's place."""
        self._title = title
        self._meter.begin(seconds)

    def part(self, name: str, number: int, of: int) -> None:
        """Shown above the figures."""
        self._part = f"Picture {number} of {of}: {name}"

    def event(self, event: "Event") -> None:
        """Shown in the place of the cost until the next step."""
        self._event = event

    def step(self, step: "Step") -> None:
        """Shown at the next refresh."""
        self._meter.step(step)
        self._step, self._event = step, None

    def stopping(self) -> None:
        """The hint at the foot says what happens."""
        self._stopping = True

    def note(self, text: str) -> None:
        """A line above the display."""
        self._console.print(Text.assemble(("note: ", "bold yellow"), text), soft_wrap=True)

    def __rich__(self) -> RenderableType:
        if self._title is None:
            return self._spinner or Text()
        parts: list[RenderableType] = [
            self._heading(self._title),
            *([Text(self._part, overflow="ellipsis")] if self._part else []),
            Text(),
            self._figures(),
            Text(),
            self._bar(),
            self._foot(),
        ]
        return Padding(Group(*parts), (1, 2))

    def _heading(self, title: Title) -> Text:
        return Text.assemble(
            (title.content, "bold"), (" in the manner of ", "dim"), (title.style, "bold"), overflow="ellipsis"
        )

    def _figures(self) -> Table:
        table = Table.grid(padding=(0, 3, 0, 0))
        table.add_column(style="dim")
        table.add_column()
        for name, fact in (facts_of(self._step, self._event) | {"memory": in_words(resident())}).items():
            table.add_row(name.capitalize(), fact)
        return table

    def _bar(self) -> Table:
        done, left = self._meter.task.completed, self._meter.left()
        width = max(10, min(self._console.width - 4, _WIDEST) - 42)
        bar = ProgressBar(total=1.0, completed=done, width=width, complete_style="cyan")
        times = f"{clock(self._meter.task.elapsed or 0)} gone"
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_row(
            bar,
            Text(f"{done:4.0%}", style="bold"),
            times if left is None else f"{times}, about {clock(left)} left",
        )
        return row

    def _foot(self) -> Text:
        if self._stopping:
            return Text("Stopping after this step. Ctrl-C again stops at once.", style="yellow")
        return Text("Ctrl-C stops; the picture so far is kept, and you can go on later.", style="dim")
