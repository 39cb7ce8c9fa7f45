"""Settings as a file: TOML with the settings' names as the command line has them, every one explained.

A relative path in the file counts from the file's folder, so that a folder of pictures and settings can be moved;
in `Settings` it counts from the current folder, as everywhere.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.files.atomic_write import replacing
from impasto.settings import INSTEAD_OF, SCHEMA, Settings, groups, near, toml
from impasto.settings.values import shown

_HEAD = """\
# Settings of impasto, to be read with --settings. Options on the command line win over them.
# One with a # before its name is as the recipe has it: take the # away and write what you want; "..." stands for that.
# Paths of files count from the folder of this file.
"""

FILM_KEYS = "keys"
"""Another table that a file may have: settings at times of a film, which only films look at (`impasto.video.keys`)."""


def read_settings(path: str | os.PathLike[str], **changes: Any) -> Settings:
    """The settings in a TOML file; `changes` win over what stands there.

    Names are those of `Settings` or of the command line (`style_scale`, `style-scale`).

    Raises:
        SettingsError: a file that cannot be read, a name that is no setting's, or a value that cannot be used. One line
            that names the file and the line at fault.
    """
    return Settings.from_dict(settings_in(path, changes))


def settings_in(path: str | os.PathLike[str], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a file names, and `changes` over them, checked as `read_settings` does."""
    path = Path(path)
    text = toml.read_text(path)
    values = toml.parse(text, str(path))
    try:
        settings = over(_named(values, path.parent), changes)
        Settings.from_dict(settings)
    except SettingsError as error:
        at_fault = tuple(name for name in error.names if changes.get(name) is None)
        lines = [str(line) for line in toml.lines_of(text, at_fault)]
        if not lines:
            raise
        where = f"'{path}', line{'s' * (len(lines) - 1)} {' and '.join(lines)}"
        raise SettingsError(f"{where}: {error}", names=error.names) from None
    return settings


def write_settings(path: str | os.PathLike[str], settings: Settings, *, overwrite: bool = False) -> None:
    """Write settings to a TOML file that `read_settings` reads, as `settings_as_toml` has them.

    Raises:
        OutputError: the file cannot be written, or exists and `overwrite` is off.
        SettingsError: a path in the settings is not valid Unicode.
    """
    path = Path(path)
    text = settings_as_toml(settings, path.parent)
    with replacing(path, overwrite) as file:
        file.write(text.encode())


def settings_as_toml(settings: Settings, folder: Path = Path()) -> str:
    """Every setting with its help: what differs from the preset, and behind a # what does not.

    folder: where the text will be saved. Relative paths, which count from the current folder, stay as they are
    when that is the same, and made absolute when it is not.
    """
    changed, plain = {"recipe": settings.recipe, **settings.changed()}, settings.plain()
    here = os.path.realpath(folder) == os.path.realpath(os.curdir)
    lines = [_HEAD]
    for group, names in groups().items():
        lines += ["", f"## {group}", ""]
        for name in names:
            lines += [f"# {SCHEMA[name].help_with_default()}"]
            key = SCHEMA[name].option
            if name in changed:
                value = changed[name]
                absolute = SCHEMA[name].names_file(value) and not here and not value.startswith("~")
                lines += [f"{key} = {toml.literal(os.path.abspath(value) if absolute else value)}", ""]  # noqa: PTH100
            else:
                lines += [f"#{key} = {_default(name, getattr(plain, name))}", ""]
    return "\n".join(lines)


def _default(name: str, value: Any) -> str:
    """A setting's default; one that depends on the pictures or the machine shows only where its value goes."""
    if value is None:
        return '"..."' if SCHEMA[name].type is str else "..."
    return toml.literal(value)


def over(named: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings `named`, with `changes` over them; one that stands for several settings takes their place."""
    changing = [name for name, value in changes.items() if value is not None]
    displaced = {name for change in changing for name in INSTEAD_OF.get(change, ())}
    return {name: value for name, value in named.items() if name not in displaced} | dict(changes)


def _named(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The values of a file in this folder, by the names that `Settings` has."""
    named: dict[str, Any] = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name == FILM_KEYS:
            continue
        if name not in SCHEMA:
            options = [row.option for row in SCHEMA.values()]
            raise SettingsError(f"there is no setting named {shown(key)}{near(key, options)}", names=(key,))
        if name in named:
            raise SettingsError(f"{key} is given twice", names=(key,))
        named[name] = from_folder(name, value, folder)
    return named


def from_folder(name: str, value: Any, folder: Path) -> Any:
    """A setting's value as a file in this folder has it: the path of a file counts from there."""
    if not isinstance(value, str) or not SCHEMA[name].names_file(value):
        return value
    expanded = os.path.expanduser(value)  # noqa: PTH111  (Path would make the word "content" of "./content")
    return expanded if folder == Path() else os.path.join(folder, expanded)  # noqa: PTH118
