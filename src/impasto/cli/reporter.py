"""What is shown while it paints: a live display on a terminal, otherwise a line now and then, or nothing."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from impasto.cli.messages import clock, note
from impasto.cli.pace import Pace
from impasto.distributed.process_info import place
from impasto.memory.process import in_words, resident

if TYPE_CHECKING:
    from impasto.evaluation import Cost
    from impasto.painting.loop import Step

LINES = 10
"""How many lines a painting takes where there is no terminal, besides one a scale."""


@dataclass(frozen=True)
class Title:
    """What is being painted: the names of the pictures, the size (height, width) of the result, and what it takes."""

    content: str
    style: str
    output: str
    size: tuple[int, int]
    how: str = "in the manner of"

    def __str__(self) -> str:
        height, width = self.size
        return f"{self.content} {self.how} {self.style}: {self.output}, {width} x {height} pixels"


class Quiet:
    """Says nothing; the base of those that do."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def loading(self, what: str) -> None:
        """Something that takes seconds begins."""

    def begin(self, title: Title, seconds: float) -> None:
        """The first step is about to be taken, after `seconds` of painting before an interruption."""

    def part(self, name: str, number: int, of: int) -> None:
        """One of several pictures is begun; from now on the `done` of steps is that of all together."""

    def step(self, step: "Step") -> None:
        """A step was taken."""

    def stopping(self) -> None:
        """Ctrl-C was pressed: the step is being finished."""

    def note(self, text: str) -> None:
        """Something to know."""


class Lines(Quiet):
    """A line at the end of each scale and about every tenth of the work, on stderr."""

    def __init__(self, write: Callable[[str], object] | None = None):
        self._write = write or (lambda line: print(line, file=sys.stderr, flush=True))
        self._pace = Pace(time.monotonic())
        self._next = 0.0
        self._parts = False

    def begin(self, title: Title, seconds: float) -> None:
        """Say what is painted."""
        self._write(str(title))
        self._pace = Pace(time.monotonic())

    def part(self, name: str, number: int, of: int) -> None:
        """Say which."""
        self._parts = True
        self._write(f"picture {number} of {of}: {name}")

    def step(self, step: "Step") -> None:
        """Say so when a tenth of the work is done, or a scale, unless there are several pictures."""
        now = time.monotonic()
        self._pace.update(step, now)
        if step.done < self._next and (self._parts or step.step < step.steps):
            return
        self._next = (int(step.done * LINES) + 1) / LINES
        self._write(line_of(step, self._pace.left(now)))

    def stopping(self) -> None:
        """Say that Ctrl-C was heard."""
        self._write("stopping after this step")

    def note(self, text: str) -> None:
        """Say it."""
        note(text)


def parts_of(cost: "Cost") -> list[str]:
    """The parts of a cost; variation and custom costs where there are any."""
    parts = {name: getattr(cost, name) for name in ("content", "style", "variation", "custom")}
    return [f"{name} {x:.4g}" for name, x in parts.items() if x or name in ("content", "style")]


def line_of(step: "Step", left: float | None) -> str:
    """One step in one line."""
    height, width = step.size
    parts = [
        f"{step.done:4.0%}",
        f"scale {step.scale} of {step.scales} ({width}x{height})",
        f"step {step.step} of {step.steps}",
        f"J {step.cost.total:.4g} ({', '.join(parts_of(step.cost))})",
    ]
    if left is not None and step.done < 1:
        parts.append(f"{clock(left)} left")
    return ", ".join([*parts, in_words(resident())])


def reporter(quiet: bool) -> Quiet:
    """The one that fits where stderr goes."""
    if quiet or place().rank > 0:
        return Quiet()
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    # Asked of stderr itself: FORCE_COLOR makes rich take a file for a terminal.
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        return Lines()
    from impasto.cli.live import Live

    return Live(console)
