import pytest

from impasto.kernels import allocation as pages


@pytest.fixture
def everything_from_torch(monkeypatch):
    """Large tensors, too, come from the allocator that is watched."""
    monkeypatch.setattr(pages, "_LARGE", 2**60)
