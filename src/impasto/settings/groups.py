"""How help, the reference and settings files show the settings: their groups, and the sentence that explains each."""

from dataclasses import fields
from typing import Any

from impasto.settings.presets import RECIPES
from impasto.settings.schema import Fields

PICTURE = "The picture"
LOOK = "The look"
WHERE = "Where it is painted"
HOW = "How it is painted"
COMPUTER = "The computer"

GROUPS: dict[str, tuple[str, ...]] = {
    PICTURE: ("size", "bits"),
    LOOK: (
        *("recipe", "strength", "style_scale", "content_layer", "style_layers", "style_cost"),
        *("alpha", "beta", "variation", "detail", "colour"),
    ),
    WHERE: ("protect_strength",),
    HOW: ("steps", "scales", "coarse_steps", "start", "noise", "seed"),
    COMPUTER: ("device", "precision", "convolution", "engine", "tile", "memory", "threads", "weights"),
}
"""How help and settings files put the settings together, and in what order; the others follow those of HOW."""


def groups() -> dict[str, list[str]]:
    """The name of every setting, by the group in which it is shown."""
    placed = {name for names in GROUPS.values() for name in names}
    others = [one.name for one in fields(Fields) if one.name not in placed]
    return {group: [*names, *(others if group == HOW else [])] for group, names in GROUPS.items()}


def help_for(name: str) -> str:
    """The sentence that explains a setting, with the recipes' values where they differ."""
    text: str = Fields.__dataclass_fields__[name].metadata["help"]
    if all(name not in recipe for recipe in RECIPES.values()):
        default = Fields.__dataclass_fields__[name].default
        return text if default is None else f"{text} [default: {default}]"
    values = {recipe: _as_text(RECIPES[recipe].get(name)) for recipe in RECIPES}
    if len(set(values.values())) == 1:
        return f"{text} [default: {values.popitem()[1]}]"
    return f"{text} [{'; '.join(f'{recipe}: {value}' for recipe, value in values.items())}]"


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        equal = set(value.values()) == {1 / len(value)}
        return ",".join(name if equal else f"{name}:{weight:g}" for name, weight in value.items())
    if isinstance(value, bool):
        return "on" if value else "off"
    return "by size" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
