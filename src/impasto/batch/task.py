"""Functions for code that a worker runs: report progress, ask whether to stop, ask to be tried later.

The engine runs any function of one argument, plain data, that returns plain data, such as the path of what it wrote.
Outside a worker `tell` does nothing and nobody asks to stop, so the same function runs by itself, too.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TELL_SECONDS = 1.0
"""A worker says how far it is at most this often: each time passes through the scheduler."""


@dataclass(frozen=True)
class Task:
    """Something to run on a worker.

    name: unlike any other's. function: importable on the worker; called with `data`. data: picklable; plain is best.
    """

    name: str
    function: Callable[[Any], Any]
    data: Any


class TryLaterError(Exception):
    """Raised by a function that cannot be run now, because somebody else is at it: it is run again after the others."""


class StoppedError(Exception):
    """Raised by a function that ended early because `asked_to_stop`, and has saved what it had."""


_HERE = threading.local()
_STOPPED: set[str] = set()
"""The runs that were asked to stop; several may share a worker."""


def tell(done: float, words: str = "") -> None:
    """Say how far this task is: the part that is done, 0 to 1, and words that are shown next to its name."""
    send = getattr(_HERE, "send", None)
    if send is None or (time.monotonic() < _HERE.next and done < 1):
        return
    _HERE.next = time.monotonic() + TELL_SECONDS
    send(float(done), words)


def asked_to_stop() -> bool:
    """Whether this task should save what it has, and raise `StoppedError`."""
    return getattr(_HERE, "run", None) in _STOPPED


def stop_here(run: str) -> None:
    """Ask the tasks of a run, in this process, to stop."""
    _STOPPED.add(run)


def call(function: Callable[[Any], Any], data: Any, run: str, send: Callable[[float, str], None]) -> Any:
    """Run a function with `tell` and `asked_to_stop` at its service."""
    _HERE.run, _HERE.send, _HERE.next = run, send, 0.0
    try:
        if run in _STOPPED:
            raise StoppedError
        return function(data)
    finally:
        _HERE.run = _HERE.send = None
