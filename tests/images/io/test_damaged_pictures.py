"""Whatever the file holds: a Picture or one clear line, never another exception, never a word on stderr."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from impasto.errors import PictureError
from impasto.images.io.read import read_metadata, read_picture

FORMATS = ("png", "jpeg", "tiff", "webp", "gif", "avif")
fuzz = settings(max_examples=60)


def encoded(kind: str) -> bytes:
    y, x = np.mgrid[0:24, 0:36]
    pixels = np.stack([6 * x, 9 * y, 255 - 3 * x], axis=-1).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format=kind)
    return buffer.getvalue()


WHOLE = {kind: encoded(kind) for kind in FORMATS}


def refusal(path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(path, role="content picture")
    message = str(caught.value)
    assert "\n" not in message and str(path) in message and message.startswith("the content picture ")
    return message


def picture_or_refusal(path) -> None:
    try:
        picture = read_picture(path)
    except PictureError as error:
        assert "\n" not in str(error) and str(path) in str(error)
    else:
        assert picture.rgb.isfinite().all() and picture.rgb.min() >= 0 and picture.rgb.max() <= 1


@fuzz
@given(kind=st.sampled_from(FORMATS), keep=st.floats(0, 1))
def test_truncated(tmp_path, capfd, kind, keep):
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(WHOLE[kind][: int(keep * len(WHOLE[kind]))])
    picture_or_refusal(path)
    assert capfd.readouterr() == ("", "")


@fuzz
@given(
    kind=st.sampled_from(FORMATS),
    places=st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=9))),
)
def test_overwritten_with_garbage(tmp_path, capfd, kind, places):
    data = bytearray(WHOLE[kind])
    for where, garbage in places:
        start = int(where * len(data))
        data[start : start + len(garbage)] = garbage
    path = tmp_path / f"garbage.{kind}"
    path.write_bytes(data)
    picture_or_refusal(path)
    try:
        read_metadata(path)
    except PictureError as error:
        assert "\n" not in str(error)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "avif"])
def test_half_a_picture_is_refused(tmp_path, kind):
    path = tmp_path / f"half.{kind}"
    path.write_bytes(WHOLE[kind][: len(WHOLE[kind]) // 2])
    assert "fetch or export it again" in refusal(path)


def test_missing(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none.jpg")


def test_a_folder(tmp_path):
    assert "folder" in refusal(tmp_path)


def test_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    assert "0 bytes" in refusal(tmp_path / "empty.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert "device" in refusal(tmp_path / "pipe.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    path = tmp_path / "closed.png"
    path.write_bytes(WHOLE["png"])
    path.chmod(0)
    assert "permission" in refusal(path).lower()


@pytest.mark.parametrize(
    "text", ["just words", "1,2,3\n" * 20, "<svg xmlns='http://www.w3.org/2000/svg' width='50' height='50'/>"]
)
def test_not_a_picture(tmp_path, text):
    path = tmp_path / "words.jpg"
    path.write_text(text)
    assert "not a picture file" in refusal(path)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (7, 100)])
def test_too_small(tmp_path, size):
    Image.new("RGB", size).save(tmp_path / "small.png")
    assert "at least 8" in refusal(tmp_path / "small.png")


def test_decompression_bomb_is_refused_by_its_header(tmp_path):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"\x78\x9c") + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(data)
    assert "3600 megapixels" in refusal(tmp_path / "bomb.png")


def test_not_even_a_source():
    with pytest.raises(PictureError, match="int"):
        read_picture(3)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("offset", [2**62, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_big_tiff_whose_directory_lies_beyond_every_file(tmp_path, order, offset):
    path = tmp_path / "big.tif"
    mark = b"II" if order == "<" else b"MM"
    path.write_bytes(mark + struct.pack(f"{order}HHHQ", 43, 8, 0, offset) + bytes(64))
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert str(path) in str(caught.value)
