"""How long it will still take, from how fast it went."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from impasto.painting.loop import Step

_SMOOTHING = 20.0
"""Seconds over which the pace is averaged: long enough to be calm, short enough to notice a busy machine."""
_FIRST_STEPS = 5
"""Nothing is said before so many steps."""


class Pace:
    """Part of the work done per second, smoothed.

    now: seconds on any clock that never goes back.
    """

    def __init__(self, now: float):
        self._then, self._done, self._gain = now, 0.0, math.inf
        self._scale = 0
        self._steps, self._seconds, self._pace = 0, 0.0, 0.0

    def update(self, step: "Step", now: float) -> None:
        """Take a step into account."""
        gain, seconds = step.done - self._done, now - self._then
        if self._steps and step.scale == self._scale:
            gain = min(gain, 2 * self._gain)  # a solver that is done early skips work: no sign of speed
        first = self._steps == 0
        self._then, self._done, self._gain, self._scale = now, step.done, gain, step.scale
        self._steps += 1
        if seconds <= 0 or first:  # it prepares much that the others find ready; and resumed, its gain is old
            return
        self._seconds += seconds
        weight = max(seconds / self._seconds, 1 - math.exp(-seconds / _SMOOTHING))
        self._pace += weight * (gain / seconds - self._pace)

    def left(self, now: float) -> float | None:
        """Seconds to go, None while nothing is known."""
        if self._steps < _FIRST_STEPS or self._pace <= 0:
            return None
        return max(0.0, (1 - self._done) / self._pace - (now - self._then))
