"""The safetensors format, against its own package: each reads what the other writes."""

import contextlib
import io
import json
import os
import sys
import tempfile
import weakref
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from impasto.errors import CheckpointError
from impasto.files.tensor_file import find_tensors, is_stored, write_tensors

TENSORS = {
    "image": torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(0)),
    "half": torch.linspace(-1, 1, 5).bfloat16(),
    "other half": torch.linspace(-1, 1, 3).half(),
    "turned": torch.arange(12.0).view(3, 4).t(),
    "one": torch.tensor(2.5),
    "none": torch.empty(0, 3),
    "double": torch.linspace(0, 1, 4, dtype=torch.float64),
    "steps": torch.tensor([1, -2]),
    "größe": torch.tensor([True, False, True]),
}


def written(tensors, metadata=None) -> bytes:
    file = io.BytesIO()
    write_tensors(file, tensors, metadata or {})
    return file.getvalue()


def read(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        metadata, found = find_tensors(path, lambda metadata: None)
        return metadata, {name: one.tensor() for name, one in found.items()}


def same(one, other) -> bool:
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and torch.equal(one[name], other[name]) for name in one
    )


def test_safetensors_reads_what_is_written():
    assert same(load(written(TENSORS, {"impasto": 'a "word" in ü'})), TENSORS)


def test_what_safetensors_writes_is_read():
    contiguous = {name: tensor.contiguous() for name, tensor in TENSORS.items()}
    metadata, tensors = read(save(contiguous, {"key": "value"}))
    assert same(tensors, TENSORS) and metadata == {"key": "value"}


def test_the_bytes_are_those_of_safetensors():
    """Where it leaves no choice; the packages differ in the order of tensors of equally wide types."""
    tensors = {"b": torch.rand(3, 5), "a": torch.rand(2)}
    assert written(tensors, {"key": "value"}) == save(tensors, {"key": "value"})


def test_everything_comes_back_aligned_as_torch_aligns():
    _, tensors = read(written(TENSORS | {"odd": torch.zeros(3, dtype=torch.uint8)}))
    assert all(tensor.data_ptr() % 64 == 0 for tensor in tensors.values())


def test_a_file_that_was_replaced_or_is_gone_is_not_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(written(TENSORS))
    _, found = find_tensors(path, lambda metadata: None)
    assert torch.equal(found["image"].tensor(), TENSORS["image"])
    assert torch.equal(found["image"].rows(1, 4), TENSORS["image"][:, :, 1:4])
    (tmp_path / "newer").write_bytes(written(TENSORS))
    (tmp_path / "newer").replace(path)
    for read_it in (found["image"].tensor, lambda: found["image"].rows(0, 2)):
        with pytest.raises(
            CheckpointError, match=r"file cannot be read any more .*replaced.*; load it again"
        ) as caught:
            read_it()
        assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(CheckpointError, match="cannot be read any more"):
        found["image"].tensor()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_name_that_is_no_text_is_read(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    path.write_bytes(written(TENSORS))
    _, found = find_tensors(path, lambda metadata: None)
    assert torch.equal(found["image"].tensor(), TENSORS["image"])


class Kept:
    """A vector in bfloat16 that hands out float32."""

    alive: weakref.WeakSet

    def __init__(self, vector, alive):
        self.vector, self.alive = vector.bfloat16(), alive
        self.shape, self.dtype = vector.shape, torch.bfloat16

    def tensor(self):
        assert not self.alive, "more than one at a time"
        made = self.vector.float()
        self.alive.add(made)
        return made


def test_stored_tensors_are_fetched_one_at_a_time():
    alive = weakref.WeakSet()
    kept = {f"s{i}": Kept(torch.linspace(i, i + 1, 9).view(1, 9), alive) for i in range(4)}
    assert all(map(is_stored, kept.values())) and not is_stored(torch.zeros(1)) and not is_stored(3)
    back = load(written(kept))
    assert same(back, {name: value.vector for name, value in kept.items()})


def test_a_stored_tensor_of_another_shape_than_announced_is_refused():
    kept = Kept(torch.zeros(4), weakref.WeakSet())
    kept.shape = torch.Size([5])
    with pytest.raises(ValueError, match="announced"):
        written({"s": kept})


def test_a_type_that_the_format_does_not_hold():
    with pytest.raises(ValueError, match="complex64"):
        written({"s": torch.zeros(2, dtype=torch.complex64)})


def with_entry(**changes) -> bytes:
    header = {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changes}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(8)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [3]},
        {"shape": [-1, -2]},
        {"shape": [2.0]},
        {"shape": "2"},
        {"dtype": "F3"},
        {"dtype": []},
        {"data_offsets": [-8, 0]},
        {"data_offsets": [8, 16]},
        {"data_offsets": [0]},
        {"data_offsets": None},
        {"shape": [2**40], "data_offsets": [0, 2**42]},
    ],
)
def test_a_damaged_entry_is_refused_before_memory_is_taken(changes):
    assert read(with_entry())[1]["x"].tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"damaged|cut off"):
        read(with_entry(**changes))


@pytest.mark.slow
@given(at=st.integers(0, 399), byte=st.integers(0, 255), length=st.integers(0, 1200))
@settings(max_examples=200)
def test_no_damage_raises_anything_but_a_value_error(at, byte, length):
    data = bytearray(written(TENSORS))
    data[at] = byte
    for damaged in (data, data[:length]):
        with contextlib.suppress(ValueError):
            read(bytes(damaged))
