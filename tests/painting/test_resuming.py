"""A checkpoint goes on where the painting is computed."""

import pytest
import torch

from impasto.files.tensor_file import find_tensors, write_tensors
from impasto.painting.checkpoint import SavedState
from impasto.tensor_types import Span

IMAGE = torch.rand(1, 3, 4, 5, generator=torch.Generator().manual_seed(0))
CPU = torch.device("cpu")


@pytest.fixture
def saved(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        write_tensors(file, {"image": IMAGE}, {})
    _, tensors = find_tensors(tmp_path / "file", lambda metadata: None)
    return {**tensors, "unit": 0.5, "finished": None}


def test_a_saved_state_comes_to_the_device_and_nothing_else_of_it_changes(saved):
    """`meta` stands for a GPU: checkpoints are read into the computer's memory."""
    state = SavedState(saved, torch.device("meta"))
    assert state["image"].device.type == "meta"
    assert state["image"].shape == (1, 3, 4, 5)
    assert (state["unit"], state["finished"], "gradient" in state) == (0.5, None, False)
    assert list(state) == list(saved)


def test_of_each_tensor_only_the_rows_that_are_wanted(saved):
    assert torch.equal(SavedState(saved, CPU)["image"], IMAGE)
    assert torch.equal(SavedState(saved, CPU, Span(1, 3))["image"], IMAGE[:, :, 1:3])
    assert SavedState(saved, CPU, Span(4, 4))["image"].shape == (1, 3, 0, 5)


def test_asking_whether_a_tensor_is_there_does_not_read_it(saved, tmp_path):
    (tmp_path / "file").unlink()
    assert "image" in SavedState(saved, CPU)
