"""Every setting of a painting: its default (written here, once), what it means, and what values it takes.

A recipe is a named set of defaults. `Settings(recipe="classic")` has every field filled in from the recipe;
`Settings(recipe="classic", steps=100)` changes one of them.
"""

from impasto.settings.checks import near
from impasto.settings.groups import COMPUTER, GROUPS, HOW, LOOK, PICTURE, WHERE, groups, help_for
from impasto.settings.presets import (
    CHOICES,
    EXPLORE_SIZE,
    FEWEST_FINE_STEPS,
    FINE_STEPS,
    FULL_STEPS_SIZE,
    LARGEST_DEFAULT_SIZE,
    RECIPES,
    SCALE_FACTOR,
    SMALLEST_SCALE,
    STARTS,
    STATED_ALPHA,
    STATED_BETA,
    STATED_STYLE_LAYERS,
)
from impasto.settings.schema import is_path, kind_of
from impasto.settings.settings import INSTEAD_OF, Settings

__all__ = [
    "CHOICES",
    "COMPUTER",
    "EXPLORE_SIZE",
    "FEWEST_FINE_STEPS",
    "FINE_STEPS",
    "FULL_STEPS_SIZE",
    "GROUPS",
    "HOW",
    "INSTEAD_OF",
    "LARGEST_DEFAULT_SIZE",
    "LOOK",
    "PICTURE",
    "RECIPES",
    "SCALE_FACTOR",
    "SMALLEST_SCALE",
    "STARTS",
    "STATED_ALPHA",
    "STATED_BETA",
    "STATED_STYLE_LAYERS",
    "WHERE",
    "Settings",
    "groups",
    "help_for",
    "is_path",
    "kind_of",
    "near",
]
