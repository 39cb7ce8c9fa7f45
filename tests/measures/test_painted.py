"""Palette, brush, scene and grain: closed forms, and the yardstick that they were taken from."""

import importlib.util

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto.images.io.read import read_picture
from impasto.measures.colors import palette
from impasto.measures.detail import grain
from impasto.measures.measure import ComparedImages
from impasto.measures.painted import painted
from impasto.vgg.vgg19 import VGG19
from tests.helpers import SHARED, random_image, tiny_weights

YARDSTICK = SHARED / "tools" / "yardstick.py"
DEMO = impasto.__path__[0] + "/demo/{}.jpg"


def compared(result, content, style, most=512) -> ComparedImages:
    return ComparedImages.plain(result, read_picture(content), read_picture(style), most)


def values(images, encoder=None) -> dict[str, dict[str, float]]:
    brush, scene = painted(images, encoder or VGG19(tiny_weights()))
    rows = {one.name: next(iter(one.values.values())) for one in (palette(images), grain(images))}
    return rows | {"brush": brush.values["mean"], "scene": scene.values["mean"]}


def test_the_photograph_itself_has_brush_1_and_scene_0():
    content, style = random_image(36, 48, 1), random_image(40, 48, 2)
    found = values(compared(content, content, style))
    assert found["brush"]["result"] == 1
    assert found["scene"]["result"] == 0
    assert found["palette"]["result"] == found["palette"]["photograph"] > 0
    assert found["grain"]["result"] == found["grain"]["photograph"]


def test_the_painting_itself_has_palette_0_brush_0_and_its_own_grain():
    content, style = random_image(40, 48, 1), random_image(40, 48, 2)
    found = values(compared(style, content, style))
    assert found["palette"]["result"] == 0
    assert found["brush"]["result"] == pytest.approx(0, abs=1e-5)
    assert found["grain"]["result"] == 1
    assert found["scene"]["result"] > 0.05


def test_the_palette_does_not_ask_where_a_colour_stands():
    content, style = random_image(36, 48, 1), random_image(48, 48, 2)
    turned = style.flip(2).transpose(2, 3)
    assert values(compared(turned, style, style))["palette"]["result"] == pytest.approx(0, abs=1e-5)
    assert values(compared(content, content, style))["palette"]["result"] > 0.1


def test_a_shift_of_all_colours_counts_by_its_mean_length_along_the_axes():
    """Of greys that are lighter by d in OKLab: d times the mean |t_L| over the sphere, which is 1/2, of 48 axes."""
    dark, light = (torch.full((1, 3, 16, 16), value) for value in (0.3, 0.6))
    images = ComparedImages(light, light, dark)
    shift = float(images.lightness[0].mean() - images.lightness[2].mean())
    assert palette(images).values["to the painting"]["result"] == pytest.approx(100 * shift / 2, rel=0.15)


def test_flat_pictures_give_finite_numbers():
    flat = torch.full((1, 3, 32, 32), 0.5)
    for row in values(compared(flat, flat, flat)).values():
        assert all(np.isfinite(value) for value in row.values())


def test_grain_is_1_for_the_finest_dots_and_near_0_for_a_slow_wave():
    x = torch.arange(64.0)
    slow = (0.5 + 0.4 * torch.sin(2 * torch.pi * x / 32)).expand(1, 3, 64, 64)
    dots = (0.1 + 0.8 * (x % 2)).expand(1, 3, 64, 64)
    images = ComparedImages(slow, dots, dots)
    found = grain(images).values["beside the painting"]
    assert found["photograph"] == 1
    assert found["result"] < 1e-3


def test_large_pictures_are_measured_at_a_bounded_size():
    images = compared(random_image(60, 80, 1), random_image(60, 80, 2), random_image(64, 64, 3), most=40)
    assert [tuple(one.shape[2:]) for one in (images.result, images.content, images.style)] == [
        (30, 40),
        (30, 40),
        (40, 40),
    ]


@pytest.mark.parametrize("size", [(32, 24), (160, 120)])
def test_pictures_are_resized_as_pillow_does(size):
    pixels = np.random.default_rng(0).integers(
        96, 160, (90, 120, 3), np.uint8
    )  # nothing to clip between two passes
    expected = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)) / 255
    images = ComparedImages.plain(torch.zeros(1, 3, *size[::-1]), *[read_picture(pixels)] * 2, 512)
    for image in (images.content, images.style):
        assert np.abs(image[0].permute(1, 2, 0).numpy() - expected).max() < 1.6 / 255


@pytest.mark.slow
@pytest.mark.skipif(
    not YARDSTICK.is_file(), reason=f"the yardstick is not here ({YARDSTICK.name} beside the project)"
)
def test_the_yardsticks_own_figures(tmp_path):
    """So small that it looks at every pixel, and nearly every position: what is left is chance of its drawing."""
    spec = importlib.util.spec_from_file_location("yardstick", YARDSTICK)
    yardstick = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(yardstick)
    content, style = (Image.open(DEMO.format(role)).convert("RGB") for role in ("content", "style"))
    size = tuple(round(side * 144 / max(content.size)) for side in content.size)
    Image.blend(content.resize(size), style.resize(size), 0.6).save(tmp_path / "result.png")
    expected = yardstick.measure(DEMO.format("content"), DEMO.format("style"), tmp_path / "result.png")
    images = compared(read_picture(tmp_path / "result.png").rgb, DEMO.format("content"), DEMO.format("style"))
    found = values(images, yardstick.enc)
    assert {name: row["result"] for name, row in found.items()} == pytest.approx(expected, rel=0.02)
