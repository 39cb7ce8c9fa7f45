"""The display where there is no terminal: a line now and then, on stderr."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from impasto.cli.messages import note
from impasto.cli.reporter import Reporter, Title
from impasto.memory.process import resident
from impasto.settings.amounts import bytes_text
from impasto.ui.formatting import clock
from impasto.ui.progress import WORDS, Meter, parts_of

if TYPE_CHECKING:
    from impasto import Event, Step

_LINES = 10  # lines that a painting takes, besides one a scale


class Lines(Reporter):
    """A line at the end of each scale and about every tenth of the work."""

    def __init__(self, write: Callable[[str], object] | None = None):
        self._write = write or (lambda line: print(line, file=sys.stderr, flush=True))
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
        """Say what takes long: compiling, which happens once."""
        if event.kind == "compiling":
            self._write(WORDS[event.kind])

    def step(self, step: "Step") -> None:
        """Say so when a tenth of the work is done, or a scale, unless there are several pictures."""
        self._meter.step(step)
        if step.done < self._next and (self._parts or step.step < step.steps):
            return
        self._next = (int(step.done * _LINES) + 1) / _LINES
        self._write(_line(step, self._meter.left()))

    def stopping(self) -> None:
        self._write("stopping after this step")

    def note(self, text: str) -> None:
        note(text)


def _line(step: "Step", left: float | None) -> str:
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
    return ", ".join([*parts, bytes_text(resident())])
