"""Torch's threads sleep soon while they wait, as long as other programs want the same cores.

On Linux torch comes with GNU's OpenMP, whose threads look 300,000 times before they sleep. Beside a busy program the
thread that is waited for does not get a core meanwhile. How often they look is read from the environment when the
library is loaded, and a guest in a notebook or in another program comes too late for that. But where a process has more
threads of OpenMP than it has cores, all of them look only 100 times (`gomp_managed_threads` in libgomp's wait.h). So a
team of threads that do nothing but sleep makes the others sleep soon, for as long as it is there.
"""

import ctypes
import os
import threading
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil

WANTED = 0.25
"""The part of this process's cores that others have to take for its threads to sleep soon."""
INTERVAL = 0.2
"""Seconds over which is measured what others take."""
DECIDED = "OMP_WAIT_POLICY"
"""Who sets this variable has decided whether threads spin."""


class Load:
    """What other processes took of this process's cores lately."""

    def __init__(self) -> None:
        self._last: tuple[float, float, float] | None = None
        self._part = 0.0

    def part(self) -> float:
        """From 0 to 1: measured anew where the last measurement is INTERVAL old."""
        now = time.monotonic()
        if self._last is not None and now < self._last[0] + INTERVAL:
            return self._part
        cores = os.sched_getaffinity(0)
        busy, own = _busy(cores), time.process_time()
        if self._last is not None:
            seconds = (now - self._last[0]) * len(cores)
            others = (busy - self._last[1]) - (own - self._last[2])
            self._part = min(max(others / seconds, 0.0), 1.0)
        self._last = now, busy, own
        return self._part


def _busy(cores: Set[int]) -> float:
    """Seconds that these cores have worked for anybody, since the machine was started."""
    times = [times for core, times in enumerate(psutil.cpu_times(percpu=True)) if core in cores]
    return sum(sum(one) - one.idle - getattr(one, "iowait", 0.0) for one in times)


_LOAD = Load()


@contextmanager
def considerate() -> Iterator[None]:
    """Meanwhile, torch's threads sleep soon if others take much of the cores.

    Not where OpenMP is another one than GNU's, or where the environment has decided (DECIDED).
    """
    runtime = _gnu_openmp()
    if runtime is None or DECIDED in os.environ or _LOAD.part() < WANTED:
        yield
        return
    with sleeping_soon(runtime):
        yield


@contextmanager
def sleeping_soon(runtime: ctypes.CDLL) -> Iterator[None]:
    """Meanwhile, the threads of GNU's OpenMP in this process look 100 times before they sleep."""
    there, over = threading.Event(), threading.Event()

    def team() -> None:
        nothing = ctypes.cast(ctypes.CDLL(None).free, ctypes.c_void_p)  # free(NULL) does nothing
        members = len(os.sched_getaffinity(0)) + 1
        try:
            runtime.GOMP_parallel(nothing, None, ctypes.c_uint(members), ctypes.c_uint(0))
        finally:
            there.set()
        over.wait()  # the team is there until the thread that made it ends

    thread = threading.Thread(target=team, name="impasto-sleeping", daemon=True)
    thread.start()
    there.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


@cache
def _gnu_openmp() -> ctypes.CDLL | None:
    """The library that torch has loaded, not another copy of it."""
    try:
        with Path("/proc/self/maps").open(encoding="utf-8", errors="replace") as lines:
            paths = {line.split(maxsplit=5)[5].strip() for line in lines if "/libgomp" in line}
    except OSError:
        return None
    own = [path for path in sorted(paths) if os.sep + "torch" in path] or sorted(paths)
    return ctypes.CDLL(own[0], mode=os.RTLD_NOLOAD | os.RTLD_LAZY) if own else None
