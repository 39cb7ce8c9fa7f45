"""Layers and their weights: text, lists and mappings, brought to one form."""

from collections.abc import Iterable, Mapping

from impasto.errors import SettingsError
from impasto.settings.checks import check_number, shown
from impasto.vgg.layers import canonical


def layer_weights(option: str, given: str | Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Weights by canonical name. A layer without a weight of its own counts as one part of the whole."""
    if isinstance(given, str):
        given = [part for part in given.split(",") if part.strip()]
    given = list(given) if isinstance(given, Iterable) and not isinstance(given, Mapping) else given
    if not isinstance(given, list | Mapping) or not all(isinstance(one, str) for one in given):
        raise SettingsError(
            f"{option} must name layers, as in relu4_2 or relu1_1:0.5,relu3_1:2, got {shown(given)}"
        )
    pairs = list(given.items()) if isinstance(given, Mapping) else [_pair(option, one) for one in given]
    weights: dict[str, float] = {}
    for name, weight in pairs:
        layer = canonical(name)
        if layer in weights:
            raise SettingsError(f"{option} names {layer} twice")
        check_number(f"the weight of {layer} in {option}", 1 if weight is None else weight, 0, 1e30)
        weights[layer] = 1 / len(pairs) if weight is None else float(weight)
    if not any(weights.values()):
        raise SettingsError(
            f"{option} needs at least one layer with a weight above 0, as in relu4_2 or relu4_2:0.5"
        )
    return weights


def _pair(option: str, text: str) -> tuple[str, float | None]:
    name, colon, weight = text.partition(":")
    try:
        return name, float(weight) if colon else None
    except ValueError:
        wrong = f"the weight in {shown(text)} is not a number; write {name}:0.5"
        raise SettingsError(f"{option}: {wrong}") from None
