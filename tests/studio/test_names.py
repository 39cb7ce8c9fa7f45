import pytest
from hypothesis import given
from hypothesis import strategies as st

from impasto.studio.library import LONGEST, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("monet.jpg", "monet.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Nymphéas 3.JPG", "Nymphéas 3.JPG"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("..", "picture"),
        ("", "picture"),
        (".hidden.png", "hidden.png"),
        ("-rf.png", "rf.png"),
        ("con.png", "picture"),
        ("a\0b\n.png", "ab.png"),
        ("x" * 300 + ".png", "x" * (LONGEST - 4) + ".png"),
    ],
)
def test_a_name_becomes_a_safe_one(given, safe):
    assert safe_name(given) == safe


@given(st.text(max_size=300))
def test_any_name_is_one_file_in_its_folder(given):
    name = safe_name(given)
    assert name == safe_name(name)  # what was made safe stays what it is
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set("/\\\0\n<>\"'&|;$`")
    assert name[0] not in ".- "
    assert name not in (".", "..")
