"""The options that are settings: one for every field of `Settings`, told from that field.

Each option's default on the command line is None, "what the recipe says": defaults stand in settings.py alone.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import typer

from impasto.settings import CHOICES, STARTS, Settings, help_for

PICTURE = "The picture"
LOOK = "The look"
HOW = "How it is painted"
KEEPING = "Keeping what is done"
COMPUTER = "The computer"

_PANELS: dict[str, tuple[str, ...]] = {
    PICTURE: ("size", "bits"),
    LOOK: ("recipe", "strength", "style_scale", "content_layer", "style_layers", "alpha", "beta", "detail"),
    HOW: ("steps", "scales", "coarse_steps", "start", "noise", "seed"),
    KEEPING: (),
    COMPUTER: ("device", "precision", "convolution", "engine", "tile", "memory", "threads", "weights"),
}
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

Command = TypeVar("Command", bound=Callable[..., Any])


def plain(help: str) -> str:
    """Help text whose square brackets are no markup."""
    return help.replace("[", r"\[")


def takes_settings(command: Command) -> Command:
    """Let a command with `**fields` take every setting as an option; `fields` then has all of them."""
    own = [one for one in inspect.signature(command).parameters.values() if one.kind is not one.VAR_KEYWORD]
    options = [_option(name) for panel in _PANELS for name in _names(panel)]
    parameters = sorted(
        (one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*own, *options]), key=_place
    )
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The settings that the user named."""
    return {name: value for name, value in fields.items() if value is not None}


def _names(panel: str) -> list[str]:
    """The settings of a panel; one that no panel names is about how it is painted."""
    placed = {name for names in _PANELS.values() for name in names}
    others = [one.name for one in fields(Settings) if one.name not in placed]
    return [*_PANELS[panel], *(others if panel == HOW else [])]


def _panel(name: str) -> str:
    return next(panel for panel in _PANELS if name in _names(panel))


def _place(parameter: inspect.Parameter) -> int:
    """Help shows panels in the order in which they first appear, arguments before all."""
    panel = parameter.annotation.__metadata__[0].rich_help_panel
    return list(_PANELS).index(panel) + 1 if panel else 0


def _option(name: str) -> inspect.Parameter:
    kind = _kind(get_type_hints(Settings)[name])
    flag = "--" + name.replace("_", "-")
    suggestions = _SUGGESTIONS.get(name)
    option = typer.Option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        help=plain(help_for(name)),
        rich_help_panel=_panel(name),
        metavar=_METAVARS.get(name, _KINDS.get(kind)),
        show_default=False,
        autocompletion=None if suggestions is None else lambda: list(suggestions),
    )
    annotation = Annotated[kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _kind(hint: Any) -> type:
    """int for `int | None`; layers with their weights are written as text."""
    kinds = (
        [one for one in get_args(hint) if one is not type(None)] if type(None) in get_args(hint) else [hint]
    )
    return kinds[0] if kinds[0] in (int, float, bool, str) else str
