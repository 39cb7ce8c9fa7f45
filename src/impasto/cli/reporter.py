"""The displays of a painting: what all of them have in common, and which one is shown."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from impasto.distributed.process_info import process_info

if TYPE_CHECKING:
    from rich.console import Console

    from impasto import Event, Step


@dataclass(frozen=True)
class Title:
    """The title of a painting: the names of the pictures, and the size (height, width) of the result."""

    content: str
    style: str
    output: str
    size: tuple[int, int]

    def __str__(self) -> str:
        height, width = self.size
        return f"{self.content} in the manner of {self.style}: {self.output}, {width} x {height} pixels"


class Reporter:
    """The base of all displays, and the one that shows nothing: the others override what they show."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        return None

    def loading(self, what: str) -> None:
        """Something that takes seconds begins."""

    def begin(self, title: Title, seconds: float) -> None:
        """The first step is about to be taken, after `seconds` of painting before an interruption."""

    def part(self, name: str, number: int, of: int) -> None:
        """Begin one of several pictures; from now on the `done` of steps is that of all together."""

    def event(self, event: "Event") -> None:
        """Something that is not a step begins, and may take a while; `WORDS` says it."""

    def step(self, step: "Step") -> None:
        """A step was taken."""

    def stopping(self) -> None:
        """Ctrl-C was pressed: the step is being finished."""

    def note(self, text: str) -> None:
        """Something to know."""


def live_console() -> "Console | None":
    """The terminal that stderr goes to, where a display can be drawn again and again; None elsewhere."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    # Asked of stderr itself: FORCE_COLOR makes rich take a file for a terminal.
    return None if not sys.stderr.isatty() or console.is_dumb_terminal else console


def make_reporter(quiet: bool) -> Reporter:
    """The display that fits where stderr goes: live on a terminal, otherwise a line now and then.

    None where `quiet` is asked for, and in all processes but the first of several.
    """
    if quiet or process_info().rank > 0:
        return Reporter()
    console = live_console()
    if console is None:
        from impasto.cli.lines import Lines

        return Lines()
    from impasto.cli.live import Live

    return Live(console)
