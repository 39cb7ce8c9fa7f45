"""What is set for the whole process, and therefore only where impasto is the program and not a guest in one."""

import os
import sys

SPINS = "700"
"""How often a waiting thread of torch's looks before it sleeps. With none every one of many short calls has to wake it:
at 160 pixels a painting took 13.6 s instead of 7.4. With 2000 two paintings at once took 2.7 times as long as one,
with 700 2.0 times (an AMD EPYC machine, two cores, one run each)."""
_SAID_BY_THE_USER = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


def prepare_process() -> None:
    """Have torch's threads sleep soon while they wait, and the C library return large pieces of memory at once.

    Call this before torch is imported.
    """
    _sleep_soon_while_waiting()
    from impasto.memory.process import return_at_once

    return_at_once()


def _sleep_soon_while_waiting() -> None:
    """Choose how long threads of OpenMP spin, unless the user has: it is read once, when torch is loaded.

    Torch's threads spin for milliseconds while they wait for each other. Beside another busy program the one that is
    waited for does not get a core meanwhile; `benchmarks/side_by_side.py` has the figures.
    """
    if "torch" not in sys.modules and not any(name in os.environ for name in _SAID_BY_THE_USER):
        os.environ["GOMP_SPINCOUNT"] = SPINS
