"""A widget for every setting, made from impasto's own table, so that names, ranges and help are written once."""

from collections.abc import Iterable, Mapping
from typing import Any

import impasto

RECIPE = "recipe"
UNSET_WORD = "as the recipe"
UNSET_NUMBER = -1
"""What a widget says that leaves a setting to the recipe; no setting has a value below 0."""
_ON_OFF = {"on": True, "off": False}
_LARGEST = 2**53 - 1
"""A browser knows no larger whole numbers."""

SCHEMA = {row.name: row for row in impasto.Settings.schema()}


def widgets(names: Iterable[str]) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The inputs of a node for these settings, as `INPUT_TYPES` has them."""
    return {name: _widget(SCHEMA[name]) for name in names}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Of the widgets' values those that are set, as `impasto.Settings` takes them."""
    found = {name: _value(name, value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


def complaint(values: Mapping[str, Any]) -> bool | str:
    """What `VALIDATE_INPUTS` answers: True, or the line that says what is wrong."""
    try:
        impasto.Settings(**given(values))
    except impasto.ImpastoError as error:
        return str(error)
    return True


def _widget(row: Any) -> tuple[Any, dict[str, Any]]:
    options: dict[str, Any] = {"tooltip": row.help_with_default()}
    if row.name == RECIPE:
        return list(row.choices), options | {"default": impasto.Settings().recipe}
    if row.kind == "choice":
        return [UNSET_WORD, *row.choices], options | {"default": UNSET_WORD}
    if row.kind == "switch":
        return [UNSET_WORD, *_ON_OFF], options | {"default": UNSET_WORD}
    if row.kind in ("whole", "number"):
        options["tooltip"] += f" {UNSET_NUMBER} leaves it to the recipe."
        options |= {"default": UNSET_NUMBER, "min": UNSET_NUMBER}
        if row.kind == "whole":
            # Without this a browser draws a new seed for every run, and paints everything again.
            return "INT", options | {"max": min(row.high, _LARGEST), "control_after_generate": False}
        return "FLOAT", options | {"max": row.high, "step": 0.01, "round": False}
    return "STRING", options | {"default": ""}


def _value(name: str, value: Any) -> Any:
    """None where the recipe decides."""
    if value in (UNSET_WORD, UNSET_NUMBER, "") or value is None:
        return None
    row = SCHEMA[name]
    if row.kind == "switch":
        return _ON_OFF[value]
    return row.type(value) if row.kind in ("whole", "number") else value
