"""Writing: exact steps, the same bytes, and never a half-written or lost file."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyvips
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from impasto.errors import OutputError, PictureError, SettingsError
from impasto.files import atomic_write as atomic
from impasto.images.io.formats import check_writable
from impasto.images.io.read import read_picture
from impasto.images.io.write import write_picture

FILES = ("a.png", "a.jpg", "a.JPEG", "a.tif", "a.tiff", "a.webp")
property_test = settings(max_examples=40)


def noise(height: int = 20, width: int = 30, seed: int = 0, channels: int = 3) -> torch.Tensor:
    return torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(seed))


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def loaded(path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


@pytest.mark.slow
@property_test
@given(
    height=st.integers(8, 40),
    width=st.integers(8, 40),
    seed=st.integers(0, 99),
    file=st.sampled_from([("a.png", 8), ("a.png", 16), ("a.tif", 8), ("a.tiff", 16), ("a.webp", 8)]),
    transparent=st.booleans(),
)
def test_lossless_round_trip_is_exact(tmp_path, height, width, seed, file, transparent):
    name, bits = file
    top = 2**bits - 1
    rgb = (noise(height, width, seed) * top).round() / top
    alpha = ((1 - noise(height, width, seed + 100, 1) * 0.9) * top).round() / top if transparent else None
    write_picture(tmp_path / name, rgb, alpha=alpha, bits=bits, overwrite=True)
    back = read_picture(tmp_path / name)
    assert torch.equal((back.rgb * top).round(), (rgb * top).round())
    torch.testing.assert_close(back.rgb, rgb, atol=1e-7, rtol=0)
    if alpha is None:
        assert back.alpha is None
    else:
        torch.testing.assert_close(back.alpha, alpha, atol=1e-7, rtol=0)


@pytest.mark.parametrize("name", FILES)
def test_pillow_reads_the_same_colours_and_an_srgb_profile(tmp_path, name):
    y, x = torch.meshgrid(torch.linspace(0, 1, 32), torch.linspace(0, 1, 48), indexing="ij")
    rgb = torch.stack([x, y, 1 - x])[None]
    write_picture(tmp_path / name, rgb)
    image = loaded(tmp_path / name)
    assert image.mode == "RGB"
    expected = np.round(rgb[0].permute(1, 2, 0).numpy() * 255)
    assert np.abs(np.asarray(image) - expected).max() <= (3 if "jp" in name.lower() else 0)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    same = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"))
    assert np.abs(np.asarray(same).astype(int) - np.asarray(image)).max() <= 2


def test_values_are_rounded_to_the_nearest_step_and_clipped(tmp_path):
    rgb = torch.full((1, 3, 8, 8), 0.0)
    for column, value in enumerate([0.49, 0.51, 99.4, 99.6, 254.6, 300.0, -20.0]):
        rgb[..., column] = value / 255
    write_picture(tmp_path / "steps.png", rgb)
    assert np.asarray(loaded(tmp_path / "steps.png"))[0, :7, 0].tolist() == [0, 1, 99, 100, 255, 255, 0]


def test_jpeg_keeps_full_chroma(tmp_path):
    write_picture(tmp_path / "a.jpg", noise())
    assert pyvips.Image.new_from_file(str(tmp_path / "a.jpg")).get("jpeg-chroma-subsample") == "4:4:4"


def test_jpeg_shows_transparency_on_white(tmp_path):
    alpha = torch.zeros(1, 1, 16, 16)
    alpha[..., 8:] = 0.5
    write_picture(tmp_path / "a.jpg", torch.zeros(1, 3, 16, 16), alpha=alpha)
    pixels = np.asarray(loaded(tmp_path / "a.jpg")).astype(int)
    assert abs(pixels[8, 2] - 255).max() <= 2 and abs(pixels[8, 13] - 128).max() <= 2


@pytest.mark.parametrize("name", FILES)
def test_the_same_input_gives_the_same_bytes(tmp_path, name):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_picture(tmp_path / folder / name, noise(), metadata={"seed": 1})
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("name", ["a.gif", "a", "a.png.bak"])
def test_unknown_extension(tmp_path, name):
    with pytest.raises(SettingsError, match=r"\.png, \.tif"):
        check_writable(tmp_path / name)


@pytest.mark.parametrize(("name", "bits"), [("a.jpg", 16), ("a.webp", 16), ("a.png", 12)])
def test_bits_the_format_does_not_hold(tmp_path, name, bits):
    with pytest.raises(SettingsError, match=f"not {bits}"):
        check_writable(tmp_path / name, bits=bits)


@pytest.mark.parametrize(("name", "side"), [("a.jpg", 65535), ("a.webp", 16383)])
def test_sizes_the_format_does_not_hold(tmp_path, name, side):
    check_writable(tmp_path / name, size=(10, side))
    with pytest.raises(SettingsError, match=str(side)):
        check_writable(tmp_path / name, size=(10, side + 1))


def test_a_file_is_replaced_only_when_told(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="--force"):
        write_picture(path, noise())
    assert path.read_bytes() == b"precious"
    write_picture(path, noise(), overwrite=True)
    assert read_picture(path).width == 30
    assert files_in(tmp_path) == ["a.png"]


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    write_picture(tmp_path / "link.png", noise(), overwrite=True)
    assert (tmp_path / "link.png").is_symlink()
    assert read_picture(tmp_path / "real.png").width == 30


def test_missing_folder_and_folder_as_file(tmp_path):
    with pytest.raises(OutputError, match="none"):
        check_writable(tmp_path / "none" / "a.png")
    (tmp_path / "b.png").mkdir()
    with pytest.raises(OutputError, match=r"b\.png"):
        check_writable(tmp_path / "b.png", overwrite=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_closed_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match=tmp_path.name):
        check_writable(tmp_path / "a.png")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stood_there_survives_a_failure_at_the_last_moment(tmp_path, monkeypatch, error):
    def fail(descriptor):
        raise error

    (tmp_path / "a.png").write_bytes(b"precious")
    monkeypatch.setattr(atomic.os, "fsync", fail)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        write_picture(tmp_path / "a.png", noise(), overwrite=True)
    if isinstance(error, OSError):
        assert "No space left" in str(caught.value) and "\n" not in str(caught.value)
    assert files_in(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"precious"


FULL_DISK = """
import resource, sys, torch
from impasto.errors import OutputError
from impasto.images.io.write import write_picture
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for name in sys.argv[1:]:
    try:
        write_picture(name, torch.rand(1, 3, 200, 300), overwrite=True)
    except OutputError as error:
        print("refused" if "\\n" not in str(error) and name in str(error) else error)
"""


@pytest.mark.slow
def test_a_disk_that_fills_up(tmp_path):
    names = ["a.png", "a.jpg", "a.tif", "a.webp"]
    for name in names:
        (tmp_path / name).write_bytes(b"precious")
    source = Path(__file__).parents[3] / "src"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *names],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("refused\n" * 4, "")
    assert files_in(tmp_path) == sorted(names)
    assert all((tmp_path / name).read_bytes() == b"precious" for name in names)


def test_nan_and_wrong_shapes_are_refused(tmp_path):
    bad = noise()
    bad[0, 0, 3, 3] = float("nan")
    with pytest.raises(PictureError, match="NaN"):
        write_picture(tmp_path / "a.png", bad)
    with pytest.raises(PictureError, match="expected 1 x 3"):
        write_picture(tmp_path / "a.png", noise(channels=4))
    with pytest.raises(PictureError, match="alpha"):
        write_picture(tmp_path / "a.png", noise(), alpha=noise(9, 9, channels=1))
    assert files_in(tmp_path) == []


def test_new_files_have_the_users_usual_permissions(tmp_path):
    (tmp_path / "plain").touch()
    write_picture(tmp_path / "a.png", noise())
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode
