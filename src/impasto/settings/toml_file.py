"""Settings as a file: TOML with the settings' names as the command line has them, every one explained.

A relative path in the file counts from the file's folder, so that a folder of pictures and settings can be moved;
in `Settings` it counts from the current folder, as everywhere.
"""

import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.files.atomic_write import replacing
from impasto.settings import INSTEAD_OF, Settings, groups, help_for, is_path, kind_of, near, toml

_HEAD = """\
# Settings of impasto, to be read with --settings. Options on the command line win over them.
# One with a # before its name is as the recipe has it: take the # away and write what you want; "..." stands for that.
# Paths of files count from the folder of this file.
"""


def read_settings(path: str | os.PathLike[str], **changes: Any) -> Settings:
    """The settings in a TOML file; `changes` win over what stands there.

    Names are those of `Settings` or of the command line (`style_scale`, `style-scale`).
    Raises SettingsError, one line that names the file and the line at fault, for a file that cannot be read, a name
    that is no setting's, and a value that cannot be used.
    """
    return Settings.from_dict(settings_in(path, changes))


def settings_in(path: str | os.PathLike[str], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a file names, and `changes` over them, checked as `read_settings` does."""
    path = Path(path)
    text = toml.read_text(path)
    toml.parse(text, str(path))

    def fault(text: str) -> str | None:
        try:
            Settings.from_dict(over(_named(text, path), changes))
        except SettingsError as error:
            return str(error)
        return None

    told = fault(text)
    if told is None:
        return over(_named(text, path), changes)
    lines = [str(one.first) for one in toml.statements_at_fault(text, fault)]
    if lines:
        raise SettingsError(f"'{path}', line{'s' * (len(lines) - 1)} {' and '.join(lines)}: {told}")
    raise SettingsError(told if fault("") == told else f"'{path}': {told}")


def write_settings(path: str | os.PathLike[str], settings: Settings, *, overwrite: bool = False) -> None:
    """Write settings to a TOML file that `read_settings` reads, as `settings_as_toml` has them.

    Raises OutputError when the file cannot be written, or exists and `overwrite` is off; SettingsError when a path
    in the settings is no Unicode text.
    """
    path = Path(path)
    text = settings_as_toml(settings, path.parent)
    with replacing(path, overwrite) as file:
        file.write(text.encode())


def settings_as_toml(settings: Settings, folder: Path = Path()) -> str:
    """Every setting with its help: what differs from the recipe, and behind a # what does not.

    folder: where the text will be kept. Relative paths, which count from the current folder, are kept as they are
    when that is the same, and made absolute when it is not.
    """
    changed, plain = {"recipe": settings.recipe, **settings.changed()}, settings.plain()
    here = os.path.realpath(folder) == os.path.realpath(os.curdir)
    lines = [_HEAD]
    for group, names in groups().items():
        lines += ["", f"## {group}", ""]
        for name in names:
            lines += [f"# {help_for(name)}"]
            key = name.replace("_", "-")
            if name in changed:
                value = changed[name]
                absolute = is_path(name, value) and not here and not value.startswith("~")
                lines += [f"{key} = {toml.literal(os.path.abspath(value) if absolute else value)}", ""]  # noqa: PTH100
            else:
                lines += [f"#{key} = {_default(name, getattr(plain, name))}", ""]
    return "\n".join(lines)


def _default(name: str, value: Any) -> str:
    """A setting's default; one that depends on the pictures or the machine shows only where its value goes."""
    if value is None:
        return '"..."' if kind_of(name) is str else "..."
    return toml.literal(value)


def over(named: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`changes` win, and so does one that stands for several settings over each of those."""
    displaced = {
        name for change in changes if changes[change] is not None for name in INSTEAD_OF.get(change, ())
    }
    return {name: value for name, value in named.items() if name not in displaced} | dict(changes)


def _named(text: str, path: Path) -> dict[str, Any]:
    """The settings in a text that stands at `path`, by the names that `Settings` has."""
    known = {one.name.replace("_", "-"): one.name for one in fields(Settings)}
    named: dict[str, Any] = {}
    for key, value in toml.parse(text, str(path)).items():
        name = known.get(key.replace("_", "-"))
        if name is None:
            raise SettingsError(f"there is no setting named {key!r}{near(key, known)}")
        if name in named:
            raise SettingsError(f"{key} is given twice")
        named[name] = _from_folder(name, value, path.parent)
    return named


def _from_folder(name: str, value: Any, folder: Path) -> Any:
    if not isinstance(value, str) or not is_path(name, value):
        return value
    expanded = os.path.expanduser(value)  # noqa: PTH111  (Path would make the word "content" of "./content")
    return expanded if folder == Path() else os.path.join(folder, expanded)  # noqa: PTH118
