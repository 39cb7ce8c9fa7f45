"""A checkpoint goes on where the painting is computed."""

import torch

from impasto.resuming import OnDevice


def test_a_saved_state_comes_to_the_device_and_nothing_else_of_it_changes():
    """`meta` stands for a GPU: checkpoints are read into the computer's memory."""
    saved = {"image": torch.ones(1, 3, 4, 5), "unit": 0.5, "finished": None}
    state = OnDevice(saved, torch.device("meta"))
    assert state["image"].device.type == "meta"
    assert state["image"].shape == (1, 3, 4, 5)
    assert (state["unit"], state["finished"], "gradient" in state, list(state)) == (
        0.5,
        None,
        False,
        list(saved),
    )


def test_what_is_there_already_is_not_copied():
    image = torch.ones(1, 3, 4, 5)
    assert OnDevice({"image": image}, torch.device("cpu"))["image"] is image
