"""A small picture of the painting as it is now: its colours, its size, and that it is a copy."""

import numpy as np
import pytest
import torch

from impasto.errors import SettingsError
from impasto.images.resize import fitted_size, resize
from impasto.painting import record
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT = 0.3 + 0.4 * resize(random_image(12, 16, 1), (96, 128))  # as muted as photographs mostly are
STYLE = 0.3 + 0.4 * random_image(40, 40, 2)
PROTECT = np.linspace(2, -1, 128).clip(0, 1)[None].repeat(96, 0)
COLOURS = {
    "the canvas": {},
    "the photograph's colours": {"colour": "photograph"},
    "in tiles": {"engine": "tiled", "tile": 96},
}


def begun(name="the canvas", protect=None, resume=None, **fields):
    settings = Settings(**{"recipe": "glaze", "steps": 2, "scales": 2, **COLOURS[name], **fields})
    stylizer = Stylizer(settings, encoder=VGG19(tiny_weights()))
    return stylizer.paint(CONTENT, STYLE, protect=protect, resume=resume)


def levels(image):
    """[1, 3, H, W] in [0, 1] as uint8's numbers, [H, W, 3]."""
    return image[0].permute(1, 2, 0).numpy() * 255.0


@pytest.mark.parametrize(
    ("name", "protected", "long_side"),
    [
        ("the canvas", False, 100),
        ("the canvas", True, 32),
        ("the photograph's colours", False, 32),
        ("the photograph's colours", True, 100),
        ("in tiles", False, 32),
    ],
)
def test_at_the_end_it_is_the_result_shrunk(name, protected, long_side):
    painting = begun(name, PROTECT if protected else None, scales=1)
    list(painting)
    shown, image = painting.preview(long_side), painting.result().image
    small = fitted_size(96, 128, long_side)
    assert (shown.shape, shown.dtype) == ((*small, 3), np.uint8)
    assert np.abs(shown - levels(torch.nn.functional.interpolate(image, small, mode="area"))).mean() < 2


def test_at_full_size_it_is_the_result_in_eight_bits():
    painting = begun(scales=1)
    list(painting)
    shown = painting.preview(10_000)  # a canvas is never enlarged
    assert np.abs(shown - levels(painting.result().image)).max() <= 0.5 + 1e-3


def test_it_is_a_copy():
    painting = begun()
    next(painting)
    first = painting.preview(32)
    kept = first.copy()
    list(painting)
    assert np.array_equal(first, kept)
    assert not np.array_equal(painting.preview(32), kept)


def test_before_the_first_step_it_shows_the_first_canvas():
    shown = begun(scales=1, start="content").preview(128)
    assert np.abs(shown - levels(CONTENT)).max() <= 0.5 + 1e-3


def test_it_is_there_at_every_event_and_the_scale_s_own_size():
    """While a scale begins the canvas is still that of the scale before; a protected part has its size, too."""
    painting, sizes = begun(protect=PROTECT), []
    for event in painting.events():
        sizes.append((getattr(event, "kind", "step"), event.scale, painting.preview(1000).shape[:2]))
    coarse, fine = (48, 64), (96, 128)
    assert [size for kind, scale, size in sizes if scale == 1] == [coarse] * sum(one[1] == 1 for one in sizes)
    assert [size for kind, _, size in sizes if kind == "scale"] == [coarse, coarse]
    assert [size for kind, scale, size in sizes if kind == "step" and scale == 2] == [fine, fine]


def test_a_result_and_a_checkpoint_are_whole_while_a_scale_begins(tmp_path):
    straight = begun(protect=PROTECT)
    list(straight)
    painting = begun(protect=PROTECT)
    for event in painting.events():
        if (getattr(event, "kind", "step"), event.scale) == ("scale", 2):
            break
    assert painting.result().image.shape == (1, 3, 96, 128)
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    resumed = begun(protect=PROTECT, resume=load_checkpoint(tmp_path / "a.checkpoint"))
    assert resumed.preview(1000).shape == (48, 64, 3)
    list(resumed)
    assert torch.equal(resumed.result().image, straight.result().image)


def test_painting_is_not_changed_by_looking():
    watched, alone = begun(), begun()
    for _ in watched:
        watched.preview(64)
    list(alone)
    assert torch.equal(watched.result().image, alone.result().image)


@pytest.mark.parametrize("long_side", [0, -3, 2.5, "large", True, None])
def test_a_long_side_that_is_none_is_refused(long_side):
    with pytest.raises(SettingsError) as caught:
        begun().preview(long_side)
    assert repr(long_side) in str(caught.value) and "\n" not in str(caught.value)


def test_the_photograph_is_resized_once_a_size(monkeypatch):
    asked = []
    rows_at = record.rows_at
    monkeypatch.setattr(record, "rows_at", lambda *given: asked.append(given[1]) or rows_at(*given))
    painting = begun("the photograph's colours", scales=1)
    for _ in painting:
        painting.preview(64), painting.preview(64)
    assert asked == [(48, 64)]


def test_in_tiles_it_takes_no_network(monkeypatch):
    painting = begun("in tiles", scales=1)
    next(painting)
    monkeypatch.setattr(VGG19, "__call__", lambda *given: pytest.fail("a preview needs no network"))
    painting.preview(64)
