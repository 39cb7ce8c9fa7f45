"""What a display of a painting is told, and how it reckons the time left."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from impasto import Cost, Event, Step

_SECONDS, _STEPS = 30.0, 10
"""The pace is averaged over so many seconds, or over about so many steps where these take longer."""
_FIRST_STEPS = 5
"""Nothing is said of the time left before so many steps."""


WORDS = {
    "scale": "making the canvas",
    "encoding": "encoding the pictures",
    "compiling": "compiling for this machine, once: some 10 seconds",
}
"""What an event is called, by its kind."""


@dataclass(frozen=True)
class Title:
    """What is being painted: the names of the pictures, and the size (height, width) of the result."""

    content: str
    style: str
    output: str
    size: tuple[int, int]

    def __str__(self) -> str:
        height, width = self.size
        return f"{self.content} in the manner of {self.style}: {self.output}, {width} x {height} pixels"


class Reporter:
    """The base of all displays. It shows nothing: each display overrides what it shows."""

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

    def event(self, event: "Event") -> None:
        """Something that is not a step begins, and may take a while; `WORDS` says it."""

    def step(self, step: "Step") -> None:
        """A step was taken."""

    def stopping(self) -> None:
        """Ctrl-C was pressed: the step is being finished."""

    def note(self, text: str) -> None:
        """Something to know."""


class NullReporter(Reporter):
    """The display of a quiet painting, and of all processes but the first."""


class Meter:
    """The part of the work that is done and the time left: one task of `rich.progress`.

    Args:
        now: a clock in seconds that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic):
        from rich.progress import Progress

        self._progress = Progress(get_time=now, speed_estimate_period=_SECONDS, disable=True)
        self._progress.add_task("", total=1.0)
        (self.task,) = self._progress.tasks
        self._now, self._then = now, now()
        self._steps, self._scale, self._gain = 0, 0, 0.0

    def begin(self, seconds: float) -> None:
        """Set the clock, after `seconds` of painting before an interruption."""
        self._then = self._now()
        self.task.start_time = self._then - seconds

    def step(self, step: "Step") -> None:
        """Take a step into account."""
        gain, seconds = step.done - self.task.completed, self._now() - self._then
        if (
            self._steps and step.scale == self._scale
        ):  # a solver that is done early skips work: no sign of speed
            self.task.completed += max(0.0, gain - 2 * self._gain)
        self._steps, self._scale, self._gain, self._then = self._steps + 1, step.scale, gain, self._now()
        self._progress.speed_estimate_period = max(_SECONDS, _STEPS * seconds)
        self._progress.update(self.task.id, completed=step.done)

    def left(self) -> float | None:
        """Seconds to go, None while nothing is known."""
        left = self.task.time_remaining
        if left is None or self._steps < _FIRST_STEPS:
            return None
        return max(0.0, left - (self._now() - self._then))


def parts_of(cost: "Cost") -> list[str]:
    """The parts of a cost; variation and custom costs where there are any."""
    parts = {name: getattr(cost, name) for name in ("content", "style", "variation", "custom")}
    return [f"{name} {x:.4g}" for name, x in parts.items() if x or name in ("content", "style")]
