"""Ctrl-C: the first one lets the step be finished, the second one stops at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130  # the exit code of a program that Ctrl-C stopped, as shells have it
FAILED = 2  # the exit code of everything the user can put right

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether somebody asked to stop; the handler of a signal. on_stop: called when they do."""

    def __init__(self, on_stop: Callable[[], None]):
        self.asked = False
        self._on_stop = on_stop

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal: the first one asks to stop, a second one raises KeyboardInterrupt."""
        if self.asked:
            raise KeyboardInterrupt
        self.ask()

    def ask(self) -> None:
        """Ask to stop, without a signal."""
        self.asked = True
        self._on_stop()


@contextmanager
def finishing_the_step(on_stop: Callable[[], None]) -> Iterator[Interruption]:
    """Within this block a first SIGINT or SIGTERM only sets `asked` and calls `on_stop`."""
    interruption = Interruption(on_stop)
    before = {number: signal.signal(number, interruption) for number in _SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
