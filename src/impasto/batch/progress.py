"""How far a batch is, computed from the engine's events: the whole, with the time left, and each worker."""

import time
from collections.abc import Callable
from typing import Self

from impasto.batch.engine import Ended, Event, Lost, Working

_FIRST = 0.02
"""Part of the work before which nothing is said of the time left."""


class BatchProgress:
    """The progress of a batch, computed from the engine's events; the base of the displays, which shows nothing itself.

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

    def event(self, event: Event) -> None:
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

    def left(self) -> float | None:
        """Seconds to go; None while nothing is known."""
        gained = self.done - (self._at_first or 0.0)
        if gained < _FIRST and not self.ended:
            return None
        return self.gone * (1 - self.done) / max(gained, 1e-9)


def lost_worker_text(event: Lost) -> str:
    """A sentence about the tasks of a worker that is gone."""
    names = " and ".join(task.name for task in event.tasks)
    return f"{event.worker} is gone; {names} is painted on by another"
