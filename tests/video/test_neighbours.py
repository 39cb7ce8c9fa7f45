"""Neighbours in the painting, brought along the tracks: where each place comes from, and where they are searched."""

from dataclasses import replace

import numpy as np
import pytest

from impasto.errors import CheckpointError
from impasto.video.neighbours import brought_neighbours
from impasto.video.state import State
from impasto.video.tracks import Tracks

SIZE = (40, 56)
LAYERS = {"relu2_1": (20, 28), "relu3_1": (10, 14)}
KNOWN = {0: [{layer: np.arange(h * w, dtype=np.int32).reshape(h, w) for layer, (h, w) in LAYERS.items()}]}


def followed(**changes):
    """The tracks of a second frame in which everything is sure and stands."""
    sure = np.ones(SIZE, np.float32)
    return replace(Tracks.begun(0, SIZE), number=1, likeness=sure, trust=sure, **changes)


def test_what_moves_takes_its_neighbours_along():
    still = Tracks.begun(0, SIZE)
    (found,) = brought_neighbours(followed(x=still.x - 8, y=still.y + 4), KNOWN)
    for layer, stride in (("relu2_1", 2), ("relu3_1", 4)):
        right, down = 8 // stride, 4 // stride
        assert np.array_equal(found[layer][:-down, right:], KNOWN[0][0][layer][down:, :-right])


def test_what_is_new_unlike_or_enlarged_is_searched():
    likeness, source = np.ones(SIZE, np.float32), np.zeros(SIZE, np.int32)
    source[:8], likeness[20:24, 13] = 1, 0.5
    found = brought_neighbours(replace(followed(source=source), likeness=likeness), KNOWN)[0]["relu3_1"]
    expected = KNOWN[0][0]["relu3_1"].copy()
    expected[:2], expected[5, 3] = -1, -1
    assert np.array_equal(found, expected)
    still = Tracks.begun(0, SIZE)
    enlarged = followed(x=still.x / 1.1, y=still.y / 1.1)
    assert all((one < 0).all() for one in brought_neighbours(enlarged, KNOWN)[0].values())


def test_where_nothing_is_known_all_are_searched():
    assert brought_neighbours(followed(), {}) == ()


def test_they_are_kept_on_the_disk_and_those_of_no_use_removed(tmp_path):
    state = State(tmp_path / "film")
    for visit in (0, 1):
        state.write_neighbours(visit, KNOWN[0])
    state.keep_neighbours({1})
    assert state.neighbours(0) == ()
    (found,) = state.neighbours(1)
    assert all(np.array_equal(found[layer], KNOWN[0][0][layer]) for layer in LAYERS)
    (tmp_path / "film" / "near-00001.npz").write_bytes(b"PK")
    with pytest.raises(CheckpointError, match="near-00001"):
        state.neighbours(1)
