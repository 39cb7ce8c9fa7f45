"""`Settings`: the fields filled in from the preset, checked, and compared with one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from impasto.errors import SettingsError
from impasto.settings.presets import (
    DEFAULT_PRESET,
    FIDELITY_POWER,
    MOST_FIDELITY,
    STRENGTH_POWER_ABOVE,
    STRENGTH_POWER_BELOW,
)
from impasto.settings.schema import SCHEMA, Fields, defaults
from impasto.settings.setting import Setting
from impasto.settings.values import near

ADJUSTABLE = tuple(
    "strength alpha beta style_layers content_layer styles variation protect_strength".split()  # noqa: SIM905
)
"""The names that may change between two steps of a painting: settings, and `styles`, the style images' weights."""
INSTEAD_OF = {"strength": ("alpha", "beta")}
"""A setting that stands for others: given over settings that are there already, it takes their place."""
OTHERS_OF_STRENGTH = ("fidelity", "placement")
"""The settings that strength sets, too, unless the user has set them."""


@dataclass(frozen=True, kw_only=True)
class Settings(Fields):
    """The settings of a painting; immutable, checked when made. `None` stands for the preset's default.

    Raises:
        SettingsError: a value that cannot be used, or two that do not go together. One line; `names` has the fields.

    >>> Settings(recipe="classic").beta
    40.0
    >>> Settings(style_layers="conv1_1,conv2_1").style_layers
    {'relu1_1': 0.5, 'relu2_1': 0.5}
    """

    def __post_init__(self) -> None:
        self._set("recipe", SCHEMA["recipe"].checked(DEFAULT_PRESET if self.recipe is None else self.recipe))
        given = {name: getattr(self, name) for name in SCHEMA if getattr(self, name) is not None}
        for name, value in given.items():
            self._set(name, SCHEMA[name].checked(value))
        own = {**defaults(self.recipe), **self._values_of_strength(given)}
        for name in SCHEMA:
            if name not in given:
                self._set(name, SCHEMA[name].checked(own[name]))
        self._check_together()

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _values_of_strength(self, given: Mapping[str, Any]) -> dict[str, float]:
        """The values that `strength` stands for.

        Below the middle the photograph's own pixels count more and more, where the preset has fidelity. Above it the
        photograph also loses its say in placement.
        """
        if self.strength is None:
            return {}
        own, strength = defaults(self.recipe), self.strength
        if own["fidelity"] and 0 < strength < 0.5:
            fidelity = min(own["fidelity"] * ((1 - strength) / strength) ** FIDELITY_POWER, MOST_FIDELITY)
            settled = {"alpha": own["alpha"], "beta": own["beta"], "fidelity": fidelity}
        else:
            power = STRENGTH_POWER_BELOW if strength < 0.5 else STRENGTH_POWER_ABOVE
            settled = {
                "alpha": own["alpha"] * (2 * (1 - strength)) ** power,
                "beta": own["beta"] * (2 * strength) ** power,
            }
        if strength > 0.5:
            settled["placement"] = own["placement"] * 2 * (1 - strength)
        for name, value in settled.items():
            if name in INSTEAD_OF["strength"] and name in given and getattr(self, name) != value:
                line = f"strength stands for alpha and beta: give strength or {name}, not both"
                raise SettingsError(line, names=("strength", name))
        return settled

    def _check_together(self) -> None:
        """Settings that are good by themselves."""
        if self.alpha == self.beta == 0:
            line = "alpha and beta are both 0: there is nothing to minimise; give one of them a weight"
            raise SettingsError(line, names=("alpha", "beta"))
        if self.tile is not None and self.engine == "whole":
            line = "engine whole has no tiles: omit tile, or use engine tiled"
            raise SettingsError(line, names=("tile", "engine"))

    @staticmethod
    def schema() -> tuple[Setting, ...]:
        """The table of settings: kind, default, range, choices, group and help of each, in the order of display.

        >>> row = next(row for row in Settings.schema() if row.name == "style_scale")
        >>> row.kind, row.low, row.high, row.default["paint"]
        ('number', 0.05, 20, 1.0)
        """
        return tuple(SCHEMA.values())

    def as_dict(self) -> dict[str, Any]:
        """Every field by name, JSON-able; `Settings.from_dict` makes the same settings of it."""
        return {name: getattr(self, name) for name in SCHEMA}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Settings":
        """Settings from named values; raises SettingsError, with the near names, for one that does not exist."""
        for name in values:
            if name not in SCHEMA:
                raise SettingsError(f"there is no setting named {name!r}{near(name, SCHEMA)}", names=(name,))
        return cls(**values)

    def plain(self) -> "Settings":
        """The preset's own settings, with `strength` applied where it is given."""
        return Settings(recipe=self.recipe, strength=self.strength)

    def changed(self) -> dict[str, Any]:
        """The settings, except `recipe`, that are not the preset's own; `strength` stands for alpha and beta."""
        plain = vars(self.plain())
        differing = {name: one for name, one in self.as_dict().items() if not _alike(one, plain[name])}
        return differing if self.strength is None else {"strength": self.strength, **differing}

    @property
    def paints(self) -> bool:
        """Whether anything is painted; with the colour "only" the colours are taken, by `impasto.recolor`."""
        return self.colour != "only"

    @property
    def layers(self) -> list[str]:
        """Every layer that some cost looks at."""
        return list(dict.fromkeys([*self.content_layer, *self.style_layers]))


def _alike(one: Any, other: Any) -> bool:
    """Equal, layers in the same order too: costs are summed in it, and the last bit depends on that."""
    return bool(one == other) and (not isinstance(one, dict) or list(one) == list(other))
