"""Threads: those that compiled code runs on, and how many torch may use, which is the whole process's.

Compiled code runs on a pool of impasto's own, whose members sleep while they wait. Numba could start threads for its
`prange`. On Linux these are an OpenMP runtime in addition to torch's, and both let their members spin while they wait:
two paintings side by side on two cores then took 7.5 times as long as one alone. Numba also changes torch's number of
threads when it starts its own.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

import torch

from impasto.kernels.sleeping import considerate

WORKING = threading.Lock()
"""Held while compiled code runs, because all of it shares `allocation.WORKSPACE`."""


def in_parallel(share: Callable[..., None], workers: int, *arguments: Any) -> None:
    """Run share(worker, workers, *arguments) for every worker, from 0 to workers - 1, at the same time.

    Return when all of them are done, even if one fails or the user interrupts: they write to the caller's memory.

    Args:
        share: compiled code that runs without the interpreter's lock. What it computes may depend on its worker's
            number and not on the thread.
        workers: any number; more than the machine has cores take turns.
        arguments: passed on as they are.
    """
    others = [_pool(os.getpid()).submit(share, worker, workers, *arguments) for worker in range(1, workers)]
    try:
        share(0, workers, *arguments)
    finally:
        _wait_for_all(others)
    for other in others:
        other.result()


def _wait_for_all(others: list[Future[None]]) -> None:
    try:
        wait(others)
    except KeyboardInterrupt:
        wait(others)
        raise


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of this process: a child made by fork has none of its parent's."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="impasto")


@contextmanager
def computing_with(threads: int | None) -> Iterator[int]:
    """Let torch use this many threads meanwhile; paintings in other threads wait for their turn.

    How sums are split depends on the number of threads, and torch's number is the whole process's, or MKL's part of it:
    two paintings at once that want different numbers would change each other's last bits, and put back each other's.
    They would gain nothing by computing at once either, because each uses all the threads that it is given, and the
    plan of their memory counts one of them. Turns go by order of asking. Within a turn the same thread may ask again.

    Args:
        threads: None leaves torch's number as it is.

    Yields:
        Torch's number of threads meanwhile: what `None` stands for is only certain while nobody else computes.
    """
    with _TURNS.mine():
        before = torch.get_num_threads()
        meanwhile = before if threads is None else threads
        # One thread waits for no other.
        with considerate() if meanwhile > 1 else nullcontext():
            if meanwhile == before:
                yield before
                return
            torch.set_num_threads(meanwhile)
            try:
                yield meanwhile
            finally:
                torch.set_num_threads(before)


class _Turns:
    """A lock that goes to whoever has waited longest, and that its holder may take again."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[int] = deque()  # threads, by their identifiers; the first one holds the lock

    @contextmanager
    def mine(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._line and self._line[0] == me:
            yield
            return
        try:
            with self._changed:
                self._line.append(me)
                self._changed.wait_for(lambda: self._line[0] == me)
            yield
        finally:
            with self._changed:
                self._line.remove(me)
                self._changed.notify_all()


_TURNS = _Turns()
