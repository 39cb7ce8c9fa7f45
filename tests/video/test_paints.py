"""Where painted frames are kept while a film is painted."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from impasto.video.paints import Paints


@pytest.mark.parametrize("closed", [True, False])
def test_a_temporary_folder_goes_with_the_film(closed, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    paints = Paints(None)
    paints.put(0, np.zeros((4, 5, 3), np.uint8))
    assert [one.name[:13] for one in tmp_path.iterdir()] == ["impasto-film-"]
    if closed:
        paints.close()
    del paints
    assert not list(tmp_path.iterdir())


def test_a_folder_of_the_users_stays(tmp_path: Path):
    paints = Paints(tmp_path)
    paints.put(0, np.zeros((4, 5, 3), np.uint8))
    paints.close()
    assert list(tmp_path.iterdir())
