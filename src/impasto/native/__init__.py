"""Matrix products and vectors written for the machine they run on, compiled by numba where it is installed.

`pages` needs torch alone; importing any other module here imports numba. Compiled code is cached beside its
source, or in the user's cache folder, until that source file changes: after a change in `lanes.py`, delete
the caches of what uses it.
"""

import importlib.util
import threading
from functools import cache


@cache
def can_compile() -> bool:
    """Is numba there?"""
    return importlib.util.find_spec("numba") is not None


WORKING = threading.Lock()
"""Held while compiled code runs: its workspace is shared, and numba's simplest thread pool may not be entered twice."""
