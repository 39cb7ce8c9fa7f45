"""One row of the table of settings: what a setting is, what it may be, and how front ends show it."""

import copy
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from impasto.errors import SettingsError
from impasto.settings.presets import PRESETS
from impasto.settings.values import check_number, shown
from impasto.vgg.layers import canonical

Kind = Literal["whole", "number", "switch", "choice", "text", "path", "layers"]
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_METAVARS = {"whole": "N", "number": "X", "text": "TEXT", "path": "FILE", "layers": "LAYERS"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting, as `Settings.schema()` gives it to whoever draws a form, an option or a slider of it.

    name: of its field in `Settings`.
    kind: "whole" (int), "number" (float), "switch" (bool), "choice" (one of `choices`), "text", "path" (of a file, or
        one of `words`) or "layers" (of VGG-19, with weights).
    default: by preset. None: it goes by the pictures or the machine, in the words of `unset`.
    group: in which it is shown.
    help: the sentence that explains it, without its default.
    low, high: the range of a number, both included; None for the other kinds.
    choices: of a choice, all of one type.
    words: what a text or a path may be that stands for something; suggestions.
    explore: values that show what it does, by preset; empty where the user must name some.
    unset: what None stands for.
    solver: the only one that uses it; None: every solver, or it is not a solver's.
    metavar: what help writes after its option.
    check: raises SettingsError for a text of another form.
    """

    name: str
    kind: Kind
    default: Mapping[str, Any]
    group: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
    words: tuple[str, ...] = ()
    explore: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    unset: str = ""
    solver: str | None = None
    metavar: str = ""
    check: Callable[[str], object] | None = None

    @property
    def option(self) -> str:
        """The name in messages and on the command line, without dashes before it."""
        return self.name.replace("_", "-")

    @property
    def type(self) -> type:
        """The type of its values, None aside."""
        if self.kind == "choice":
            return type(self.choices[0])
        kinds: dict[str, type] = {"whole": int, "number": float, "switch": bool, "layers": dict}
        return kinds.get(self.kind, str)

    @property
    def optional(self) -> bool:
        """Whether None is a value of its own."""
        return None in self.default.values()

    @property
    def shown_metavar(self) -> str:
        """The placeholder after its option in help."""
        return self.metavar or "|".join(map(str, self.choices)) or _METAVARS.get(self.kind, "")

    def names_file(self, value: Any) -> bool:
        """Whether this value is the path of a file, and not a word that stands for something else."""
        return self.kind == "path" and isinstance(value, str | os.PathLike) and value not in ("", *self.words)

    def as_dict(self) -> dict[str, Any]:
        """The row without its check, JSON-able."""
        values = {name: value for name, value in vars(self).items() if name not in ("check", "metavar")}
        return copy.deepcopy(values) | {"optional": self.optional}

    def help_with_default(self) -> str:
        """The sentence that explains it, with the presets' values where they differ."""
        values = {preset: _as_text(value) or self.unset for preset, value in self.default.items()}
        if len(set(values.values())) > 1:
            return f"{self.help} [{'; '.join(f'{preset}: {value}' for preset, value in values.items())}]"
        default = values.popitem()[1]
        return f"{self.help} [default: {default}]" if default else self.help

    def read(self, text: str) -> Any:
        """A value as it is typed: text brought to this setting's type, and not yet checked.

        Raises SettingsError: the text is of another kind.
        """
        try:
            if self.type is bool:
                return _SWITCH[text.lower()]
            return self.type(text) if self.type in (int, float) else text
        except (ValueError, KeyError):
            wanted = {int: "a whole number", float: "a number", bool: "on or off"}[self.type]
            line = f"{self.option} must be {wanted}, got {shown(text)}"
            raise SettingsError(line, names=(self.name,)) from None

    def checked(self, value: Any) -> Any:
        """A value brought to the one form that `Settings` has.

        Raises SettingsError: it cannot be used. One line; `names` has the setting's.
        """
        if value is None and self.optional:
            return None
        try:
            return self._normalized(value)
        except SettingsError as error:
            error.names = (self.name,)
            raise

    def _normalized(self, value: Any) -> Any:
        if self.kind == "layers":
            return layer_weights(self.option, value)
        if self.kind == "number":
            assert self.low is not None
            assert self.high is not None
            check_number(self.option, value, self.low, self.high)
            return float(value)
        if self.names_file(value):
            value = os.fspath(value)
        if not self._takes(value):
            meaning = f" ({self.help})" if self.kind in ("switch", "text") else ""
            raise SettingsError(f"{self.option} must be {self._expected()}, got {shown(value)}{meaning}")
        if self.check is not None:
            self.check(value)
        return value

    def _takes(self, value: Any) -> bool:
        if not isinstance(value, self.type) or (isinstance(value, bool) and self.kind != "switch"):
            return False
        if self.low is not None and self.high is not None:
            return bool(self.low <= value <= self.high)  # type: ignore[operator]
        return value in self.choices if self.choices else value != "" or self.kind != "path"

    def _expected(self) -> str:
        if self.choices:
            return " or ".join(map(str, self.choices))
        return {
            "whole": f"a whole number from {self.low} to {self.high}",
            "path": f"{' or '.join((*self.words, 'the path of a file'))}",
            "switch": "true or false",
            "text": "text",
        }[self.kind]


def setting(kind: Kind, default: Any, group: str, help: str, **more: Any) -> Any:
    """The field of a dataclass for a row; the arguments are those of `row`."""
    return field(default=None, metadata=dict(kind=kind, default=default, group=group, help=help, **more))


def row(
    name: str,
    *,
    kind: Kind,
    default: Any,
    explore: tuple[Any, ...] | None = None,
    multiples: tuple[float, ...] = (),
    **more: Any,
) -> Setting:
    """The row of a setting.

    default: for the presets that have none of their own. explore: values for every preset; without any, all choices, or
    both positions of a switch. multiples: instead of `explore`, of the preset's default. The rest as `Setting` has it.
    """
    defaults = {preset: own.get(name, default) for preset, own in PRESETS.items()}
    values = (True, False) if kind == "switch" else more.get("choices", ()) if explore is None else explore
    explored = {preset: tuple(own * one for one in multiples) or values for preset, own in defaults.items()}
    return Setting(name=name, kind=kind, default=defaults, explore=explored, **more)


def _as_text(value: Any) -> str:
    """A value as the command line takes it; nothing for None."""
    if isinstance(value, dict):
        equal = set(value.values()) == {1 / len(value)}
        return ",".join(name if equal else f"{name}:{weight:g}" for name, weight in value.items())
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def layer_weights(option: str, given: str | Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Weights by canonical name. A layer without a weight of its own counts as one part of the whole."""
    if isinstance(given, str):
        given = [part for part in given.split(",") if part.strip()]
    given = list(given) if isinstance(given, Iterable) and not isinstance(given, Mapping) else given
    if not isinstance(given, list | Mapping) or not all(isinstance(one, str) for one in given):
        wanted = "must name layers, as in relu4_2 or relu1_1:0.5,relu3_1:2"
        raise SettingsError(f"{option} {wanted}, got {shown(given)}")
    pairs = list(given.items()) if isinstance(given, Mapping) else [_pair(option, one) for one in given]
    weights: dict[str, float] = {}
    for name, weight in pairs:
        layer = canonical(name)
        if layer in weights:
            raise SettingsError(f"{option} names {layer} twice")
        check_number(f"the weight of {layer} in {option}", 1 if weight is None else weight, 0, 1e30)
        weights[layer] = 1 / len(pairs) if weight is None else float(weight)
    if not any(weights.values()):
        wanted = "needs at least one layer with a weight above 0, as in relu4_2 or relu4_2:0.5"
        raise SettingsError(f"{option} {wanted}")
    return weights


def _pair(option: str, text: str) -> tuple[str, float | None]:
    name, colon, weight = text.partition(":")
    try:
        return name, float(weight) if colon else None
    except ValueError:
        wrong = f"the weight in {shown(text)} is not a number; write {name}:0.5"
        raise SettingsError(f"{option}: {wrong}") from None
