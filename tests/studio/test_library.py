"""Pictures that come in: kept once, upright, and refused in one line that names them as the user does."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.studio.library import SMALL
from tests.helpers import random_image


@pytest.fixture
def library(open_atelier):
    return open_atelier(begin=False).library


def brought(tmp_path, data: bytes):
    file = tmp_path / "brought"
    file.write_bytes(data)
    return file


def test_a_picture_is_kept_as_it_came_and_once(library, pictures, tmp_path):
    data = (pictures / "photo.png").read_bytes()
    source = library.add(brought(tmp_path, data), "photo.png")
    assert (source.name, source.width, source.height) == ("photo.png", 48, 36)
    assert library.file(source).read_bytes() == data
    assert not (tmp_path / "brought").exists()
    assert library.add(brought(tmp_path, data), "../photo.png") == source
    assert library.add(brought(tmp_path, data), "other.png") != source  # recipes tell names


def test_it_is_turned_upright_and_made_small(library, tmp_path):
    picture = Image.new("RGB", (800, 200), "red")
    exif = picture.getexif()
    exif[0x0112] = 6  # a quarter turn
    picture.save(tmp_path / "turned.jpg", exif=exif)
    source = library.add_copy(tmp_path / "turned.jpg", "turned.jpg")
    assert (source.width, source.height) == (200, 800)
    with Image.open(library.shown(source, "thumb")) as thumb:
        assert thumb.size == (SMALL["thumb"] // 4, SMALL["thumb"])


def test_heic_is_read_where_its_decoder_is(library, tmp_path):
    heif = pytest.importorskip("pillow_heif", reason="the decoder of HEIC is not here")
    pixels = (random_image(48, 64)[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    heif.from_bytes("RGB", (64, 48), pixels.tobytes()).save(tmp_path / "phone.heic")
    source = library.add_copy(tmp_path / "phone.heic", "phone.heic")
    assert (source.width, source.height) == (64, 48)
    assert library.shown(source, "shown").is_file()


def bomb() -> bytes:
    """A PNG whose header promises 100,000 x 100,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged|is not a picture file"),
        (b"name,size\n1,2\n", "is not a picture file"),
        (b"\x89PNG\r\n\x1a\n broken", "damaged"),
        (bomb(), "megapixels are read"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_its_own_name(library, tmp_path, data, words):
    with pytest.raises(impasto.PictureError, match=words) as refused:
        library.add(brought(tmp_path, data), "mine.png", "content picture")
    assert "mine.png" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(library._folder.pictures.iterdir()) == list(library._folder.incoming.iterdir()) == []


def test_what_nothing_names_any_more_goes_when_the_studio_is_opened(open_atelier, pictures):
    atelier = open_atelier(begin=False)
    kept = atelier.library.add_copy(pictures / "photo.png", "photo.png")
    gone = atelier.library.add_copy(pictures / "paint.png", "paint.png")
    atelier.desk.place_photograph(kept)
    atelier.close()
    again = open_atelier(begin=False)
    assert again.library.get(kept.key) == kept
    assert again.library.get(gone.key) is None
    assert again.desk.contents.photograph == kept
