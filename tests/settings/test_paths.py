"""Paths in a settings file count from its folder, and mean the same file wherever they are written."""

from pathlib import Path

import pytest
from typer.main import get_command

from impasto import read_settings, write_settings
from impasto.cli.app import app
from impasto.settings import SCHEMA, Settings
from tests.settings.helpers import NAMES

PATHS = [row.name for row in Settings.schema() if row.kind == "path"]


def test_every_option_that_takes_a_file_is_a_path_here():
    options = get_command(app).commands["stylize"].params
    assert {"start", *(one.name for one in options if one.name in NAMES and one.metavar == "FILE")} == set(
        PATHS
    )


@pytest.mark.parametrize("name", PATHS)
def test_paths_count_from_the_files_folder_and_words_are_none(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    Path("sub").mkdir()
    words = SCHEMA[name].words

    def found(value, folder):
        Path(folder, "my.toml").write_text(f"{name} = '{value}'")
        return getattr(read_settings(Path(folder, "my.toml")), name)

    assert found("a/b.bin", ".") == "a/b.bin"
    assert Path(found("a/b.bin", "sub")) == Path("sub/a/b.bin")
    assert Path(found("b.bin", tmp_path / "sub")) == tmp_path / "sub/b.bin"
    assert found("/a/b.bin", "sub") == "/a/b.bin"
    assert Path(found("~/b.bin", "sub")) == Path("/home/me/b.bin")
    for word in words:
        assert found(word, "sub") == word
        assert SCHEMA[name].names_file(found(f"./{word}", "."))


@pytest.mark.parametrize("name", PATHS)
def test_a_path_means_the_same_file_wherever_the_settings_are_written(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    settings = Settings(**{name: "a/b.bin"})
    write_settings("my.toml", settings)
    write_settings("sub/my.toml", settings)
    assert read_settings("my.toml") == settings
    assert Path(getattr(read_settings("sub/my.toml"), name)) == tmp_path / "a/b.bin"


def test_a_path_may_be_a_path(tmp_path):
    assert Settings(weights=tmp_path / "w.pth").weights == str(tmp_path / "w.pth")
