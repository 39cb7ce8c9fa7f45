"""What is no regular file is refused at once, and never waited for."""

import os
import socket

import pytest

from impasto.errors import PictureError, SettingsError
from impasto.files.readable import check_regular, is_regular, is_there, opened

POSIX = pytest.mark.skipif(os.name == "nt", reason="pipes and devices have names on POSIX")
IMPOSSIBLE = ["x" * 256, "a\0b", "\ud800", "loop", "file/below"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


def test_a_regular_file_is_opened_at_its_beginning(folder):
    check_regular("file", "settings file")
    with opened(folder / "file", "the file", PictureError) as file:
        assert file.read() == b"abc"


@POSIX
@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "device"])
def test_what_is_no_file_is_refused_without_waiting(folder, kind):
    path = folder / kind
    with socket.socket(socket.AF_UNIX) as server:
        {
            "pipe": lambda: os.mkfifo(path),
            "socket": lambda: server.bind(kind),
            "folder": path.mkdir,
            "device": lambda: path.symlink_to("/dev/zero"),
        }[kind]()
        with pytest.raises(SettingsError) as caught:
            check_regular(path, "settings file", SettingsError)
    assert f"the settings file '{path}'" in str(caught.value)
    assert not is_regular(path)


@POSIX
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_names_that_no_file_can_have(folder, name):
    with pytest.raises(PictureError) as caught:
        check_regular(name, "mask", PictureError)
    assert "the mask" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not is_regular(folder / name)
    assert is_there(folder / name) == (name == "loop")
