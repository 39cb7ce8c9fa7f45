"""The objective of one scale: encoder, inputs, settings, layout and partition put together into `evaluate`.

    encode            what never changes while a scale is painted: a_C, what the style costs measure of S, the guides
    build_objective   from these, with the weights of the settings: J and dJ/dG as a function of the canvas

A painting that is steered builds its objective again from the same encodings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from impasto.costs.content_store import EncodingInMemory, EncodingOnDisk
from impasto.costs.custom import custom_layers
from impasto.costs.image_cost import CanvasScale, HoldAtScale, ImageCost
from impasto.costs.neighbours import NEIGHBOUR_LAYERS, NeighbourTerm
from impasto.costs.region import Guide
from impasto.costs.term import Summary, Term
from impasto.costs.total_variation import SquaredVariation, TotalVariation
from impasto.evaluation import Evaluate
from impasto.files import scratch
from impasto.images.mask import Mask
from impasto.inputs.parts import Parts
from impasto.kernels.allocation import give_back
from impasto.objective.encode_neighbours import Neighbours, encode_neighbours
from impasto.objective.encode_style import StyleEncodings, canvas_guides, encode_styles
from impasto.objective.image_costs import WithImageCosts
from impasto.objective.palette import RegionPalette, WithPalettes, encode_palettes
from impasto.objective.passes import passes
from impasto.objective.scale_setup import ScaleSetup
from impasto.objective.targets import (
    ContentEncoding,
    CustomSums,
    blended,
    content_term,
    custom_sums,
    custom_term,
    encode_content,
    style_term,
)
from impasto.objective.tiled import Tiled
from impasto.objective.tiling import Tiling
from impasto.objective.transforms import GRAYSCALE, Protection, Transform, mirror, seen_through
from impasto.objective.whole import Whole
from impasto.tensor_types import Image, Span


@dataclass(frozen=True, eq=False)
class Encodings:
    """The measurements of the pictures at one scale.

    content: a_C of each content layer. styles: what the style cost measures, by style image, part of it and layer.
    guides: of each region, by layer; None for one that is everywhere. neighbours: of each region, by layer.
    palettes: of each region.
    custom: what costs of the user's own measure.
    image_costs: of the user's own, as they are at this scale.
    """

    content: Sequence[ContentEncoding]
    styles: Mapping[tuple[int, Mask | None], Mapping[str, Summary]]
    guides: Sequence[Mapping[str, Guide] | None]
    neighbours: Sequence[Mapping[str, Neighbours]] = ()
    palettes: Sequence[RegionPalette] = ()
    custom: CustomSums = field(default_factory=CustomSums)
    image_costs: Sequence[ImageCost] = ()


def encode(
    setup: ScaleSetup,
    canvas: Image | None = None,
    cache: StyleEncodings | None = None,
    parts: Parts | None = None,
) -> Encodings:
    """Send the pictures through the network.

    canvas: the canvas with which the scale begins, this process's rows; needed where neighbours are searched.
    cache: encodings of styles from earlier paintings, which are used again. parts: of all pictures, where palettes of
    parts are wanted.
    """
    on_disk = partial(EncodingOnDisk, scratch.folder())
    tiling = setup.canvas_tiling(list(setup.content_layers))
    content = encode_content(
        setup.encoder,
        setup.content_rows(tiling.rows),
        setup.content_layers,
        setup.settings.balance,
        tiling,
        on_disk if setup.layout.encoding == "disk" else EncodingInMemory,
        setup.partition,
        setup.reference_pooling,
    )
    scale = _canvas_scale(setup)
    encodings = Encodings(
        content=content,
        styles=encode_styles(setup, cache or StyleEncodings()),
        guides=canvas_guides(setup),
        neighbours=[] if canvas is None else encode_neighbours(setup, canvas),
        palettes=encode_palettes(setup, parts),
        custom=_custom_sums(setup),
        image_costs=[cost.at(scale) for cost in setup.image_costs],
    )
    give_back()
    return encodings


def _custom_sums(setup: ScaleSetup) -> CustomSums:
    if not setup.costs:
        return CustomSums()
    layers = custom_layers(setup.costs)
    tiling = setup.canvas_tiling(layers)

    def styles() -> Any:
        for number in range(len(setup.inputs.styles)):
            own = setup.style_tiling(number, layers)
            yield setup.style_rows(number, own.rows), own

    content = setup.content_rows(tiling.rows)
    return custom_sums(setup.encoder, content, styles(), setup.costs, tiling, setup.partition)


def _canvas_scale(setup: ScaleSetup) -> CanvasScale:
    device, partition = setup.encoder.device, setup.partition
    return CanvasScale(setup.size, setup.own_rows, device, setup.content_rows, partition.total)


def build_objective(setup: ScaleSetup, encodings: Encodings) -> Evaluate:
    """J of the canvas of a scale, and its gradient: the function that the solver brings down.

    J = network costs + palette cost + image costs, of the canvas with what is protected laid over it.
    """
    settings, partition = setup.settings, setup.partition
    terms: list[Term] = [
        *_content_terms(setup, encodings),
        *_style_terms(setup, encodings),
        *_neighbour_terms(setup, encodings),
        *_custom_terms(setup, encodings),
    ]
    evaluate = _engine(setup, terms)
    if encodings.palettes:
        pairs = zip(setup.inputs.regions, encodings.palettes, strict=True)
        palettes = [one.term(setup.inputs, region) for region, one in pairs]
        evaluate = WithPalettes(evaluate, palettes, settings.palette, settings.beta, partition)
    image_costs = list(encodings.image_costs)
    if settings.variation:
        image_costs.insert(0, TotalVariation(settings.variation, settings.balance).at(_canvas_scale(setup)))
    if settings.smoothness and settings.beta:
        image_costs.insert(0, SquaredVariation(settings.smoothness, settings.beta))
    if settings.fidelity and settings.alpha:
        image_costs.insert(0, _fidelity(setup))
    if image_costs:
        evaluate = WithImageCosts(evaluate, image_costs, setup.size, partition)
    protection = protection_at(setup, setup.own_rows)
    if protection is not None:
        evaluate = seen_through(protection.transform(), evaluate)
    return seen_through(GRAYSCALE, evaluate) if settings.colour == "photograph" else evaluate


def _fidelity(setup: ScaleSetup) -> ImageCost:
    """The part of the content cost that looks at the pixels themselves: fidelity * mean (G - C)^2."""
    own, alpha = setup.own_rows, setup.settings.alpha
    hold = HoldAtScale(setup.content_rows(own), None, alpha * setup.settings.fidelity, own)
    hold.part, hold.factor = "content", alpha
    return hold


def protection_at(setup: ScaleSetup, rows: Span) -> Protection | None:
    """The protection of some rows of the canvas; None without a protect mask."""
    mask = setup.inputs.protect
    if mask is None:
        return None
    protected = setup.settings.protect_strength * mask.rows(setup.size, *rows)
    return Protection(setup.protected_rows(rows), protected[None, None].to(setup.encoder.device))


def _content_terms(setup: ScaleSetup, encodings: Encodings) -> list[Term]:
    weights = setup.settings.content_layer
    return [content_term(one, weights[one.layer]) for one in encodings.content if one.layer in weights]


def _style_terms(setup: ScaleSetup, encodings: Encodings) -> list[Term]:
    """A term for each layer, or for each layer and region; none where a region has no position of a layer."""
    settings, inputs = setup.settings, setup.inputs
    terms: list[Term] = []
    for region, guide in zip(inputs.regions, encodings.guides, strict=True):
        for layer, weight in settings.style_layers.items():
            if guide is not None and not guide[layer].mass > 0:
                continue
            of_styles = [
                (encodings.styles[number, part][layer], inputs.styles[number].weight)
                for number, part in zip(region.styles, region.style_masks, strict=True)
            ]
            cost, pooling = settings.style_cost, setup.reference_pooling
            term = style_term(layer, blended(of_styles), weight, settings.balance, cost, pooling)
            terms.append(term if guide is None else term.within(guide[layer], region.weight))
    return terms


def _neighbour_terms(setup: ScaleSetup, encodings: Encodings) -> list[Term]:
    """A term for each layer and region."""
    terms: list[Term] = []
    for region, neighbours, guide in zip(
        setup.inputs.regions, encodings.neighbours, encodings.guides, strict=bool(encodings.neighbours)
    ):
        for layer, found in neighbours.items():
            own, weight = None if guide is None else guide[layer], setup.settings.neighbours
            weight *= NEIGHBOUR_LAYERS[layer]
            if own is not None:
                weight *= region.weight * own.share
                if not own.mass > 0:
                    continue
            terms.append(NeighbourTerm(layer, found.candidates, found.index, weight, own))
    return terms


def _custom_terms(setup: ScaleSetup, encodings: Encodings) -> list[Term]:
    weights = [style.weight for style in setup.inputs.styles]
    return [custom_term(cost, encodings.custom, number, weights) for number, cost in enumerate(setup.costs)]


def _engine(setup: ScaleSetup, terms: Sequence[Term]) -> Evaluate:
    """The costs that the network computes: of the whole picture at once, tile by tile, or of this process's rows."""
    encoder, settings, layout, partition = setup.encoder, setup.settings, setup.layout, setup.partition
    if partition.size == 1 and layout.tile is None:
        if not setup.margin:
            return Whole(encoder, terms, settings.alpha, settings.beta)
        tiling = Tiling(*setup.size, setup.layers, margin=setup.margin)
        whole = Whole(encoder, terms, settings.alpha, settings.beta, tiling.window)
        return seen_through(mirror(setup.size), whole)
    if partition.size == 1:
        walked = passes(*setup.size, setup.layers, layout.tile, layout.deep_tile, setup.margin)
        return Tiled(encoder, terms, settings.alpha, settings.beta, walked)
    own = setup.canvas_tiling(setup.layers)
    tiled = Tiled(encoder, terms, settings.alpha, settings.beta, [own], partition)
    # The neighbours give the rows around this process's own, and get the gradient with respect to them.
    rows = partition.exchange(setup.size[0], lambda rank: setup.canvas_tiling(setup.layers, rank).rows)
    return seen_through(Transform(rows.widened, rows.folded), tiled)
