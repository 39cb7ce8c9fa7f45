"""The node Stylize: it paints."""

from typing import Any

import torch

import impasto

from ..images import as_image, for_each, masks, pictures
from ..watching import Watch
from ..widgets import complaint, given, widgets
from .style import Style, arguments

OWN = ("recipe", "size", "strength", "style_scale", "colour")
"""The settings that are changed first; the node Settings has the others."""

_kept: list[impasto.Stylizer] = []
"""The last painter: VGG-19 is loaded once, and shared by those that come after it."""


class Stylize:
    """Photographs in, paintings out."""

    CATEGORY = "impasto"
    DESCRIPTION = (
        "Paints a photograph in the manner of one or several paintings, by neural style transfer (VGG-19). It needs no "
        "model to be downloaded, runs on a processor as well as on a GPU, and gives the same picture every time."
    )
    FUNCTION = "paint"
    RETURN_TYPES = ("IMAGE", "IMPASTO_RESULT")
    RETURN_NAMES = ("image", "result")
    OUTPUT_TOOLTIPS = ("The painted photographs.", "For the node Report: what was painted, and how.")

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        """The sockets and widgets."""
        return {
            "required": {
                "photograph": ("IMAGE", {"tooltip": "Of a batch each picture is painted."}),
                "style": ("IMPASTO_STYLE", {"tooltip": "What the node Style gives."}),
                **widgets(OWN),
            },
            "optional": {
                "settings": ("IMPASTO_SETTINGS", {"tooltip": "What the node Settings gives."}),
                "protect": ("MASK", {"tooltip": "White where the photograph stays as it is; a face, say."}),
                "start": ("IMAGE", {"tooltip": "The picture to start from, instead of the photograph."}),
            },
        }

    @classmethod
    def VALIDATE_INPUTS(
        cls,
        recipe: Any = None,
        size: Any = None,
        strength: Any = None,
        style_scale: Any = None,
        colour: Any = None,
    ) -> bool | str:
        """Before anything is painted."""
        own = (recipe, size, strength, style_scale, colour)
        return complaint(dict(zip(OWN, own, strict=True)))

    def paint(
        self,
        photograph: Any,
        style: list[Style],
        settings: dict[str, Any] | None = None,
        protect: Any = None,
        start: Any = None,
        **own: Any,
    ) -> tuple[Any, list[impasto.Result]]:
        """Each photograph in the same manner."""
        with torch.inference_mode(False), torch.enable_grad():  # ComfyUI turns gradients off
            wanted = impasto.Settings(**(settings or {}) | given(own))
            photographs = pictures(photograph)
            count = len(photographs)
            starts = [None] * count if start is None else for_each(pictures(start), count)
            inputs = zip(photographs, masks(protect, count), starts, strict=True)
            results = _results(wanted, arguments(style), list(inputs))
            return as_image([one.image for one in results]), results


def _results(settings: impasto.Settings, more: dict[str, Any], inputs: list[Any]) -> list[impasto.Result]:
    if settings.colour == "only":  # nothing is painted, so there is nothing to watch
        styles, changes = more["style"], {"recipe": settings.recipe, **settings.changed()}
        return [impasto.recolor(one, styles, protect=protect, **changes) for one, protect, _ in inputs]
    painter, watch = _painter(settings), Watch(len(inputs))
    more["style"] = painter.encode_style(more["style"])
    return [
        watch.paint(painter.paint(one, protect=protect, start=start, **more), number)
        for number, (one, protect, start) in enumerate(inputs)
    ]


def _painter(settings: impasto.Settings) -> impasto.Stylizer:
    painter = _kept[0].varied(settings) if _kept else impasto.Stylizer(settings)
    _kept[:] = [painter]
    return painter
