"""Matrix products and vectors written for the machine they run on, compiled by numba where it is installed.

`allocation` and `threads` do without numba; importing any other module here imports it. Compiled code is cached beside
its source, or in the user's cache folder, until that source file changes: after a change in `simd.py`, delete
the caches of what uses it.
"""

import importlib.util
from functools import cache


@cache
def can_compile() -> bool:
    """Tell whether numba is installed."""
    return importlib.util.find_spec("numba") is not None
