"""Workers that are threads of this process, with a tiny network."""

import pytest

from impasto.batch import cluster, worker
from tests.cli.conftest import masks, one_thread, refused, run, studio

__all__ = ["masks", "one_thread", "refused", "run", "studio"]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(cluster, "PROCESSES", False)
    monkeypatch.setattr(worker, "_PAINTERS", {})


@pytest.fixture
def client(in_this_process):
    """Two workers."""
    with cluster.local_workers(2, 1, 0) as found:
        yield found
