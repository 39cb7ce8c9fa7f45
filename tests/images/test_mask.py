"""Masks of any depth, size and kind; what is averaged, and what is refused."""

import numpy as np
import pytest
import pyvips
import torch
from PIL import Image

from impasto.errors import PictureError
from impasto.images.io.read import read_picture
from impasto.images.mask import check_aspect, check_overlap, read_mask, region_rows

RAMP = np.round(np.linspace(0, 255, 40 * 30)).astype(np.uint8).reshape(30, 40)


def whole(mask, size=None):
    size = size or (mask.height, mask.width)
    return mask.rows(size, 0, size[0])


def test_grey_of_any_depth_from_anywhere(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "8.png")
    Image.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / "16.png")
    Image.fromarray(np.repeat(RAMP[..., None], 3, 2)).save(tmp_path / "rgb.png")
    pyvips.Image.new_from_array((RAMP / 255).astype(np.float32)).tiffsave(str(tmp_path / "float.tif"))
    alpha = np.dstack([RAMP, 255 - RAMP])
    Image.fromarray(alpha, "LA").save(tmp_path / "alpha.png")
    sources = [tmp_path / name for name in ("8.png", "16.png", "rgb.png", "float.tif", "alpha.png")]
    sources += [RAMP, alpha, RAMP / 255, torch.from_numpy(RAMP), torch.from_numpy(RAMP)[None, None]]
    sources += [Image.fromarray(RAMP), Image.open(tmp_path / "alpha.png"), str(tmp_path / "8.png")]
    expected = torch.from_numpy(RAMP / 255).float()
    for source in sources:
        torch.testing.assert_close(whole(read_mask(source)), expected, rtol=0, atol=1e-5)


def test_transparent_pixels_keep_their_values(tmp_path):
    """A picture's hidden colours are replaced by those around; a mask says what it says."""
    rgba = np.dstack([RAMP, RAMP, RAMP, np.zeros_like(RAMP)])
    rgba[:15, :, 3] = 255
    Image.fromarray(rgba).save(tmp_path / "a.png")
    for source in (tmp_path / "a.png", rgba, Image.fromarray(rgba)):
        torch.testing.assert_close(whole(read_mask(source)), torch.from_numpy(RAMP / 255).float())


def test_the_orientation_is_honoured(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    Image.fromarray(RAMP).save(tmp_path / "a.png", exif=exif)
    turned = torch.from_numpy(np.rot90(RAMP, -1) / 255).float()
    torch.testing.assert_close(whole(read_mask(tmp_path / "a.png")), turned)


def test_true_and_false_are_white_and_black():
    for source in (RAMP > 99, torch.from_numpy(RAMP > 99)):
        assert torch.equal(whole(read_mask(source)), torch.from_numpy(RAMP > 99).float())


def test_resampled_it_is_averaged_and_never_picked():
    lines = np.zeros((64, 64), np.uint8)
    lines[:, ::4] = 255
    small = whole(read_mask(lines), (16, 16))
    assert small[2:-2, 2:-2].sub(0.25).abs().max() < 0.01
    edge = np.zeros((32, 32), np.uint8)
    edge[:, 16:] = 255
    large = whole(read_mask(edge), (96, 96))
    assert ((large > 0.1) & (large < 0.9)).any()  # soft, and no staircase
    assert large[:, :40].max() == 0


def test_white_stays_white_at_any_size():
    white = read_mask(np.full((31, 17), 255, np.uint8))
    for size in ((31, 17), (7, 4), (64, 35), (101, 55)):
        assert torch.equal(whole(white, size), torch.ones(size))


def test_rows_are_those_of_the_whole():
    mask = read_mask(RAMP)
    torch.testing.assert_close(mask.rows((17, 23), 5, 11), whole(mask, (17, 23))[5:11], rtol=0, atol=2e-5)


def test_soft_edges_that_add_up_to_more_are_divided_by_their_sum():
    left = np.clip(np.linspace(2.2, -1, 40), 0, 1)[None].repeat(30, 0)
    masks = [read_mask(left), read_mask(left[:, ::-1].copy())]
    weights = region_rows(masks, (30, 40), 0, 30)
    both = whole(masks[0]) + whole(masks[1])
    assert both.max() > 1.1
    torch.testing.assert_close(weights.sum(0), both.clamp(max=1))
    check_overlap(masks, read_picture(np.zeros((30, 40, 3))))


def test_what_cannot_be_a_mask(tmp_path):
    colors = np.random.default_rng(0).integers(0, 255, (30, 40, 3)).astype(np.uint8)
    (tmp_path / "a.png").write_bytes(b"no picture")
    for source, words in [
        (np.zeros((30, 40), np.uint8), "is black everywhere"),
        (colors, "is in colour; a mask is grey"),
        (RAMP.astype(float), "values from 0 to 255"),
        (tmp_path / "none.png", "does not exist"),
        (tmp_path / "a.png", "the mask '"),
        (3, "the mask is a int"),
    ]:
        with pytest.raises(PictureError, match=words):
            read_mask(source)


@pytest.mark.parametrize(
    ("size", "fits"),
    [((300, 400), True), ((75, 100), True), ((601, 801), True), ((38, 50), True), ((300, 300), False),
     ((400, 300), False), ((310, 400), False)],
)  # fmt: skip
def test_the_shape_is_the_photographs_up_to_a_pixel(size, fits):
    photograph = read_picture(np.zeros((300, 400, 3)))
    mask = read_mask(np.ones(size))
    if fits:
        check_aspect(mask, photograph, "mask")
    else:
        with pytest.raises(PictureError, match=f"{size[1]} x {size[0]}.*400 x 300"):
            check_aspect(mask, photograph, "mask")


def test_overlapping_masks_are_refused():
    masks = [read_mask(RAMP * 0 + 255), read_mask((RAMP > 99) * np.uint8(255))]
    with pytest.raises(PictureError, match=r"\d+\.\d%"):
        check_overlap(masks, read_picture(np.zeros((30, 40, 3))))
