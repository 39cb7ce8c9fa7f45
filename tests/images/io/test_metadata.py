import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from impasto.errors import PictureError, SettingsError
from impasto.images.io.formats import check_writable
from impasto.images.io.metadata import LARGEST_METADATA, metadata_from_packet, metadata_packet
from impasto.images.io.read import read_metadata
from impasto.images.io.write import write_picture

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=80)
@given(st.dictionaries(st.text(), json_values, max_size=6))
def test_any_json_survives_the_packet(recipe):
    assert metadata_from_packet(metadata_packet(recipe), "it") == recipe


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_every_format_carries_a_recipe_of_the_greatest_length(tmp_path, grey, name):
    recipe = {"name": "<Тюбинген & café>", "weights": [0.2] * 5, "notes": "x" * (LARGEST_METADATA - 1000)}
    write_picture(tmp_path / name, grey, metadata=recipe)
    assert read_metadata(tmp_path / name) == recipe


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_pillow_finds_the_packet(tmp_path, grey, name):
    write_picture(tmp_path / name, grey, metadata={"seed": 7})
    with Image.open(tmp_path / name) as image:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or image.tag_v2[700]
    packet = packet if isinstance(packet, bytes) else packet.encode()
    assert metadata_from_packet(packet, "it") == {"seed": 7}


def test_too_long_a_recipe_is_refused_before_painting(tmp_path):
    with pytest.raises(SettingsError, match="shorten it"):
        check_writable(tmp_path / "a.jpg", metadata={"notes": "x" * LARGEST_METADATA})


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_what_is_not_json_is_refused(value):
    with pytest.raises(SettingsError, match="JSON"):
        metadata_packet({"value": value})


def test_a_picture_without_a_recipe(tmp_path, grey):
    write_picture(tmp_path / "a.png", grey)
    with pytest.raises(PictureError, match=r"a\.png"):
        read_metadata(tmp_path / "a.png")


def test_another_programs_packet_and_a_damaged_one():
    with pytest.raises(PictureError, match="carries no metadata"):
        metadata_from_packet(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "it")
    with pytest.raises(PictureError, match="damaged"):
        metadata_from_packet(metadata_packet({"seed": 1})[:-40], "it")
