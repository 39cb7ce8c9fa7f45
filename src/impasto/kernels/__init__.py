"""Matrix products and vectors written for the machine they run on, compiled by numba where it is installed.

`pages` needs torch alone; importing any other module here imports numba. Compiled code is cached beside its
source, or in the user's cache folder, until that source file changes: after a change in `simd.py`, delete
the caches of what uses it.
"""

import importlib.util
import threading
from functools import cache


@cache
def can_compile() -> bool:
    """Is numba there? If so, its threads are ready afterwards."""
    if importlib.util.find_spec("numba") is None:
        return False
    _start_threads()
    return True


def _start_threads() -> None:
    """Let numba start its threads now, and put torch's number of threads back, which that changes.

    Otherwise the first parallel function would change it in the middle of a painting: the sums that torch
    takes afterwards would be split differently, and the last bits depend on what ran before.
    """
    import numba
    import torch

    threads = torch.get_num_threads()
    numba.set_num_threads(numba.get_num_threads())  # starts them
    torch.set_num_threads(threads)


WORKING = threading.Lock()
"""Held while compiled code runs: its workspace is shared, and numba's simplest thread pool may not be entered twice."""
