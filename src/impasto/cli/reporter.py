"""Displays of a painting and of a batch: their interfaces, and their plain forms, a line now and then on stderr."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from impasto.batch.engine import Ended, Lost, Working
from impasto.batch.engine import Event as BatchEvent
from impasto.cli.messages import note
from impasto.memory.process import resident
from impasto.settings.values import bytes_text
from impasto.ui.progress import WORDS, Meter, clock, cost_text

if TYPE_CHECKING:
    from rich.console import Console

    from impasto import Event, Step

_LINES = 10  # lines that a painting takes, besides one a scale
_FIRST = 0.02  # part of a batch's work before which nothing is said of the time left


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
    """The base of all displays of a painting, and the one that shows nothing: the others override what they show."""

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
        """Something begins that is not a step, and may take a while; `ui.progress.WORDS` says what."""

    def step(self, step: "Step") -> None:
        """A step was taken."""

    def stopping(self) -> None:
        """Ctrl-C was pressed: the step is being finished."""

    def note(self, text: str) -> None:
        """Something to know."""


class Lines(Reporter):
    """A line at the end of each scale and about every tenth of the work."""

    def __init__(self, write: Callable[[str], object] | None = None):
        self._write = write or _write
        self._meter = Meter()
        self._next = 0.0
        self._parts = False

    def begin(self, title: Title, seconds: float) -> None:
        self._write(str(title))
        self._meter.begin(seconds)

    def part(self, name: str, number: int, of: int) -> None:
        self._parts = True
        self._write(f"picture {number} of {of}: {name}")

    def event(self, event: "Event") -> None:
        if event.kind == "compiling":  # it takes long, and happens once
            self._write(WORDS[event.kind])

    def step(self, step: "Step") -> None:
        self._meter.step(step)
        if step.done < self._next and (self._parts or step.step < step.steps):
            return
        self._next = (int(step.done * _LINES) + 1) / _LINES
        self._write(_line(step, self._meter.left()))

    def stopping(self) -> None:
        self._write("stopping after this step")

    def note(self, text: str) -> None:
        note(text)


class BatchReporter:
    """The base of all displays of a batch, which shows nothing: how far it is, computed from the engine's events.

    left, before: tasks to be done, and tasks that were done before. now: a clock in seconds that never goes back.
    """

    def __init__(self, left: int, before: int = 0, now: Callable[[], float] = time.monotonic):
        self.total, self.before, self.ended, self.failed = left, before, 0, 0
        self.workers: dict[str, Working] = {}
        self._now, self._began = now, now()
        self._at_first: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        return None

    def event(self, event: BatchEvent) -> None:
        """Take an event into account."""
        if isinstance(event, Working):
            self.workers[event.worker] = event
        else:
            names = {event.task.name} if isinstance(event, Ended) else {task.name for task in event.tasks}
            self.workers = {key: one for key, one in self.workers.items() if one.task.name not in names}
        if isinstance(event, Ended) and not event.stopped:
            self.ended += 1
            self.failed += event.failed is not None
        if self._at_first is None:
            self._at_first = self.done  # what was painted before an interruption took none of this time

    def note(self, text: str) -> None:
        """Something to know."""

    def stopping(self) -> None:
        """Somebody asked to stop."""

    @property
    def done(self) -> float:
        """Part of this run's work, 0 to 1."""
        at_work = sum(one.done for one in self.workers.values())
        return min(1.0, (self.ended + at_work) / max(1, self.total))

    @property
    def gone(self) -> float:
        """Seconds since it began."""
        return self._now() - self._began

    @property
    def count(self) -> str:
        """How many tasks are over, of all that the batch has."""
        return f"{self.before + self.ended} of {self.before + self.total}"

    def left(self) -> float | None:
        """Seconds to go; None while nothing is known."""
        gained = self.done - (self._at_first or 0.0)
        if gained < _FIRST and not self.ended:
            return None
        return self.gone * (1 - self.done) / max(gained, 1e-9)


class BatchLines(BatchReporter):
    """A line for each picture that is done."""

    def event(self, event: BatchEvent) -> None:
        super().event(event)
        if isinstance(event, Lost):
            _write(lost_worker_text(event))
        if not isinstance(event, Ended) or event.stopped:
            return
        left = self.left()
        rest = f", {clock(left)} left" if left and self.ended < self.total else ""
        _write(f"{self.count}: {event.task.name} {_outcome(event)}{rest}")

    def note(self, text: str) -> None:
        note(text)

    def stopping(self) -> None:
        _write("stopping after the steps at work; Ctrl-C again stops at once")


def lost_worker_text(event: Lost) -> str:
    """A sentence about the tasks of a worker that is gone."""
    names = " and ".join(task.name for task in event.tasks)
    return f"{event.worker} is gone; {names} is painted on by another"


def live_console() -> "Console | None":
    """The terminal that stderr goes to, where a display can be drawn again and again; None elsewhere."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    # Asked of stderr itself: FORCE_COLOR makes rich take a file for a terminal.
    return None if not sys.stderr.isatty() or console.is_dumb_terminal else console


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _line(step: "Step", left: float | None) -> str:
    """One step in one line."""
    height, width = step.size
    parts = [
        f"{step.done:4.0%}",
        f"scale {step.scale} of {step.scales} ({width}x{height})",
        f"step {step.step} of {step.steps}",
        cost_text(step.cost),
    ]
    if left is not None and step.done < 1:
        parts.append(f"{clock(left)} left")
    return ", ".join([*parts, bytes_text(resident())])


def _outcome(event: Ended) -> str:
    """The outcome of a task, in words."""
    if event.failed is not None:
        return f"failed: {event.failed}"
    result = event.result if isinstance(event.result, dict) else {}
    if result.get("outcome") == "found":
        return "was there"
    seconds, resumed = result.get("seconds"), result.get("resumed")
    words = f"painted in {seconds:.0f} s" if isinstance(seconds, int | float) else "done"
    begun = f", from step {resumed} on" if resumed else ""
    return f"{words}{begun}" + (f" by {event.worker}" if event.worker else "")
