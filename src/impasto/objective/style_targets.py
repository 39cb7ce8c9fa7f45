"""The style cost's terms for a canvas: several paintings blended, or each region with its own."""

from collections.abc import Callable, Mapping, Sequence

import torch

from impasto.costs.custom import CustomCost, CustomTerm
from impasto.costs.region import Guide
from impasto.costs.term import Summary, Term
from impasto.distributed.partial_sums import AddUp, alone
from impasto.errors import SettingsError
from impasto.images.masks.mask import Mask, region_rows
from impasto.inputs.inputs import Inputs, Region
from impasto.objective.region_guides import layer_guides
from impasto.objective.targets import blended, custom_terms, guided_term, style_sums, style_term
from impasto.objective.tiling.tiling import Tiling
from impasto.settings import Settings
from impasto.tensor_types import Image
from impasto.vgg.vgg19 import VGG19

PaintingAt = Callable[[int, Sequence[str]], tuple[Image, Tiling, tuple[int, int]]]
"""A painting's number, layers -> what is held of it here, how it is walked for these, and its whole size."""


def check_regions(inputs: Inputs, settings: Settings) -> None:
    """Raises SettingsError for settings that do not go together with regions."""
    if inputs.guided and settings.colour == "only":
        raise SettingsError(
            "colour only paints nothing, so that regions have no meaning: leave the masks away"
        )


def style_terms_of(
    encoder: VGG19,
    inputs: Inputs,
    settings: Settings,
    painting_at: PaintingAt,
    canvas: Tiling,
    size: tuple[int, int],
    add_up: AddUp = alone,
) -> list[Term]:
    """A term for each layer, or for each layer and region. canvas, size: how the canvas is walked, and its whole size.

    A region in which a layer has no position at all has no term there.
    """
    layers = list(settings.style_layers)
    sums: dict[tuple[int, Mask | None], dict[str, Summary]] = {}
    for number in range(len(inputs.styles)):
        parts = inputs.parts_of(number)
        image, tiling, painted = painting_at(number, layers)
        guides = [_style_guides(one, painted, tiling, layers, encoder.device) for one in parts]
        found = style_sums(encoder, image, layers, tiling, add_up, guides, settings.style_cost)
        sums |= {(number, part): one for part, one in zip(parts, found, strict=True)}
        del image, guides
    terms: list[Term] = []
    for region, guide in zip(
        inputs.regions, _canvas_guides(inputs, canvas, size, layers, encoder), strict=True
    ):
        for layer in layers:
            target = style_term(
                layer,
                _target(region, inputs, sums, layer),
                settings.style_layers[layer],
                settings.balance,
                settings.style_cost,
            )
            if guide is None:
                terms.append(target)
            elif guide[layer].mass > 0:
                terms.append(guided_term(target, guide[layer], region.weight))
    return terms


def custom_terms_of(
    encoder: VGG19,
    inputs: Inputs,
    costs: Sequence[CustomCost],
    content: Image,
    painting_at: PaintingAt,
    canvas: Tiling,
    add_up: AddUp = alone,
) -> list[CustomTerm]:
    """A term for each cost of the user's own; all of them see whole pictures, and the paintings blended."""
    paintings = (
        (*painting_at(number, canvas.layers)[:2], style.weight) for number, style in enumerate(inputs.styles)
    )
    return custom_terms(encoder, content, paintings, costs, canvas, add_up)


def _style_guides(
    part: Mask | None, size: tuple[int, int], tiling: Tiling, layers: Sequence[str], device: torch.device
) -> Mapping[str, Guide] | None:
    if part is None:
        return None
    guides = layer_guides(part.rows(size, 0, size[0]), tiling, layers, device)
    if not all(guide.mass > 0 for guide in guides.values()):
        raise SettingsError(
            f"the style mask {part.name} leaves nothing of the painting at {size[1]}x{size[0]} pixels: mark a larger "
            "part, or use a larger size"
        )
    return guides


def _canvas_guides(
    inputs: Inputs, canvas: Tiling, size: tuple[int, int], layers: Sequence[str], encoder: VGG19
) -> Sequence[Mapping[str, Guide] | None]:
    if not inputs.masks:
        return [None] * len(inputs.regions)
    weights = region_rows(inputs.masks, size, 0, size[0])
    return [layer_guides(weight, canvas, layers, encoder.device) for weight in weights]


def _target(
    region: Region,
    inputs: Inputs,
    sums: Mapping[tuple[int, Mask | None], Mapping[str, Summary]],
    layer: str,
) -> Summary:
    """What the region should be like."""
    return blended(
        [
            (sums[number, part][layer], inputs.styles[number].weight)
            for number, part in zip(region.styles, region.style_masks, strict=True)
        ]
    )
