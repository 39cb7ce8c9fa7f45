import sys

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from impasto.errors import PictureError
from impasto.images.io.read import read_picture


def steps(picture, top=255):
    return np.round(picture.rgb[0].permute(1, 2, 0).numpy() * top)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64, np.float16])
def test_arrays_of_every_type_mean_the_same(pixels, dtype):
    if dtype == np.uint16:
        array = pixels.astype(np.uint16) * 257
    else:
        array = pixels if dtype == np.uint8 else (pixels / 255).astype(dtype)
    np.testing.assert_array_equal(steps(read_picture(array)), pixels)


def test_arrays_of_every_shape(pixels):
    grey, alpha = pixels[..., 0], 255 - pixels[..., 2]
    for array in (grey, grey[..., None], np.dstack([grey, alpha])):
        np.testing.assert_array_equal(steps(read_picture(array)), np.dstack([grey] * 3))
    for array in (np.dstack([pixels, alpha]), np.dstack([grey, alpha])):
        np.testing.assert_array_equal(np.round(read_picture(array).alpha[0, 0].numpy() * 255), alpha)


def test_strided_and_read_only_arrays(pixels):
    turned = pixels[::-1, :, ::-1]
    turned.flags.writeable = False
    picture = read_picture(turned)
    np.testing.assert_array_equal(steps(picture), turned)
    picture.rgb.mul_(0)
    assert pixels.any()


@pytest.mark.parametrize("batched", [False, True])
def test_tensors(pixels, batched):
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)
    tensor = tensor[None] if batched else tensor
    for variant in (tensor, tensor / 255, (tensor / 255).double().requires_grad_()):
        picture = read_picture(variant)
        np.testing.assert_array_equal(steps(picture), pixels)
        assert picture.rgb.dtype == torch.float32 and not picture.rgb.requires_grad
    assert read_picture(tensor[..., :1, :, :]).rgb.shape == (1, 3, 24, 36)


def test_fingerprints_tell_content_shape_and_type_apart():
    flat = np.arange(16 * 16, dtype=np.uint8)
    arrays = [
        flat.reshape(16, 16),
        flat.reshape(8, 32),
        flat.reshape(16, 16)[::-1],
        flat.reshape(16, 16) / 255,
    ]
    prints = [read_picture(array).fingerprint for array in arrays]
    assert len(set(prints)) == 4
    assert read_picture(arrays[0].copy()).fingerprint == prints[0]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (np.full((9, 9), np.nan), "NaN"),
        (np.full((9, 9), 255.0), r"from 255 to 255; expected floats in \[0, 1\]"),
        (np.full((9, 9), -0.1), "-0.1"),
        (np.zeros((9, 9), np.int64), "int64"),
        (np.zeros((9, 9, 5)), r"\(9, 9, 5\)"),
        (np.zeros(9), "expected H x W"),
        (np.zeros((0, 9)), "9 x 0 pixels"),
        (torch.zeros(9, 9), "channels x height x width"),
        (torch.zeros(2, 3, 9, 9), r"\(2, 3, 9, 9\)"),
        (torch.full((3, 9, 9), torch.inf), "infinity"),
        (torch.zeros(3, 9, 7), "at least 8"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(bad, words):
    with pytest.raises(PictureError, match=words) as caught:
        read_picture(bad, role="style picture")
    assert "\n" not in str(caught.value) and "style picture" in str(caught.value)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBX", "YCbCr", "HSV", "I;16", "I", "F"])
def test_pil_modes(pixels, mode):
    grey = Image.fromarray(pixels).convert("L")
    if mode in ("I;16", "I"):
        image = Image.fromarray(
            (np.asarray(grey).astype(np.uint16) * 257).astype("uint16" if ";" in mode else "int32")
        )
        expected = np.dstack([np.asarray(grey)] * 3)
    elif mode == "F":
        image = Image.fromarray((np.asarray(grey) / 255).astype(np.float32))
        expected = np.dstack([np.asarray(grey)] * 3)
    else:
        image = Image.fromarray(pixels).convert(mode)
        expected = np.asarray(image.convert("RGB"))
    assert image.mode == mode
    np.testing.assert_array_equal(steps(read_picture(image)), expected)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "La"])
def test_pil_modes_with_alpha(pixels, mode):
    alpha = np.full((24, 36), 255, np.uint8)
    alpha[:, :9] = 0
    rgba = Image.fromarray(np.dstack([pixels, alpha]))
    if mode == "PA":
        image = rgba.convert("RGB").quantize(64).convert("PA")
        image.putalpha(Image.fromarray(alpha))
    else:
        image = rgba.convert("LA").convert("La") if mode == "La" else rgba.convert(mode)
    picture = read_picture(image)
    np.testing.assert_array_equal(np.round(picture.alpha[0, 0].numpy() * 255), alpha)
    expected = np.asarray(image.convert("LA" if mode == "La" else "RGBA").convert("RGBA"))
    np.testing.assert_array_equal(steps(picture)[:, 9:], expected[:, 9:, :3])


def test_pil_orientation_and_profile_as_in_the_file(tmp_path, shared_pictures):
    for file in ("orientation_6.jpg", "display_p3.png", "cmyk_swop.jpg"):
        path = shared_pictures / "formats" / file
        with Image.open(path) as image:
            opened = read_picture(image)
        difference = (opened.rgb - read_picture(path).rgb).abs()
        assert difference.max() <= 8 / 255 and difference.mean() < 0.5 / 255  # two JPEG decoders


def test_pil_lab_is_refused(pixels):
    lab = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    with pytest.raises(PictureError, match="LAB"):
        read_picture(lab)


def test_a_damaged_file_behind_a_pil_image(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:-60])
    with Image.open(tmp_path / "cut.png") as image, pytest.raises(PictureError, match="a PIL image"):
        read_picture(image)


def test_other_sources_need_no_pillow(tmp_path, pixels, monkeypatch):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    for name in [name for name in sys.modules if name.split(".")[0] == "PIL"]:
        monkeypatch.setitem(sys.modules, name, None)  # importing it would now fail
    for source in (tmp_path / "a.png", pixels, torch.from_numpy(pixels).permute(2, 0, 1)):
        np.testing.assert_array_equal(steps(read_picture(source)), pixels)


@pytest.mark.parametrize(
    "tensor",
    [torch.zeros(3, 40, 40).to_sparse(), torch.zeros(3, 40, 40, device="meta")],
    ids=["sparse", "meta"],
)
def test_a_tensor_without_values_to_read_is_refused(tensor):
    with pytest.raises(PictureError, match=str(tensor.device)):
        read_picture(tensor)
