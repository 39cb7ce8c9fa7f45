"""The options that are settings: one for every field of `Settings`, told from that field, and a file of them.

Each option's default on the command line is None, "what the recipe says": defaults stand in `settings` alone.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from impasto.inputs.style_sources import from_text
from impasto.settings import CHOICES, COMPUTER, GROUPS, LOOK, STARTS, Settings, groups, help_for, kind_of

KEEPING = "Keeping what is done"
_PANELS = (*(group for group in GROUPS if group != COMPUTER), KEEPING, COMPUTER)
_METAVARS = {
    "size": "PIXELS",
    "content_layer": "LAYERS",
    "style_layers": "LAYERS",
    "start": "KIND",
    "weights": "FILE",
    "device": "auto|cpu|cuda|mps",
    "bits": "8|16",
    "tile": "PIXELS",
    "memory": "AMOUNT",
    **{name: "|".join(choices) for name, choices in CHOICES.items()},
    "recipe": "NAME",
}
_SUGGESTIONS = {**CHOICES, "start": STARTS[:3], "device": ("auto", "cpu", "cuda", "mps"), "bits": ("8", "16")}

_KINDS = {int: "N", float: "X", str: "TEXT"}

_SETTINGS = "settings"
"""The option that names a settings file."""

Command = TypeVar("Command", bound=Callable[..., Any])


def plain(help: str) -> str:
    """Help text whose square brackets are no markup."""
    return help.replace("[", r"\[")


def takes_settings(command: Command) -> Command:
    """Let a command with `**fields` take every setting as an option; `fields` then has all that it has not itself."""
    own = [one for one in inspect.signature(command).parameters.values() if one.kind is not one.VAR_KEYWORD]
    has = {one.name for one in own}
    of_settings = [
        _option(name, panel) for panel, names in groups().items() for name in names if name not in has
    ]
    options = [_settings_file(), *of_settings]
    parameters = sorted(
        (one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*own, *options]), key=_place
    )
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def axes(incomplete: str) -> list[str]:
    """What can be varied, as the shell completes it."""
    names = [one.name.replace("_", "-") for one in fields(Settings)]
    return [name for name in names if name.startswith(incomplete)]


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The settings that the user named: those of the settings file, and over them the options.

    Raises SettingsError when the file cannot be read, or what is given does not go together.
    """
    named = {name: value for name, value in fields.items() if value is not None}
    file = named.pop(_SETTINGS, None)
    if file is None:
        return named
    from impasto.settings.toml_file import settings_in

    return settings_in(file, named)


def paintings(texts: list[str]) -> list[tuple[Path, float]]:
    """The paintings that the words of a command line name, with their weights; see `sources.from_text`."""
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


def _option(name: str, panel: str) -> inspect.Parameter:
    kind = kind_of(name) if kind_of(name) in (int, float, bool) else str  # layers are written as text, too
    flag = "--" + name.replace("_", "-")
    suggestions = _SUGGESTIONS.get(name)
    option = typer.Option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        help=plain(help_for(name)),
        rich_help_panel=panel,
        metavar=_METAVARS.get(name, _KINDS.get(kind)),
        show_default=False,
        autocompletion=None if suggestions is None else lambda: list(suggestions),
    )
    annotation = Annotated[kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
