"""What is set for the whole process, and therefore only where impasto is the program and not a guest in one."""

import os
import sys

_SAID_BY_THE_USER = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


def prepare_process() -> None:
    """Have torch's threads sleep while they wait, and the C library return large pieces of memory at once.

    Call this before torch is imported.
    """
    _sleep_while_waiting()
    from impasto.memory.process import return_at_once

    return_at_once()


def _sleep_while_waiting() -> None:
    """Choose the wait policy of OpenMP, unless the user has: it is read once, when torch is loaded.

    Torch's threads spin while they wait for each other. Beside another busy program the one that is waited for does not
    get a core meanwhile; `benchmarks/side_by_side.py` has the figures.
    """
    if "torch" not in sys.modules and not any(name in os.environ for name in _SAID_BY_THE_USER):
        os.environ["OMP_WAIT_POLICY"] = "passive"
