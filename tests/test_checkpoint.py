"""Checkpoint files: what goes in comes out, and everything else is refused by name."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from impasto.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from impasto.errors import CheckpointError, OutputError
from impasto.evaluation import Cost
from impasto.settings import Settings


@pytest.fixture
def checkpoint() -> Checkpoint:
    return Checkpoint(
        settings=Settings(recipe="classic", seed=5),
        inputs={"content": {"name": "photo.jpg", "fingerprint": "ab" * 32}},
        weights="cd" * 32,
        versions={"impasto": "0.1.0", "torch": "2.13.0", "threads": 2},
        stage=1,
        step=7,
        seconds=12.5,
        history=[Cost(3.0, 1.0, 0.1), Cost(0.1 + 0.2, 1 / 3, 1e-30)],
        solver_state={"image": torch.rand(1, 3, 4, 5), "steps": 7, "finished": None, "recent": [1 / 3, 2.0]},
        extra={"output": "out.png"},
    )


def test_everything_comes_back_to_the_bit(tmp_path, checkpoint):
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    back = load_checkpoint(tmp_path / "a.checkpoint")
    assert torch.equal(back.solver_state.pop("image"), checkpoint.solver_state.pop("image"))
    assert back == checkpoint


def test_it_introduces_itself_to_any_reader_of_safetensors(tmp_path, checkpoint):
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    data = (tmp_path / "a.checkpoint").read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    inside = json.loads(header["__metadata__"]["impasto"])
    assert inside["format"] == "impasto checkpoint"
    assert inside["settings"]["recipe"] == "classic"
    assert list(load_file(tmp_path / "a.checkpoint")) == ["image"]


def test_a_newer_one_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path, checkpoint):
    for _ in range(2):
        save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    assert [path.name for path in tmp_path.iterdir()] == ["a.checkpoint"]


def test_a_failed_write_leaves_the_old_one_untouched(tmp_path, checkpoint, monkeypatch):
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    before = (tmp_path / "a.checkpoint").read_bytes()
    monkeypatch.setattr(
        "os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OutputError, match="No space left"):
        save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    assert (tmp_path / "a.checkpoint").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_truncated_anywhere_it_is_refused(tmp_path, checkpoint):
    whole = tmp_path / "whole.checkpoint"
    save_checkpoint(whole, checkpoint)
    data = whole.read_bytes()
    for length in range(0, len(data), 97):
        cut = tmp_path / "cut.checkpoint"
        cut.write_bytes(data[:length])
        with pytest.raises(CheckpointError, match=r"cut\.checkpoint"):
            load_checkpoint(cut)


def test_what_is_not_a_checkpoint_is_refused_by_name(tmp_path, checkpoint):
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        load_checkpoint(tmp_path / "missing")
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        load_checkpoint(tmp_path)
    save_file({"x": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="not a checkpoint of impasto"):
        load_checkpoint(tmp_path / "other.safetensors")


def test_a_later_format_is_refused(tmp_path):
    header = {"format": "impasto checkpoint", "version": 2}
    save_file({"x": torch.zeros(3)}, tmp_path / "later", metadata={"impasto": json.dumps(header)})
    with pytest.raises(CheckpointError, match="format 2"):
        load_checkpoint(tmp_path / "later")


def test_one_with_something_missing_is_refused(tmp_path):
    header = {"format": "impasto checkpoint", "version": 1, "settings": {}}
    save_file({"x": torch.zeros(3)}, tmp_path / "part", metadata={"impasto": json.dumps(header)})
    with pytest.raises(CheckpointError, match="inputs"):
        load_checkpoint(tmp_path / "part")
