"""Functions that numba compiles: called with all that they may be given, kept, and loaded again without numba."""

import math
from typing import NamedTuple

import numpy as np
import pytest

from impasto.kernels import can_compile

if not can_compile():
    pytest.skip("numba is not here", allow_module_level=True)

from impasto.kernels import compile as machine_code
from impasto.kernels.compile import Compiled, compiled

RANDOM = np.random.default_rng(0)


class Part(NamedTuple):
    first: int
    backwards: bool
    factor: float


@compiled()
def twice(x):
    for i in range(len(x)):
        x[i] *= 2


@compiled()
def scaled(rows, part, number, small, out):
    for i in range(part.first, rows.shape[0]):
        for j in range(rows.shape[1]):
            at = rows.shape[0] - 1 - i if part.backwards else i
            out[i, j] = rows[at, j] * part.factor + number + small
        twice(out[i])


@compiled()
def allocating(x):
    x[:] = np.ones(len(x))


@compiled()
def calling(x):
    x[0] = math.erf(x[0])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(machine_code.FOLDER, str(tmp_path / "machine code"))
    machine_code._folders.cache_clear()
    yield tmp_path / "machine code"
    machine_code._folders.cache_clear()


def afresh(function):
    """The function as another process has it."""
    return Compiled(function.function, function.options)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_numbers_and_named_tuples_arrive(backwards, dtype):
    rows, out = RANDOM.random((5, 7)).astype(dtype), np.zeros((5, 7), dtype)
    afresh(scaled)(rows, Part(2, backwards, 0.5), 3, np.float32(0.25), out)
    expected = 2 * (0.5 * (rows[::-1] if backwards else rows) + 3.25)
    np.testing.assert_allclose(out[2:], expected[2:], rtol=1e-6)
    assert not out[:2].any()


def test_it_is_kept_and_loaded_without_the_compiler(folder, monkeypatch):
    first = afresh(twice)
    assert not first.is_kept()
    x = np.arange(4.0)
    first(x)
    assert first.is_kept() and len(list(folder.iterdir())) == 1
    monkeypatch.setattr(machine_code, "_compile", lambda *given: pytest.fail("the compiler was asked"))
    afresh(twice)(x)
    assert x.tolist() == [0, 4, 8, 12]
    monkeypatch.setattr(machine_code, "_edition", lambda: "other sources or another processor")
    assert not afresh(twice).is_kept()


@pytest.mark.parametrize("damage", [lambda code: b"", lambda code: code[:-1], lambda code: b"{}\n" + code])
def test_a_damaged_file_is_made_anew(folder, damage):
    afresh(twice)(np.arange(4.0))
    (file,) = folder.iterdir()
    good = file.read_bytes()
    file.write_bytes(damage(good))
    x = np.arange(4.0)
    afresh(twice)(x)
    assert x.tolist() == [0, 2, 4, 6]
    assert file.stat().st_size > 100


def test_where_nothing_can_be_kept_it_runs_nevertheless(folder):
    folder.write_text("no folder")
    x = np.arange(4.0)
    afresh(twice)(x)
    assert x.tolist() == [0, 2, 4, 6]


def test_what_allocates_or_calls_what_may_not_be_there_is_refused():
    from numba.core.errors import NumbaError

    with pytest.raises(NumbaError):
        afresh(allocating)(np.zeros(3))
    with pytest.raises(TypeError, match="it calls erf"):
        afresh(calling)(np.zeros(3))


@pytest.mark.parametrize("given", [np.zeros((4, 4)).T[1:], "text", np.int64(3)])
def test_what_cannot_be_passed_on_is_refused(given):
    with pytest.raises(TypeError):
        afresh(twice)(given)
