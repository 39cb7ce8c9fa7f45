"""How far a painting is: in words, as a curve of its cost, and as the time left."""

import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impasto import Cost, Event, Step

_SECONDS, _STEPS = 30.0, 10
"""The pace is averaged over so many seconds, or over about so many steps where these take longer."""
_FIRST_STEPS = 5  # the number of steps before which no time left is shown

WORDS = {
    "scale": "making the canvas",
    "encoding": "encoding the pictures",
    "compiling": "compiling for this machine, once: some 10 seconds",
}
"""The titles of events, by kind."""

CURVE_WIDTH, CURVE_HEIGHT = 240.0, 60.0  # the size of the cost curve, in its own units
CURVE_BOX = f"0 -1 {CURVE_WIDTH:g} {CURVE_HEIGHT + 2:g}"
"""The viewBox of an SVG with the curve: its size, and room for the width of the line."""
_POINTS = 240  # most points of the curve: more could not be told apart


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
    return facts | {"step": f"{step.step} of {step.steps}", "cost": cost_text(step.cost)}


def cost_text(cost: "Cost") -> str:
    """J and its parts, as in "J 12.81 (content 3.25, style 0.9562)"."""
    return f"J {cost.total:.4g} ({', '.join(parts_of(cost))})"


def parts_of(cost: "Cost") -> list[str]:
    """The parts of a cost; variation and custom costs where there are any."""
    parts = {name: getattr(cost, name) for name in ("content", "style", "variation", "custom")}
    return [f"{name} {x:.4g}" for name, x in parts.items() if x or name in ("content", "style")]


def curve_points(costs: Sequence[float]) -> str:
    """The points of an SVG polyline: steps from left to right, the logarithm of the cost upwards; "" below two costs.

    costs: J of every step, finite. What is not above 0 stands at the foot.

    >>> curve_points([100, 10, 1])
    '0.0,0.0 120.0,30.0 240.0,60.0'
    """
    if len(costs) < 2:
        return ""
    every = -(-len(costs) // _POINTS)
    chosen = [*costs[:-1:every], costs[-1]]
    above = [cost for cost in chosen if cost > 0] or [1.0]
    low, high = math.log(min(above)), math.log(max(above))
    places = [(math.log(cost) - low) / ((high - low) or 1) if cost > 0 else 0.0 for cost in chosen]
    across = CURVE_WIDTH / (len(chosen) - 1)
    return " ".join(f"{i * across:.1f},{CURVE_HEIGHT * (1 - place):.1f}" for i, place in enumerate(places))


def duration(seconds: float) -> str:
    """A duration in words.

    >>> duration(8.26), duration(112), duration(3725)
    ('8.3 s', '1 min 52 s', '1 h 2 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def clock(seconds: float) -> str:
    """A duration as a clock shows it.

    >>> clock(7), clock(115), clock(3725)
    ('0:07', '1:55', '1:02:05')
    """
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
