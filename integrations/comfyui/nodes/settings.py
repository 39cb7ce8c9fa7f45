"""The node Settings: every setting that the node Stylize does not have itself."""

from typing import Any

from ..widgets import SCHEMA, complaint, given, widgets
from .stylize import OWN

_ELSEWHERE = ("bits",)
"""An IMAGE has no bits, and Save Image decides them."""

_PLACES = [
    "content_layer",
    "style_layers",
    "style_cost",
    "neighbours",
    "fidelity",
    "placement",
    "alpha",
    "beta",
    "variation",
    "palette",
    "smoothness",
    "detail",
    "protect_strength",
    "steps",
    "scales",
    "scale_factor",
    "smallest_scale",
    "coarse_steps",
    "soften",
    "start",
    "start_scale",
    "noise",
    "seed",
    "solver",
    "learning_rate",
    "averaging",
    "history",
    "smoothing",
    "pooling",
    "border",
    "light",
    "balance",
    "reference",
    "device",
    "precision",
    "convolution",
    "engine",
    "tile",
    "memory",
    "threads",
    "weights",
]
"""The first widgets, in an order that stays: ComfyUI saves their values by place. Settings that are new come last."""

NAMES = sorted(
    (name for name in SCHEMA if name not in (*OWN, *_ELSEWHERE)),
    key=lambda name: _PLACES.index(name) if name in _PLACES else len(_PLACES),
)


class SettingsNode:
    """Widgets, and what of them is set."""

    CATEGORY = "impasto"
    DESCRIPTION = (
        "The settings that Stylize has no widget for. What is left alone goes by the recipe of Stylize."
    )
    FUNCTION = "set"
    RETURN_TYPES = ("IMPASTO_SETTINGS",)
    RETURN_NAMES = ("settings",)

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        """The widgets."""
        return {"required": widgets(NAMES)}

    @classmethod
    def VALIDATE_INPUTS(cls, **values: Any) -> bool | str:
        """Before anything is painted."""
        return complaint(values)

    def set(self, **values: Any) -> tuple[dict[str, Any]]:
        """What is set."""
        return (given(values),)
