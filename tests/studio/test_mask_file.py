"""Masks as PNG files, against Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from impasto.errors import PictureError

pytest.importorskip("nicegui", reason="the studio's page needs nicegui")
from impasto.studio.mask_file import MaskPixels, decode_png, encode_png

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def png(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def test_grey_values_are_kept():
    file = encode_png(MaskPixels(RAMP))
    image = Image.open(io.BytesIO(file))
    assert image.mode == "L"
    assert (np.array(image) == RAMP).all()
    assert (decode_png(file, (16, 16), regions=False).values == RAMP).all()


def test_a_map_has_its_exact_colours():
    numbers = np.array([[0, 1], [2, 1]], np.uint8)
    file = encode_png(MaskPixels(numbers, ("#000000", "#0102ff", "#fe8000")))
    image = Image.open(io.BytesIO(file))
    assert image.mode == "RGB"
    assert np.array(image).tolist() == [[[0, 0, 0], [1, 2, 255]], [[254, 128, 0], [1, 2, 255]]]
    pixels = decode_png(file, (2, 2), regions=True)
    assert [pixels.palette[number] for number in pixels.values.ravel()] == [
        "#000000",
        "#0102ff",
        "#fe8000",
        "#0102ff",
    ]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "I;16"])
def test_masks_of_other_kinds(mode: str):
    deep = mode == "I;16"
    image = Image.fromarray(RAMP.astype(np.uint16) * 257) if deep else Image.fromarray(RAMP).convert(mode)
    assert (decode_png(png(image), (16, 16), regions=False).values == RAMP).all()


def test_what_is_transparent_keeps_its_value():
    pixels = np.dstack([RAMP, np.zeros_like(RAMP)])
    file = png(Image.fromarray(pixels))
    assert (decode_png(file, (16, 16), regions=False).values == RAMP).all()


def test_another_size_of_the_same_shape_is_resampled():
    halves = Image.fromarray(np.repeat(np.uint8([[0, 255]]), 20, 0).repeat(15, 1))  # 30 x 20
    grey = decode_png(png(halves), (40, 60), regions=False).values
    assert grey.shape == (40, 60)
    assert (grey[:, :29] == 0).all()
    assert (grey[:, 31:] == 255).all()
    regions = decode_png(png(halves), (41, 61), regions=True)
    assert regions.values.shape == (41, 61)
    assert set(regions.palette) == {"#000000", "#ffffff"}
    smaller = decode_png(png(halves), (10, 15), regions=False).values
    assert smaller[:, 0].tolist() == [0] * 10
    assert smaller[:, -1].tolist() == [255] * 10


def test_a_photograph_s_turn_is_honoured():
    upright = np.zeros((20, 30), np.uint8)
    upright[:, 20:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: stored with the top on the left
    file = png(Image.fromarray(np.rot90(upright)), exif=exif)
    assert (decode_png(file, (20, 30), regions=False).values == upright).all()


@pytest.mark.parametrize(
    ("file", "regions", "line"),
    [
        (b"", False, "the mask is no PNG file: save it as an 8-bit PNG"),
        (
            png(Image.new("L", (40, 20))),
            False,
            "the mask is 40 x 20 pixels, another shape than the picture (30 x 20): give it the same shape",
        ),
        (
            png(Image.new("RGB", (30, 20), "red")),
            False,
            "the mask is in colour; a mask is grey, white where it holds",
        ),
        (
            png(Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30))),
            True,
            "the map of regions has 256 colours; expected at most 128: "
            "save it as a PNG in flat colours, one for each region",
        ),
    ],
)
def test_one_line_says_what_is_wrong(file: bytes, regions: bool, line: str):
    with pytest.raises(PictureError) as caught:
        decode_png(file, (20, 30), regions=regions)
    assert str(caught.value) == line


def test_a_damaged_file_is_refused():
    file = png(Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)))
    with pytest.raises(PictureError, match="the mask cannot be decoded"):
        decode_png(file[: len(file) // 2], (20, 30), regions=False)
