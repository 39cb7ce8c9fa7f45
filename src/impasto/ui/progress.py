"""The progress of a painting: its phase, the parts of its cost, and the time left."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impasto import Cost, Event, Step

_SECONDS, _STEPS = 30.0, 10
"""The pace is averaged over so many seconds, or over about so many steps where these take longer."""
_FIRST_STEPS = 5
"""The number of steps before which no time left is shown."""


WORDS = {
    "scale": "making the canvas",
    "encoding": "encoding the pictures",
    "compiling": "compiling for this machine, once: some 10 seconds",
}
"""The titles of events, by kind."""


class Meter:
    """The part of the work that is done and the time left: one task of `rich.progress`.

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
        # A solver that is done early skips work: no sign of speed.
        if self._steps and step.scale == self._scale:
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


def facts_of(step: "Step | None", event: "Event | None") -> dict[str, str]:
    """How far a painting is, in words, by name: its scale, step and cost.

    step: the last one; None before the first. event: what the painting does since then; None while it takes steps.
    """
    now = event or step
    if now is None:
        return {"scale": "the first one"}
    height, width = now.size
    facts = {"scale": f"{now.scale} of {now.scales}, {width} x {height} pixels"}
    if event is not None:
        return facts | {"step": f"the first of {event.steps}", "cost": WORDS[event.kind]}
    assert step is not None
    cost = f"J {step.cost.total:.4g} ({', '.join(parts_of(step.cost))})"
    return facts | {"step": f"{step.step} of {step.steps}", "cost": cost}


def parts_of(cost: "Cost") -> list[str]:
    """The parts of a cost; variation and custom costs where there are any."""
    parts = {name: getattr(cost, name) for name in ("content", "style", "variation", "custom")}
    return [f"{name} {x:.4g}" for name, x in parts.items() if x or name in ("content", "style")]
