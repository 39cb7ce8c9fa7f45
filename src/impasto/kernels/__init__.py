"""Matrix products and vectors written for the machine they run on, compiled by numba where it is installed.

The machine code is kept beside its source, or in the user's cache folder, until any source here changes; `compile` says
how. Importing what is compiled needs llvmlite, which comes with numba; numba itself is imported to compile.
"""

import importlib.util
from functools import cache


@cache
def can_compile() -> bool:
    """Tell whether numba is installed."""
    return importlib.util.find_spec("numba") is not None
