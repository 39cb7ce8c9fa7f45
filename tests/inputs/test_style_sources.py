"""How paintings are named: paths, weights, folders."""

from pathlib import Path

import numpy as np
import pytest

from impasto.errors import PictureError, SettingsError
from impasto.inputs.style_sources import from_text, weighted


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("monet.jpg", "hokusai.PNG", "notes.txt", ".hidden.jpg", "odd:3"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("text", "path", "weight"),
    [
        ("monet.jpg", "monet.jpg", 1),
        ("monet.jpg:2", "monet.jpg", 2),
        ("monet.jpg:.5", "monet.jpg", 0.5),
        ("odd:3", "odd:3", 1),
        ("odd:3:2", "odd:3", 2),
        ("missing.jpg:2", "missing.jpg", 2),
        ("C:\\monet.jpg", "C:\\monet.jpg", 1),
        ("C:\\monet.jpg:2", "C:\\monet.jpg", 2),
        (":2", ":2", 1),
    ],
)
def test_a_path_and_its_weight(text, path, weight):
    assert from_text(text) == [(Path(path), weight)]
    assert weighted(text) == [(Path(path), weight)]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "1e9", "two"])
def test_bad_weights(number):
    with pytest.raises(SettingsError, match=r"monet\.jpg"):
        from_text(f"monet.jpg:{number}")


def test_a_folder_is_its_pictures_which_share_its_weight(here):
    (here / "deeper").mkdir()
    assert from_text(f"{here}:3") == [(here / "hokusai.PNG", 1.5), (here / "monet.jpg", 1.5)]
    assert [weight for _, weight in weighted(here)] == [0.5, 0.5]
    with pytest.raises(PictureError, match="deeper"):
        from_text(str(here / "deeper"))


def test_pictures_in_memory_and_pairs():
    array = np.zeros((9, 9, 3))
    found = weighted([array, (array, 2), ("a.jpg", 0.5), "b.jpg:3"])
    assert found[0][0] is array
    assert [weight for _, weight in found] == [1, 2, 0.5, 3]
    assert [weight for _, weight in weighted((array, 2))] == [2]
    for bad in ((array, 0), (array, True), []):
        with pytest.raises(SettingsError):
            weighted(bad)
