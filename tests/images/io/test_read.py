"""Reading real and made files; Pillow, libvips' own converter and printed values are the oracles."""

import io
import sys

import numpy as np
import pytest
import pyvips
import torch
from PIL import Image, ImageCms, ImageOps

from impasto.errors import PictureError
from impasto.images.io.read import read_picture

HALF_STEP = 0.5 / 255


def as_array(picture):
    return picture.rgb[0].permute(1, 2, 0).numpy()


def pillow(path):
    with Image.open(path) as image:
        image.load()
        return image


def pillow_srgb(path, intent=ImageCms.Intent.RELATIVE_COLORIMETRIC):
    """The same conversion by Pillow and LittleCMS: relative colorimetric, black point compensated."""
    image = pillow(path)
    source = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    if image.mode == "RGBA":
        image = image.convert("RGB")
    return ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=intent,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_as_pillow(tmp_path, pixels, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Image.fromarray(pixels).save(path, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(pillow(path)))
    np.testing.assert_array_equal(np.round(as_array(read_picture(path)) * 255), expected)


def test_orientation_of_a_photograph(shared_pictures):
    path = shared_pictures / "formats" / "orientation_6.jpg"
    expected = np.asarray(ImageOps.exif_transpose(pillow(path))) / 255
    picture = read_picture(path)
    assert (picture.width, picture.height) == (1800, 1200)
    assert np.abs(as_array(picture) - expected).max() <= 3 / 255  # two JPEG decoders


def test_cmyk_photograph_with_its_profile(shared_pictures):
    path = shared_pictures / "formats" / "cmyk_swop.jpg"
    difference = np.abs(as_array(read_picture(path)) - np.asarray(pillow_srgb(path)) / 255)
    assert difference.mean() < 1 / 255
    assert np.quantile(difference, 0.999) < 3 / 255


def test_cmyk_without_profile_is_ink_on_paper(tmp_path):
    inks = np.zeros((16, 48, 4), np.uint8)
    inks[:, 16:32, 0] = 255  # cyan
    inks[:, 32:, 3] = 255  # black
    Image.fromarray(inks, "CMYK").save(tmp_path / "inks.tif")
    paper, cyan, black = (as_array(read_picture(tmp_path / "inks.tif"))[8, x] for x in (8, 24, 40))
    assert paper.min() > 0.99
    assert cyan[0] < 0.3 < 0.55 < min(cyan[1:])
    assert black.max() < 0.2


def test_sixteen_bit_photograph(shared_pictures):
    path = shared_pictures / "formats" / "rgb16.png"
    expected = np.asarray(pillow(path).convert("RGB")) / 255  # Pillow keeps the upper 8 of the 16 bits
    assert np.abs(as_array(read_picture(path)) - expected).max() <= 1 / 255


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_kept(tmp_path, suffix):
    ramp = np.arange(0, 65536, 7, dtype=np.uint16)[: 90 * 100].reshape(90, 100)
    Image.fromarray(ramp).save(tmp_path / f"ramp.{suffix}")
    picture = read_picture(tmp_path / f"ramp.{suffix}")
    np.testing.assert_array_equal(np.round(as_array(picture) * 65535)[..., 1], ramp)


def test_display_p3_becomes_srgb(shared_pictures):
    path = shared_pictures / "formats" / "display_p3.png"
    expected = np.asarray(pillow_srgb(path)) / 255
    assert np.abs(as_array(read_picture(path)) - expected).max() < 1.01 / 255


def test_display_p3_worked_value(tmp_path, shared_pictures):
    # P3 and sRGB share white and curve, so greys stay; (0.8, 0.4, 0.4) follows from the published matrices.
    profile = pillow(shared_pictures / "formats" / "display_p3.png").info["icc_profile"]
    values = np.full((8, 16, 3), 128, np.uint8)
    values[:, 8:] = (204, 102, 102)
    Image.fromarray(values).save(tmp_path / "p3.png", icc_profile=profile)
    out = as_array(read_picture(tmp_path / "p3.png"))
    np.testing.assert_allclose(out[0, 0], 128 / 255, atol=1e-3)
    np.testing.assert_allclose(out[0, 8], p3_to_srgb(np.array([0.8, 0.4, 0.4])), atol=2e-3)


def p3_to_srgb(coded):
    to_xyz = np.array(
        [[0.4865709, 0.2656677, 0.1982173], [0.2289746, 0.6917385, 0.0792869], [0, 0.0451134, 1.0439444]]
    )
    from_xyz = np.array(
        [
            [3.2409699, -1.5373832, -0.4986108],
            [-0.9692436, 1.8759675, 0.0415551],
            [0.0556301, -0.203977, 1.0569715],
        ]
    )
    light = from_xyz @ to_xyz @ (((coded + 0.055) / 1.055) ** 2.4)
    return 1.055 * light ** (1 / 2.4) - 0.055


@pytest.mark.slow
def test_heic_of_a_telephone(shared_pictures):
    pillow_heif = pytest.importorskip("pillow_heif")
    path = shared_pictures / "formats" / "iphone_13_pro_max.HEIC"
    picture = read_picture(path)
    assert (picture.width, picture.height) == (3024, 4032)
    heif = pillow_heif.open_heif(path)
    image = Image.fromarray(np.asarray(heif)).crop((1000, 1000, 1400, 1400))
    source = ImageCms.ImageCmsProfile(io.BytesIO(heif.info["icc_profile"]))
    expected = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    difference = np.abs(as_array(picture)[1000:1400, 1000:1400] - np.asarray(expected) / 255)
    assert difference.max() < 2 / 255


def test_heic_without_a_decoder_says_what_to_install(shared_pictures, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = shared_pictures / "formats" / "iphone_13_pro_max.HEIC"
    try:
        read_picture(path)
    except PictureError as error:
        assert "impasto[heic]" in str(error) and "\n" not in str(error)
    else:
        pytest.skip("this libvips decodes HEVC itself")


@pytest.mark.parametrize(
    ("mode", "file"),
    [("L", "a.png"), ("1", "a.png"), ("P", "a.png"), ("P", "a.gif"), ("RGB", "a.webp"), ("L", "a.tif")],
)
def test_modes_decode_as_in_pillow(tmp_path, pixels, mode, file):
    path = tmp_path / file
    Image.fromarray(pixels).convert(mode).save(path, **({"lossless": True} if file == "a.webp" else {}))
    expected = np.asarray(pillow(path).convert("RGB"))
    picture = read_picture(path)
    assert picture.rgb.shape == (1, 3, 24, 36) and picture.alpha is None
    np.testing.assert_array_equal(np.round(as_array(picture) * 255), expected)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_alpha_is_kept_apart(tmp_path, pixels, mode):
    alpha = np.full((24, 36), 255, np.uint8)
    alpha[:, :9] = 0
    if mode != "P":
        alpha[:, 9:18] = 128
    rgba = Image.fromarray(np.dstack([pixels, alpha]))
    path = tmp_path / "alpha.png"
    (rgba.quantize(64) if mode == "P" else rgba.convert(mode)).save(path)
    picture = read_picture(path)
    expected = np.asarray(pillow(path).convert("RGBA"))
    np.testing.assert_array_equal(np.round(picture.alpha[0, 0].numpy() * 255), expected[..., 3])
    visible = expected[..., 3] > 0
    np.testing.assert_array_equal(np.round(as_array(picture) * 255)[visible], expected[..., :3][visible])


def test_opaque_alpha_is_none(tmp_path, pixels):
    Image.fromarray(np.dstack([pixels, np.full((24, 36), 255, np.uint8)])).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").alpha is None


@pytest.mark.parametrize("space", ["lab", "scrgb"])
def test_lab_and_linear_float_tiffs(tmp_path, pixels, space):
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb").colourspace(space)
    image.write_to_file(str(tmp_path / "light.tif"))
    np.testing.assert_allclose(as_array(read_picture(tmp_path / "light.tif")), pixels / 255, atol=2e-5)


def test_nan_in_a_float_tiff_is_refused(tmp_path):
    light = np.full((9, 9, 3), 0.5, np.float32)
    light[4, 4] = np.nan
    pyvips.Image.new_from_array(light).copy(interpretation="scrgb").write_to_file(str(tmp_path / "nan.tif"))
    with pytest.raises(PictureError, match="NaN"):
        read_picture(tmp_path / "nan.tif")


def profile_bytes(space):
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


@pytest.mark.parametrize("profile", [b"garbage", b"\0" * 500, profile_bytes("LAB"), profile_bytes("sRGB")])
def test_a_broken_foreign_or_srgb_profile_leaves_the_values_exact(tmp_path, pixels, profile):
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(
        np.round(as_array(read_picture(tmp_path / "a.png")) * 255 * 64), pixels * 64.0
    )


@pytest.mark.parametrize("profile", [b"garbage", profile_bytes("sRGB")])
def test_a_broken_cmyk_profile_counts_as_none(tmp_path, pixels, profile):
    inks = Image.fromarray(pixels).convert("CMYK")
    inks.save(tmp_path / "broken.tif", icc_profile=profile)
    inks.save(tmp_path / "none.tif")
    assert torch.equal(read_picture(tmp_path / "broken.tif").rgb, read_picture(tmp_path / "none.tif").rgb)


def test_first_frame_of_an_animation(tmp_path, pixels):
    first, second = Image.fromarray(pixels).convert("P"), Image.new("P", (36, 24))
    first.save(tmp_path / "film.gif", save_all=True, append_images=[second])
    expected = np.asarray(pillow(tmp_path / "film.gif").convert("RGB"))
    np.testing.assert_array_equal(np.round(as_array(read_picture(tmp_path / "film.gif")) * 255), expected)


def test_names_libvips_would_take_for_options(tmp_path, pixels):
    path = tmp_path / "a.png[page=3]"
    Image.fromarray(pixels).save(path, format="PNG")
    assert read_picture(path).name == str(path)


def test_fingerprint_is_the_files_sha256(tmp_path, pixels):
    import hashlib

    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    assert read_picture(str(path)).fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
