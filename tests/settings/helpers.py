"""A settings file in a folder, read."""

from dataclasses import fields
from pathlib import Path

import pytest

from impasto import read_settings
from impasto.errors import SettingsError
from impasto.settings import Settings

NAMES = [one.name for one in fields(Settings)]


def read(text: str, folder: Path, **changes) -> Settings:
    (folder / "my.toml").write_text(text, encoding="utf-8")
    return read_settings(folder / "my.toml", **changes)


def fault(text: str, folder: Path, **changes) -> str:
    """The one line that a file is refused with, from the file's own name on."""
    with pytest.raises(SettingsError) as caught:
        read(text, folder, **changes)
    line = str(caught.value)
    assert "\n" not in line
    return line.replace(f"'{folder / 'my.toml'}'", "my.toml")
