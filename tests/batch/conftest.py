"""Workers that are threads of this process, with a tiny network."""

from contextvars import ContextVar

import pytest

from impasto import stylizer
from impasto.batch import cluster, worker
from tests.cli.conftest import masks, one_thread, refused, run, studio
from tests.helpers import tiny_encoder

__all__ = ["masks", "one_thread", "refused", "run", "studio"]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(cluster, "PROCESSES", False)
    monkeypatch.setattr(worker, "_PAINTERS", {})
    # `encoders_made_by` holds in its own thread, and workers are others.
    monkeypatch.setattr(stylizer, "_make_encoder", ContextVar("make_encoder", default=tiny_encoder))


@pytest.fixture
def client(in_this_process):
    """Two workers."""
    with cluster.local_workers(2, 1, 0) as found:
        yield found
