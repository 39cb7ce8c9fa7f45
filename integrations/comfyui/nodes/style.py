"""The node Style: a painting, how much it counts, and where."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..images import masks, pictures


@dataclass(frozen=True, eq=False)
class Style:
    """What goes from Style to Stylize: one painting each.

    picture: float32 [H, W, C] in [0, 1]. where: where in the photograph it goes, part: which part of the painting
    counts, both float32 [H, W] in [0, 1] or None for everything.
    """

    picture: np.ndarray
    weight: float
    where: np.ndarray | None
    part: np.ndarray | None


class StyleNode:
    """Paintings in a row."""

    CATEGORY = "impasto"
    DESCRIPTION = (
        "A painting in whose manner the photograph is painted. Several are blended: connect the style before this one "
        "to styles. With a mask it is painted only there."
    )
    FUNCTION = "add"
    RETURN_TYPES = ("IMPASTO_STYLE",)
    RETURN_NAMES = ("style",)
    OUTPUT_TOOLTIPS = ("The styles so far, this one last.",)

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        """The sockets and widgets."""
        weight = {"default": 1.0, "min": 0.01, "max": 100.0, "step": 0.1, "round": False}
        weight["tooltip"] = "How much it counts beside the other styles."
        return {
            "required": {
                "painting": ("IMAGE", {"tooltip": "Of a batch every picture is a style of this weight."}),
                "weight": ("FLOAT", weight),
            },
            "optional": {
                "styles": ("IMPASTO_STYLE", {"tooltip": "The styles before this one."}),
                "mask": (
                    "MASK",
                    {"tooltip": "Where in the photograph it goes: white there. Soft edges blend."},
                ),
                "painting_mask": ("MASK", {"tooltip": "Which part of the painting counts: white there."}),
            },
        }

    def add(
        self, painting: Any, weight: float, styles: Any = (), mask: Any = None, painting_mask: Any = None
    ) -> tuple[list[Style]]:
        """The styles before, and this one."""
        found = pictures(painting)
        wheres, parts = masks(mask, len(found)), masks(painting_mask, len(found))
        own = [Style(*one) for one in zip(found, [weight] * len(found), wheres, parts, strict=True)]
        return ([*styles, *own],)


def arguments(styles: list[Style]) -> dict[str, Any]:
    """The styles as `impasto.Stylizer.paint` takes them.

    Raises ValueError where some have a mask and others none, because nobody has said where these go.
    """
    wheres, parts = [one.where for one in styles], [one.part for one in styles]
    if any(one is None for one in wheres) and not all(one is None for one in wheres):
        missing = next(number for number, one in enumerate(wheres, 1) if one is None)
        raise ValueError(
            f"style {missing} of {len(styles)} has no mask, and others have one: give each style a mask, or none "
            "(the node Invert Mask gives the rest of the photograph)"
        )
    found: dict[str, Any] = {"style": [(one.picture, one.weight) for one in styles]}
    if wheres[0] is not None:
        found["masks"] = wheres
    if any(one is not None for one in parts):
        found["style_masks"] = [
            np.ones(style.picture.shape[:2], np.float32) if part is None else part
            for style, part in zip(styles, parts, strict=True)
        ]
    return found
