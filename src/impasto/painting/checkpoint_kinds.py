"""The types in a checkpoint's JSON, part by part, so that a crafted or damaged file ends in one line."""

from collections.abc import Callable, Mapping
from typing import Any

from impasto.settings import CHOICES
from impasto.solvers.vector_store import IN_MEMORY_PART

_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(("settings", "inputs", "versions", "solver", "extra"), (dict, "a table")),
    **dict.fromkeys(("history", "layouts", "costs", "adjustments"), (list, "a list")),
    **dict.fromkeys(("scale", "step"), (int, "a whole number")),
    "seconds": ((int, float), "a number"),
    "weights": (str, "text"),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_size(value: Any) -> bool:
    return _is_count(value) and value > 0


def _is_cost(value: Any) -> bool:
    return _are_numbers(value) and 3 <= len(value) <= 5


def _is_pair(value: Any) -> bool:
    two = isinstance(value, list) and len(value) == 2
    return two and all(one is None or _is_number(one) for one in value)


_SOLVER: dict[str, Callable[[Any], bool]] = {
    "finished": lambda value: value is None or isinstance(value, str),
    "evaluations": _is_count,
    "steps": _is_count,
    "unit": lambda value: _is_number(value) and value > 0,
    "recent": _are_numbers,
    "cost": _is_cost,
    "sy": _are_numbers,
    "yMy": _are_numbers,
    "scales": lambda value: isinstance(value, list) and all(map(_is_pair, value)),
}
"""The numbers and words of both solvers' states, by name."""


_LAYOUT: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("tile", "style_tile", "deep_tile"), lambda value: value is None or _is_size(value)),
    "history": _is_size,
    "solver": CHOICES["solver"].__contains__,
    "kept": tuple(IN_MEMORY_PART).__contains__,
    "moments": ("float32", "bfloat16").__contains__,
    "encoding": ("memory", "disk").__contains__,
}
"""The values of `Layout`, by name."""


def check_header(header: Mapping[str, Any]) -> None:
    """Raises TypeError, which names the part, unless every part that is there is of its kind."""
    for name, (kind, words) in _KINDS.items():
        value = header.get(name)
        if name in header and (isinstance(value, bool) or not isinstance(value, kind)):
            raise TypeError(f"its {name} is {_short(value)}, expected {words}")
    for name in ("scale", "step", "seconds"):
        if header.get(name, 0) < 0:
            raise TypeError(f"its {name} is {_short(header[name])}, expected 0 or more")
    _check_each("inputs", header.get("inputs", {}).values(), _is_input)
    _check_each("history", header.get("history", []), _is_cost)
    _check_each("layouts", header.get("layouts", []), lambda one: isinstance(one, dict))
    _check_each("costs", header.get("costs", []), lambda one: isinstance(one, str))
    _check_values("solver", header.get("solver", {}), _SOLVER)
    for layout in header.get("layouts", []):
        _check_values("layout", layout, _LAYOUT)


def _is_input(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in ("name", "fingerprint"))
        and _is_number(value.get("weight", 1))
    )


def _check_values(what: str, values: Mapping[str, Any], kinds: Mapping[str, Callable[[Any], bool]]) -> None:
    for name, value in values.items():
        if name in kinds and not kinds[name](value):
            raise TypeError(f"its {what}'s {name} is {_short(value)}")


def _check_each(name: str, values: Any, is_one: Callable[[Any], bool]) -> None:
    for value in values:
        if not is_one(value):
            raise TypeError(f"one of its {name} is {_short(value)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
