"""`Settings`: the fields filled in from the recipe, checked, and told from one another."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from impasto.errors import SettingsError
from impasto.settings.checks import check_choice, check_kinds, check_number, check_values, near
from impasto.settings.layer_weights import layer_weights
from impasto.settings.presets import CHOICES, RECIPES, STRENGTH_POWER_ABOVE, STRENGTH_POWER_BELOW
from impasto.settings.schema import Fields, is_path, kind_of

INSTEAD_OF = {"strength": ("alpha", "beta")}
"""A setting that stands for others: given over settings that are there already, it takes their place."""


@dataclass(frozen=True, kw_only=True)
class Settings(Fields):
    """What a painting is made with; immutable, checked when made. `None` means: what the recipe says.

    Raises SettingsError, one line, for any value that cannot be used.

    >>> Settings(recipe="classic").beta
    40.0
    >>> Settings(style_layers="conv1_1,conv2_1").style_layers
    {'relu1_1': 0.5, 'relu2_1': 0.5}
    """

    def __post_init__(self) -> None:
        check_choice("recipe", self.recipe, CHOICES["recipe"])
        self._settle_paths()
        check_kinds(self)
        for name, value in RECIPES[self.recipe].items():
            if name not in ("alpha", "beta") and getattr(self, name) is None:
                self._set(name, value)
        self._set("content_layer", layer_weights("content-layer", self.content_layer))
        self._set("style_layers", layer_weights("style-layers", self.style_layers))
        self._settle_alpha_and_beta()
        check_values(self)
        self._settle_numbers()

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _settle_paths(self) -> None:
        """A path may be given as one; it is kept as text."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, os.PathLike) and is_path(one.name, value):
                self._set(one.name, os.fspath(value))

    def _settle_numbers(self) -> None:
        """A whole number given where any number may stand is the same setting, to the letter of the recipe."""
        for one in fields(self):
            value = getattr(self, one.name)
            if kind_of(one.name) is float and isinstance(value, int):
                self._set(one.name, float(value))

    def _settle_alpha_and_beta(self) -> None:
        recipe = RECIPES[self.recipe]
        settled = {"alpha": recipe["alpha"], "beta": recipe["beta"]}
        if self.strength is not None:
            check_number("strength", self.strength, 0, 1)
            power = STRENGTH_POWER_BELOW if self.strength < 0.5 else STRENGTH_POWER_ABOVE
            settled["alpha"] *= (2 * (1 - self.strength)) ** power
            settled["beta"] *= (2 * self.strength) ** power
        for name, value in settled.items():
            given = getattr(self, name)
            if self.strength is not None and given is not None and given != value:
                raise SettingsError(f"strength stands for alpha and beta: give strength or {name}, not both")
            self._set(name, value if given is None else given)

    def as_dict(self) -> dict[str, Any]:
        """Every field by name, JSON-able; `Settings.from_dict` makes the same settings of it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Settings":
        """Settings from named values; raises SettingsError, with the near names, for one that does not exist."""
        known = [one.name for one in fields(cls)]
        for name in values:
            if name not in known:
                raise SettingsError(f"there is no setting named {name!r}{near(name, known)}")
        return cls(**values)

    def plain(self) -> "Settings":
        """The recipe as it is; alpha and beta as `strength` sets them, where it is given."""
        return Settings(recipe=self.recipe, strength=self.strength)

    def changed(self) -> dict[str, Any]:
        """The settings, beside `recipe`, that are not the recipe's own; `strength` stands for alpha and beta."""
        plain = self.plain()
        differing = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if not _alike(getattr(self, one.name), getattr(plain, one.name))
        }
        return differing if self.strength is None else {"strength": self.strength, **differing}

    @property
    def layers(self) -> list[str]:
        """Every layer that some cost looks at."""
        return list(dict.fromkeys([*self.content_layer, *self.style_layers]))


def _alike(one: Any, other: Any) -> bool:
    """Equal, layers in the same order too: costs are summed in it, and the last bit depends on that."""
    return bool(one == other) and (not isinstance(one, dict) or list(one) == list(other))
