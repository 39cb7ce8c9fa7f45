"""Maps of regions: the colours, the mixed edges, the order, and what is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from impasto.errors import PictureError
from impasto.images.label_map import matched, read_labels

RED, BLUE, PURPLE = (255, 0, 0), (0, 0, 255), (128, 0, 128)


def drawing(side=4):
    """Three regions, one of the colour that the two others make when mixed; `side` times as large, exact."""
    y, x = np.mgrid[0 : 60 * side, 0 : 80 * side] / side
    pixels = np.empty((*y.shape, 3), np.uint8)
    pixels[:] = RED
    pixels[x + 0.3 * y > 50] = BLUE
    pixels[(y - 45) ** 2 + (x - 20) ** 2 < 100] = PURPLE
    return pixels


def antialiased():
    return drawing().reshape(60, 4, 80, 4, 3).mean((1, 3)).round().astype(np.uint8)


def weights(labels):
    return np.stack([mask.values.array[..., 0] for mask in labels.masks]) / 255


def test_mixed_edges_belong_to_the_nearer_of_both_regions_and_to_no_third():
    labels = read_labels(antialiased())
    assert labels.colors == (RED, BLUE, PURPLE)
    shares = [(drawing() == color).all(-1).reshape(60, 4, 80, 4).mean((1, 3)) for color in labels.colors]
    found = weights(labels)
    assert (found.sum(0) == 1).all()
    for region, share in zip(found, shares, strict=True):
        assert (region[share > 0.55] == 1).all()
        assert (region[share < 0.45] == 0).all()


def test_hard_edges_stay_hard():
    found = weights(read_labels(drawing(1)))
    assert set(np.unique(found)) == {0, 1}


def test_a_jpeg_is_read_too():
    file = io.BytesIO()
    Image.fromarray(drawing()).save(file, "JPEG", quality=85)
    labels = read_labels(Image.open(file))
    assert len(labels.colors) == 3
    exact = np.stack([(drawing() == colour).all(-1) for colour in (RED, BLUE, PURPLE)])
    assert np.abs(weights(labels) - exact).mean() < 0.02


def test_the_order_is_that_of_reading():
    upside_down = read_labels(drawing(1)[::-1].copy())
    assert upside_down.colors == (RED, PURPLE, BLUE) or upside_down.colors == (RED, BLUE, PURPLE)
    assert read_labels(drawing(1)[:, ::-1].copy()).colors[0] == BLUE


def test_specks_are_no_regions():
    pixels = np.repeat(np.repeat(drawing(1), 4, 0), 4, 1)
    pixels[100, 100] = (0, 255, 0)
    assert read_labels(pixels).colors == (RED, BLUE, PURPLE)


def test_regions_are_matched_by_colour():
    photograph = read_labels(drawing(1))
    painting = read_labels(np.array([[(250, 4, 4)] * 20 + [PURPLE] * 20 + [BLUE] * 20] * 40, np.uint8))
    assert [mask.name[-8:-1] for mask in matched(photograph, painting)] == ["#fa0404", "#0000ff", "#800080"]
    with pytest.raises(PictureError, match="#0000ff"):
        matched(photograph, read_labels(np.array([[RED] * 20 + [PURPLE] * 20] * 40, np.uint8)))


def test_what_is_no_map_of_regions():
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    many = np.kron(np.arange(27).reshape(3, 9), np.ones((12, 12), int))
    many = np.stack([many % 3 * 127, many // 3 % 3 * 127, many // 9 * 127], -1).astype(np.uint8)
    ramp = np.linspace(0, 255, 80).round().astype(np.uint8)[None].repeat(60, 0)
    for source, words in [
        (noise, "is not a map of regions"),
        (ramp, "is not a map of regions"),
        (many, r"\d+ .*\b16\b"),
        (np.full((20, 20, 3), 99, np.uint8), "has one colour only"),
    ]:
        with pytest.raises(PictureError, match=words):
            read_labels(source)
