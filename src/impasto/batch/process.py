"""Settings of a worker's process, made before it paints: `dask worker --preload impasto.batch.process` does it, too."""

from typing import Any


def dask_setup(worker: Any) -> None:
    """Called by dask when a worker starts."""
    from impasto.memory.process import return_at_once

    return_at_once()
