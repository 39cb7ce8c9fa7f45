"""Steering: what may be changed between two steps of a painting, and what becomes of its settings and inputs then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from impasto.errors import SettingsError
from impasto.inputs.inputs import Inputs
from impasto.inputs.style_sources import check_weight
from impasto.settings import ADJUSTABLE, OTHERS_OF_STRENGTH, SCHEMA, Settings


@dataclass(frozen=True)
class Adjustment:
    """A change of weights after so many steps. changes: by name, of those in ADJUSTABLE; see `of`."""

    step: int
    changes: Mapping[str, Any]

    @classmethod
    def of(cls, step: int, changes: Mapping[str, Any]) -> "Adjustment":
        """An adjustment with its values in the form that settings have, however they were given.

        Raises SettingsError for a value that cannot be used.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        checked = {name: SCHEMA[name].checked(one) if name in SCHEMA else one for name, one in given.items()}
        return cls(step, checked)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, as checkpoints and pictures carry it."""
        return {"step": self.step, **self.changes}


def read_adjustments(given: Iterable[Any]) -> list[Adjustment]:
    """Adjustments from (step, changes) pairs, mappings with a "step", or `Adjustment`s, sorted by step.

    Raises SettingsError for a step that is no whole number from 0 on, or a name that cannot be adjusted.
    """
    found = []
    for one in given:
        step: Any
        changes: Any
        if isinstance(one, Adjustment):
            step, changes = one.step, one.changes
        elif isinstance(one, Mapping):
            step, changes = one.get("step"), {name: one[name] for name in one if name != "step"}
        else:
            step, changes = one if isinstance(one, tuple | list) and len(one) == 2 else (None, None)
        whole = isinstance(step, int) and not isinstance(step, bool) and step >= 0
        if not whole or not isinstance(changes, Mapping):
            raise SettingsError(
                f"an adjustment must be a number of steps and what changes after them, got {one!r}: "
                'give it as (12, {"beta": 5})'
            )
        check_names(changes)
        found.append(Adjustment.of(step, changes))
    return sorted(found, key=lambda one: one.step)


def check_names(changes: Mapping[str, Any]) -> None:
    """Raises SettingsError for a name that is not ADJUSTABLE."""
    for name in changes:
        if name not in ADJUSTABLE:
            able = ", ".join(ADJUSTABLE)
            raise SettingsError(f"{name} cannot change while a picture is painted; what can: {able}")


def adjusted(
    settings: Settings, inputs: Inputs, changes: Mapping[str, Any], encoded: Mapping[str, Sequence[str]]
) -> tuple[Settings, Inputs]:
    """Settings and inputs with other weights.

    encoded: the layers that the painting has encoded, by the setting that names them: no other can be given a weight.
    Raises SettingsError for a value that cannot be used.
    """
    check_names(changes)
    changes = {name: value for name, value in changes.items() if value is not None}
    if not changes:
        raise SettingsError(f"nothing to adjust was given: give a value to one of {', '.join(ADJUSTABLE)}")
    fields = {name: value for name, value in changes.items() if name != "styles"}
    if fields:
        settings = Settings.from_dict(_fields_of_strength(settings, fields))
        for name, layers in encoded.items():
            unknown = [layer for layer in getattr(settings, name) if layer not in layers]
            if unknown:
                raise SettingsError(
                    f"{', '.join(unknown)} was not encoded when the painting began: {name} can change weights of "
                    f"{', '.join(layers)}"
                )
    if "styles" in changes:
        inputs = inputs.reweighted(_weights(changes["styles"], len(inputs.styles)))
    return settings, inputs


def _fields_of_strength(settings: Settings, fields: Mapping[str, Any]) -> dict[str, Any]:
    """All fields; `strength` takes the place of alpha and beta, and they that of strength.

    What an earlier strength has set goes with it; what the user has set stays.
    """
    values = settings.as_dict()
    if "strength" in fields and ("alpha" in fields or "beta" in fields):
        raise SettingsError("strength stands for alpha and beta: give strength, or alpha and beta")
    if "strength" in fields:
        own = settings.plain()
        values |= {name: None for name in OTHERS_OF_STRENGTH if values[name] == getattr(own, name)}
        values |= {"alpha": None, "beta": None}
    elif "alpha" in fields or "beta" in fields:
        values["strength"] = None
    return {**values, **fields}


def _weights(given: Any, count: int) -> list[float]:
    if not isinstance(given, list | tuple) or len(given) != count:
        wanted = f"the weights of the {count} style images, in order"
        raise SettingsError(f"styles must be {wanted}, got {given!r}")
    return [check_weight(weight) for weight in given]
