"""Whether code was compiled before: asked of numba itself, with a function of its own."""

import importlib.util
import os

import pytest

from impasto.kernels import can_compile
from impasto.kernels.cache import _is_cached

pytestmark = pytest.mark.skipif(not can_compile(), reason="numba is not here")
SOURCE = """
from numba import njit

@njit(cache=True)
def double(x):
    return 2 * x
"""


def test_it_is_cached_once_it_was_called_and_until_its_source_changes(tmp_path):
    path = tmp_path / "doubling.py"
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("doubling", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not _is_cached(module.double)
    assert module.double(21) == 42
    assert _is_cached(module.double)
    later = path.stat().st_mtime + 3600
    os.utime(path, (later, later))
    assert not _is_cached(module.double)
