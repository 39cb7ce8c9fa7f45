"""The masks and maps that say where what is painted, as options of the command line."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.cli.options import Command, plain
from impasto.settings import WHERE
from impasto.ui.formatting import operand
from impasto.ui.guides import GUIDES, GuideOption, Where, given_guides


def takes_masks(command: Command) -> Command:
    """Let a command with `**fields` take masks and maps as options; `where_of` takes them out of `fields`."""
    *own, rest = inspect.signature(command).parameters.values()
    guides = [_parameter(guide) for guide in GUIDES]
    command.__signature__ = inspect.Signature([*own, *guides, rest])  # type: ignore[attr-defined]
    return command


def where_of(fields: dict[str, Any]) -> Where:
    """Take the masks and maps out of all that a command was given."""
    given = {guide: fields.pop(guide.role.replace(" ", "_")) for guide in GUIDES}
    return {guide.argument: tuple(one) if guide.several else one for guide, one in given.items() if one}


def where_from(values: Mapping[str, Any]) -> Where:
    """The masks and maps in JSON, where paths are texts."""
    return {
        name: tuple(map(Path, value)) if isinstance(value, list) else Path(value)
        for name, value in values.items()
        if value
    }


def words_of(where: Where) -> list[str]:
    """The options as they are typed."""
    return [word for guide, _, path in given_guides(where) for word in (guide.flag, operand(path))]


def _parameter(guide: GuideOption) -> inspect.Parameter:
    """The option as Typer takes it."""
    option = typer.Option(
        guide.flag, metavar=guide.metavar, help=plain(guide.help), rich_help_panel=WHERE, show_default=False
    )
    kind: Any = list[Path] if guide.several else Path
    return inspect.Parameter(
        guide.role.replace(" ", "_"),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )
