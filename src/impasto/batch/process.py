"""A process that paints, prepared: the program's, and each worker's.

`dask worker --preload impasto.batch.process` prepares the workers of a cluster.
"""

from collections.abc import Mapping
from typing import Any

SPINS = "700"
"""How often a waiting thread looks before it sleeps. With none every one of many short calls has to wake it: at 128
pixels a painting took 5.5 s instead of 2.8. As torch comes it took 3.6, for the threads that wait are in the way of
those that compiled code runs on (an AMD EPYC machine, two cores; `benchmarks/side_by_side.py`)."""
_SAID_BY_THE_USER = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


def how_to_wait(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables for the environment of a process, before torch is loaded there: OpenMP reads them once, then.

    By itself torch lets threads spin for milliseconds. Next to another busy program the one that is waited for does not
    get a core meanwhile; `benchmarks/side_by_side.py` has the figures. Nothing, where the user has said how to wait.
    """
    return {} if any(name in environment for name in _SAID_BY_THE_USER) else {"GOMP_SPINCOUNT": SPINS}


def dask_setup(worker: Any) -> None:
    """Have the C library return large pieces of memory at once. Dask calls this when a worker starts."""
    from impasto.memory.process import return_at_once

    return_at_once()
