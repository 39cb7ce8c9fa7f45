"""What a film has to be told beside the settings of a picture: each default, its range and its meaning, once."""

from dataclasses import dataclass, fields
from typing import Any

from impasto.errors import SettingsError

LARGEST = 1e30
DEFAULT_RATE = 25
"""Frames a second of a film that is given as pictures, unless the user says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Temporal:
    """How a frame follows from the frames before it.

    hold: weight of the temporal cost J_temporal = hold * mean(trust (G - W)^2), W the paint that the motion of the film
    brings. frame_steps: steps of a frame after the first of a shot, at the size of the result. passes: how often each
    frame is painted, forwards and backwards in turn. loop: whether the first frame follows from the last one.

    Raises:
        SettingsError: a value out of range.
    """

    hold: float = 3000.0
    frame_steps: int = 7
    passes: int = 1
    loop: bool = False

    def __post_init__(self) -> None:
        for name, low, high in (("hold", 0, LARGEST), ("frame_steps", 1, 1_000_000), ("passes", 1, 100)):
            value = getattr(self, name)
            kind = (int, float) if name == "hold" else int
            if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
                raise SettingsError(
                    f"{name} is a number from {low:g} to {high:g}, got {value!r}", names=(name,)
                )

    def as_dict(self) -> dict[str, Any]:
        """Every field by name, JSON-able."""
        return {one.name: getattr(self, one.name) for one in fields(self)}
