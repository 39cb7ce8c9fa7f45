import gc
import math

import pytest
import torch

from impasto.errors import OutputError, SettingsError
from impasto.solvers import vectors
from impasto.solvers.vector_store import IN_MEMORY_PART, InHalf, store_as

KINDS = sorted(IN_MEMORY_PART)
SHAPE = (1, 3, 7, 11)


@pytest.fixture(autouse=True)
def several_chunks(monkeypatch):
    monkeypatch.setattr(vectors, "CHUNK", 50)


def vector(seed, size=1.0):
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)) * size


def half_error(v):
    """What rounding to 11 binary digits may change, in the vector's length: 2^-11."""
    return 2**-11 * float(v.double().norm())


@pytest.mark.parametrize("size", [1e-30, 1e-6, 1.0, 1e12])
@pytest.mark.parametrize("kind", KINDS)
def test_products_and_sums_are_those_of_the_vector(kind, size, tmp_path):
    v, x = vector(1, size), vector(2)
    kept = store_as(kind, tmp_path)(v.clone())
    length = float(x.double().norm())
    error = half_error(v) if kind == "float16" else 1e-6 * float(v.double().norm())
    assert kept.dot(x) == pytest.approx(float((v.double() * x.double()).sum()), abs=error * length)
    added = torch.zeros(SHAPE)
    kept.add_to(added, -0.5)
    assert float((added.double() + 0.5 * v.double()).norm()) <= error
    assert kept.shape == v.shape
    assert kept.tensor().dtype == kept.dtype == (torch.float16 if kind == "float16" else torch.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_makes_the_same_again_to_the_bit(kind, tmp_path):
    keep = store_as(kind, tmp_path)
    first = keep(vector(1, 1e-9))
    again = keep(first.tensor().clone(), first.scale)
    x = vector(2)
    assert (again.scale, again.dtype, again.dot(x)) == (first.scale, first.dtype, first.dot(x))
    assert torch.equal(again.tensor(), first.tensor())


@pytest.mark.parametrize("saved", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_saved_in_one_way_can_be_kept_in_another(saved, kind, tmp_path):
    v = vector(1, 1e-9)
    before = store_as(saved, tmp_path)(v.clone())
    after = store_as(kind, tmp_path)(before.tensor(), before.scale)
    out = torch.zeros(SHAPE)
    after.add_to(out, 1.0)
    assert float((out - v).double().norm()) <= (half_error(v) if "float16" in (saved, kind) else 0)


def test_half_precision_keeps_small_values_beside_large_ones():
    """Values from 1 down to 2^-40: unscaled float16 ends at 2^-24, bfloat16 has 8 digits."""
    v = torch.tensor([(1 + 1 / 3) * 2.0**-e for e in range(41)])
    kept = InHalf(v)
    out = torch.zeros_like(v)
    kept.add_to(out, 1.0)
    error = (out - v).abs()
    assert (error <= torch.maximum(v * 2**-11, v.max() * 2**-39)).all()
    bfloat16 = (v.bfloat16().float() - v).abs()
    assert error.norm() < bfloat16.norm() / 4


def test_the_scale_is_a_power_of_two_and_nothing_overflows():
    for largest in (1e-38, 3e-20, 1.0, 65504.0, 3e38):
        kept = InHalf(torch.tensor([largest, -largest / 3]))
        assert math.frexp(kept.scale)[0] == 0.5
        assert kept.tensor().isfinite().all()
    assert InHalf(torch.zeros(3)).dot(torch.ones(3)) == 0


@pytest.mark.slow
def test_a_file_is_gone_with_its_vector(tmp_path):
    kept = store_as("disk", tmp_path)(vector(1))
    file = kept._file
    del kept
    gc.collect()
    assert file.closed
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(OutputError, match="nowhere") as caught:
        store_as("disk", tmp_path / "nowhere")(vector(1))
    assert "\n" not in str(caught.value)


def test_a_file_that_was_cut_short_is_one_clear_line(tmp_path):
    kept = store_as("disk", tmp_path)(vector(1))
    kept._file.truncate(100)
    with pytest.raises(OutputError, match="shorter"):
        kept.dot(vector(2))


def test_an_unknown_way_is_refused():
    with pytest.raises(SettingsError, match="float32, float16, disk"):
        store_as("float8")
