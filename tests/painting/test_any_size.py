"""Paintings in tiles, with little memory, at large sizes: the same picture, and to the bit when resumed."""

import pytest
import torch

from impasto.errors import SettingsError
from impasto.layout import Layout
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE = random_image(75, 98, 1), random_image(64, 80, 2)
SPARING = {
    "tiles": Layout(tile=64, style_tile=48),
    "deep layers in larger tiles": Layout(tile=48, style_tile=48, deep_tile=64),
    "past steps in half precision": Layout(tile=48, kept="float16", history=5),
    "everything on disk": Layout(tile=48, kept="disk", encoding="disk"),
    "Adam in bfloat16": Layout(tile=48, deep_tile=128, solver="adam", moments="bfloat16", encoding="disk"),
}


def stylizer(**fields) -> Stylizer:
    fields = {"steps": 4, "scales": 2, **fields}
    return Stylizer(
        Settings(**{"recipe": "glaze", **fields}), encoder=VGG19(tiny_weights(), pooling="average")
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("border", "solver"), [("mirror", "lbfgs"), ("mirror", "adam"), ("zeros", "adam"), ("replicate", "lbfgs")]
)
def test_in_tiles_it_is_the_same_picture(border, solver):
    whole, tiled = (
        stylizer(border=border, solver=solver, engine=engine, tile=tile).stylize(CONTENT, STYLE)
        for engine, tile in (("whole", None), ("tiled", 32))
    )
    tolerance = 1e-4 if solver == "adam" else 1e-2  # L-BFGS divides small differences by each other
    assert tiled.history[0].total == pytest.approx(whole.history[0].total, rel=1e-5)
    assert tiled.history[-1].total == pytest.approx(whole.history[-1].total, rel=tolerance)
    assert (tiled.image - whole.image).abs().mean() < tolerance


@pytest.mark.slow
@pytest.mark.parametrize(("name", "stop_after"), zip(SPARING, [2, 7, 7, 7, 2], strict=True))
def test_resumed_in_the_same_layout_it_is_the_same_to_the_bit(tmp_path, name, stop_after):
    def begun():
        painting = stylizer(steps=3).paint(CONTENT, STYLE)
        painting.layouts = [SPARING[name]] * 2
        return painting

    straight = begun()
    list(straight)
    painting = begun()
    for step in painting:
        if step.number == stop_after:
            painting.save_checkpoint(tmp_path / "a.checkpoint")
            break
    resumed = stylizer(steps=3).paint(CONTENT, STYLE, resume=load_checkpoint(tmp_path / "a.checkpoint"))
    assert resumed.layouts == [SPARING[name]] * 2
    list(resumed)
    assert torch.equal(resumed.result().image, straight.result().image)
    assert resumed.result().history == straight.result().history


def test_too_little_memory_is_refused_with_what_it_takes():
    with pytest.raises(SettingsError, match=r"98x75.* [MG]B .*1 MB"):
        stylizer(memory="1MB").paint(CONTENT, STYLE)


def steps_of(painting):
    return [one.scale.steps for one in painting.plan(times=False).scales]


@pytest.mark.slow
def test_scales_beyond_1024_pixels_take_fewer_steps():
    painting = stylizer(size=4096, steps=40, scales=None, memory="1TB").paint(
        CONTENT, random_image(600, 4096)
    )
    assert steps_of(painting) == [135, 90, 60, 40, 20, 10]
    painting = stylizer(size=16_000, steps=40, scales=3, memory="1TB").paint(
        CONTENT, random_image(1600, 1600)
    )
    assert steps_of(painting) == [10, 8, 8]
    painting = stylizer(size=4096, steps=3, scales=1, memory="1TB").paint(CONTENT, random_image(400, 400))
    assert steps_of(painting) == [3]
