"""The threads that compiled code runs on: a pool of impasto's own, whose members sleep while they wait.

Numba could start threads for its `prange`. On Linux these are an OpenMP runtime beside torch's, and both let their
members spin while they wait: two paintings side by side on two cores then took 7.5 times as long as one alone. Numba
also changes torch's number of threads when it starts its own.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any

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
