"""Every setting of a painting: its default (written here, once), what it means, and what values it takes.

A preset is a named set of defaults. `Settings(recipe="classic")` has every field filled in from the preset "classic";
`Settings(recipe="classic", steps=100)` changes one of them. `Settings.schema()` is the table of all of them.
"""

from impasto.settings.presets import (
    EXPLORE_SIZE,
    FEWEST_FINE_STEPS,
    FINE_STEPS,
    FULL_STEPS_SIZE,
    LARGEST_DEFAULT_SIZE,
    PRESETS,
    SMALLEST_SCALE,
    STATED_ALPHA,
    STATED_BETA,
    STATED_STYLE_LAYERS,
)
from impasto.settings.schema import (
    ALL,
    CHOICES,
    COMPUTER,
    GROUPS,
    HOW,
    LOOK,
    PICTURE,
    SCHEMA,
    STARTS,
    WHERE,
    groups,
)
from impasto.settings.setting import Setting
from impasto.settings.settings import ADJUSTABLE, INSTEAD_OF, OTHERS_OF_STRENGTH, Settings
from impasto.settings.values import near
