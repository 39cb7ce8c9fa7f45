"""What a picture is measured against: the cost terms of a content and a style image, at one size."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from impasto.costs.content import ContentTerm
from impasto.costs.custom import CustomCost, CustomTerm, check_custom, custom_summary
from impasto.costs.encoding import Encoding, InMemory, MakeEncoding
from impasto.costs.reference import Moments, content_reference, style_reference
from impasto.costs.styles import STYLE_COSTS, StyleTerm
from impasto.costs.term import Summary, Window
from impasto.encoder.vgg19 import VGG19
from impasto.engines.sharing import AddUp, alone, shared_moments, shared_summaries
from impasto.engines.tiling import Tiling
from impasto.layers import LAYERS, canonical
from impasto.shapes import Image, ResizedImage

Measure = Callable[..., tuple[Summary, Any]]
"""(activation, rows and columns of it) -> their sums, and the activation to go on with; as `StyleTarget.measure`."""


@torch.no_grad()
def content_terms(
    encoder: VGG19,
    content: Image,
    layer_weights: Mapping[str, float],
    balance: bool,
    tiling: Tiling | None = None,
    make: MakeEncoding = InMemory,
    add_up: AddUp = alone,
) -> list[ContentTerm]:
    """One term a layer. The content encoding a_C is what the encoder makes of C.

    balance: divide each layer's cost by its reference, see `costs/reference.py`.
    tiling: how to walk C; None for one tile without a margin. make: where a_C is kept.
    add_up: for a picture shared by several processes: `content` is then `tiling.rows` of it, and a_C its own band's.
    """
    tiling = tiling or Tiling(content.shape[2], content.shape[3], list(layer_weights))
    encodings: dict[str, Encoding] = {}
    moments: dict[str, Moments] = {}

    def keep(layer: str, a_C: Tensor, window: Window) -> Tensor:
        own = a_C[..., window.here[0], window.here[1]]
        if layer not in encodings:
            encodings[layer] = make(own.shape[1], *tiling.layer_size(layer), own)
        encodings[layer].fill(window.there, own)
        if balance:
            more = Moments.of(own)
            moments[layer] = moments[layer].plus(more) if layer in moments else more
        return a_C

    for tile in tiling.tiles:
        tiling.walk(encoder, tiling.cut(content, tile), tile, keep)
    moments = {layer: shared_moments(moments[layer], add_up) for layer in moments}
    return [
        ContentTerm(
            layer,
            a_C,
            _balanced(layer_weights[layer], content_reference(moments[layer]) if balance else 1.0),
        )
        for layer, a_C in encodings.items()
    ]


@torch.no_grad()
def style_terms(
    encoder: VGG19,
    style: Image,
    layer_weights: Mapping[str, float],
    balance: bool,
    tiling: Tiling | None = None,
    add_up: AddUp = alone,
    cost: str = "gram",
) -> list[StyleTerm]:
    """One term a layer. The style encoding of S is what the style cost measures of it, such as its Gram matrices.

    cost: one of STYLE_COSTS. The rest as for `content_terms`.
    """
    kind = STYLE_COSTS[cost]
    measures = [(layer, kind.measure) for layer in layer_weights]
    found = _summaries(encoder, style, measures, tiling, add_up)
    terms = []
    for (layer, weight), summary in zip(layer_weights.items(), found, strict=True):
        target = kind.of(summary)
        reference = style_reference(target, summary) if balance else 1.0
        terms.append(StyleTerm(layer, target, _balanced(weight, reference)))
    return terms


@torch.no_grad()
def custom_terms(
    encoder: VGG19,
    content: Image,
    style: ResizedImage,
    costs: Sequence[CustomCost],
    content_tiling: Tiling | None = None,
    style_tiling: Tiling | None = None,
    add_up: AddUp = alone,
) -> list[CustomTerm]:
    """One term a cost, each against what it measures of C and S; the rest as for `content_terms`.

    Raises SettingsError when a cost cannot be used; see `costs/custom.py`.
    """
    if not costs:
        return []
    measures = [(canonical(cost.layer), partial(custom_summary, cost)) for cost in costs]
    found = [
        _summaries(encoder, picture, measures, tiling, add_up)
        for picture, tiling in ((content, content_tiling), (style, style_tiling))
    ]
    terms = [CustomTerm(*one) for one in zip(costs, *found, strict=True)]
    for term in terms:
        generator = torch.Generator().manual_seed(0)
        check_custom(
            term, torch.rand(1, _channels(encoder, term.layer), 6, 7, generator=generator).to(content)
        )
    return terms


def _summaries(
    encoder: VGG19,
    picture: Image,
    measures: Sequence[tuple[str, Measure]],
    tiling: Tiling | None,
    add_up: AddUp,
) -> list[Summary]:
    """What each of some measures makes of its layer of a picture."""
    layers = list(dict.fromkeys(layer for layer, _ in measures))
    tiling = tiling or Tiling(picture.shape[2], picture.shape[3], layers)
    found: dict[int, Summary] = {}

    def add(shown: str, a: Tensor, window: Window) -> Tensor:
        for i, (layer, measure) in enumerate(measures):
            if layer == shown:
                more, a = measure(a, window.here)
                found[i] = found[i].plus(more) if i in found else more
        return a

    for tile in tiling.tiles:
        tiling.walk(encoder, tiling.cut(picture, tile), tile, add)
    own = {
        i: found[i] if found else _nothing_seen(encoder, layer, measure)
        for i, (layer, measure) in enumerate(measures)
    }
    return list(shared_summaries(own, add_up).values())


def _nothing_seen(encoder: VGG19, layer: str, measure: Measure) -> Summary:
    """The sums of a process that has no part of the picture."""
    nothing = torch.zeros(
        1, _channels(encoder, layer), 1, 1, device=encoder.device, dtype=encoder.precision.measured
    )
    return Summary(torch.zeros_like(measure(nothing)[0].total), 0)


def _channels(encoder: VGG19, layer: str) -> int:
    return len(encoder.weights.biases[LAYERS[layer].convolution])


def _balanced(weight: float, reference: float) -> float:
    """A flat picture has a reference of 0; its cost is then taken as it is."""
    return weight / reference if reference > 0 else weight
