"""The targets of a painting: the cost terms of a content and a style image, at one size."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from impasto.costs.content import ContentTerm
from impasto.costs.content_store import Encoding, EncodingInMemory, MakeEncoding
from impasto.costs.custom import CustomCost, CustomTerm, check_measure, check_rule, custom_summary
from impasto.costs.normalization import (
    content_moments,
    content_reference,
    style_reference,
    typical_activation,
)
from impasto.costs.region import Guide
from impasto.costs.styles import STYLE_COSTS, StyleTerm, of_region, style_summary
from impasto.costs.term import Summary, TileWindow
from impasto.distributed.partition import WHOLE, Partition, shared_summaries
from impasto.objective.tiling import Tiling
from impasto.tensor_types import Image
from impasto.vgg.layers import canonical
from impasto.vgg.vgg19 import VGG19


class _Measure(NamedTuple):
    """A measurement in a layer. of: (activation, window) -> the sums, and the activation to continue with.

    nothing: the same of activations that are all 0, where a process has no part of the picture.
    """

    layer: str
    of: Callable[[Tensor, TileWindow], tuple[Summary, Any]]
    nothing: Callable[[Tensor], tuple[Summary, Any]]


@dataclass(frozen=True, eq=False)
class ContentEncoding:
    """a_C of one layer, and what its cost is divided by (1 where costs are taken as they are)."""

    layer: str
    a_C: Encoding
    reference: float


@torch.no_grad()
def encode_content(
    encoder: VGG19,
    content: Image,
    layers: Sequence[str],
    balance: bool,
    tiling: Tiling | None = None,
    make: MakeEncoding = EncodingInMemory,
    partition: Partition = WHOLE,
    pooling: str | None = None,
) -> list[ContentEncoding]:
    """The content encoding: what the encoder makes of C, layer by layer.

    balance: divide each layer's cost by its reference, see `costs/normalization.py`.
    pooling: the network's, where references are typical activations; None where they are measured.
    tiling: how to walk C; None for one tile without a margin. make: where a_C is stored.
    partition: of a picture shared by several processes: `content` is then `tiling.rows` of it, and a_C its own band's.
    """
    tiling = tiling or Tiling(content.shape[2], content.shape[3], list(layers))
    encodings: dict[str, Encoding] = {}
    moments: dict[str, Summary] = {}

    def record(layer: str, a_C: Tensor, window: TileWindow) -> Tensor:
        own = a_C[..., window.in_tile[0], window.in_tile[1]]
        if layer not in encodings:
            encodings[layer] = make(own.shape[1], *tiling.layer_size(layer), own)
        encodings[layer].fill(window.in_layer, own)
        if balance:
            more = content_moments(own)
            moments[layer] = moments[layer].plus(more) if layer in moments else more
        return a_C

    for tile in tiling.tiles:
        tiling.walk(encoder, tiling.cut(content, tile), tile, record)
    references = dict.fromkeys(encodings, 1.0)
    if balance:
        for layer, sums in shared_summaries(moments, partition).items():
            references[layer] = content_reference(sums, _typical(layer, pooling))
    return [ContentEncoding(layer, a_C, references[layer]) for layer, a_C in encodings.items()]


def content_term(encoding: ContentEncoding, weight: float) -> ContentTerm:
    """The term that compares with this encoding."""
    return ContentTerm(encoding.layer, encoding.a_C, _balanced(weight, encoding.reference))


def content_terms(
    encoder: VGG19,
    content: Image,
    layer_weights: Mapping[str, float],
    balance: bool,
    tiling: Tiling | None = None,
    make: MakeEncoding = EncodingInMemory,
) -> list[ContentTerm]:
    """The terms, one a layer; the rest as for `encode_content`."""
    encodings = encode_content(encoder, content, list(layer_weights), balance, tiling, make)
    return [content_term(one, layer_weights[one.layer]) for one in encodings]


def style_terms(
    encoder: VGG19,
    style: Image,
    layer_weights: Mapping[str, float],
    balance: bool,
    tiling: Tiling | None = None,
    cost: str = "gram",
) -> list[StyleTerm]:
    """The terms, one a layer. The style encoding of S is what the style cost measures of it, such as its Gram matrices.

    cost: one of STYLE_COSTS. The rest as for `content_terms`.
    """
    (sums,) = style_sums(encoder, style, list(layer_weights), tiling, cost=cost)
    return [style_term(layer, sums[layer], layer_weights[layer], balance, cost) for layer in layer_weights]


@torch.no_grad()
def style_sums(
    encoder: VGG19,
    style: Image,
    layers: Sequence[str],
    tiling: Tiling | None = None,
    partition: Partition = WHOLE,
    guides: Sequence[Mapping[str, Guide] | None] = (None,),
    cost: str = "gram",
) -> list[dict[str, Summary]]:
    """The style encoding: what the style cost measures of S, by layer.

    guides: parts of the painting that are measured each by itself (`costs/region.py`), in one walk; None: all of it.
    """
    of_parts = [[None if guide is None else guide[layer] for layer in layers] for guide in guides]
    measures = [
        _style_measure(layer, guide, cost)
        for of_part in of_parts
        for layer, guide in zip(layers, of_part, strict=True)
    ]
    found = iter(_summaries(encoder, style, measures, tiling, partition))
    return [
        {layer: of_region(next(found), guide) for layer, guide in zip(layers, of_part, strict=True)}
        for of_part in of_parts
    ]


def _style_measure(layer: str, guide: Guide | None, cost: str) -> _Measure:
    target = STYLE_COSTS[cost]
    return _Measure(layer, lambda a_S, window: style_summary(target, a_S, guide, window), target.measure)


def blended(parts: Sequence[tuple[Summary, float]]) -> Summary:
    """The weighted mean of several styles' average positions: the style that lies between them.

    One term with the mean as its target costs no more than one style does, two equal styles are one, and for Gram
    matrices it is the same as weighing the styles' costs: with weights that add up to 1, sum_i w_i |G - G_i|^2 =
    |G - mean|^2 + a constant, so the gradients are equal.
    """
    if len(parts) == 1:
        return parts[0][0]
    total = parts[0][1] * (parts[0][0].total / parts[0][0].count)
    for summary, weight in parts[1:]:
        total = total + weight * (summary.total / summary.count)
    return Summary(total / sum(weight for _, weight in parts), 1)


def style_term(
    layer: str, summary: Summary, weight: float, balance: bool, cost: str = "gram", pooling: str | None = None
) -> StyleTerm:
    """The term that compares with a style of this summary; balance, pooling: as for `encode_content`."""
    target = STYLE_COSTS[cost].of(summary)
    reference = style_reference(target, summary, _typical(layer, pooling)) if balance else 1.0
    return StyleTerm(layer, target, _balanced(weight, reference))


@dataclass(frozen=True, eq=False)
class CustomSums:
    """The sums of the user's own costs, cost by cost: of the content image, and of each style image."""

    content: Sequence[Summary] = ()
    styles: Sequence[Sequence[Summary]] = ()


@torch.no_grad()
def custom_sums(
    encoder: VGG19,
    content: Image,
    styles: Iterable[tuple[Tensor, Tiling | None]],
    costs: Sequence[CustomCost],
    content_tiling: Tiling | None = None,
    partition: Partition = WHOLE,
) -> CustomSums:
    """Measure the pictures by each cost; the rest as for `encode_content`.

    styles: each style image [1, 3, H, W], and how to walk it, one after the other.
    Raises SettingsError when a cost cannot be used; see `costs/custom.py`.
    """
    for cost in costs:
        check_measure(cost, _any_activations(encoder, cost, content))
    measures = [_custom_measure(cost) for cost in costs]
    of_content = _summaries(encoder, content, measures, content_tiling, partition)
    of_styles = []
    for style, tiling in styles:
        of_styles.append(_summaries(encoder, style, measures, tiling, partition))
        del style  # before the next is read
    sums = CustomSums(of_content, of_styles)
    for number, cost in enumerate(costs):
        term = custom_term(cost, sums, number, [1.0] * len(of_styles))
        check_rule(term, _any_activations(encoder, cost, content))
    return sums


def custom_term(cost: CustomCost, sums: CustomSums, number: int, weights: Sequence[float]) -> CustomTerm:
    """The term of a cost, the `number`th of those that were measured; weights: of the style images."""
    of_styles = [(one[number], weight) for one, weight in zip(sums.styles, weights, strict=True)]
    return CustomTerm(cost, sums.content[number], blended(of_styles))


def _any_activations(encoder: VGG19, cost: CustomCost, like: Tensor) -> Tensor:
    """A few seeded ones of the cost's layer, to try it on."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, encoder.channels(cost.layer), 6, 7, generator=generator).to(like)


def _custom_measure(cost: CustomCost) -> _Measure:
    measure = partial(custom_summary, cost)
    return _Measure(canonical(cost.layer), lambda a, window: measure(a, window.in_tile), measure)


def _summaries(
    encoder: VGG19, picture: Image, measures: Sequence[_Measure], tiling: Tiling | None, partition: Partition
) -> list[Summary]:
    """The sums of some measurements, each of its layer of a picture."""
    layers = list(dict.fromkeys(measure.layer for measure in measures))
    tiling = tiling or Tiling(picture.shape[2], picture.shape[3], layers)
    found: dict[int, Summary] = {}

    def add(shown: str, a: Tensor, window: TileWindow) -> Tensor:
        for i, measure in enumerate(measures):
            if measure.layer == shown:
                more, a = measure.of(a, window)
                found[i] = found[i].plus(more) if i in found else more
        return a

    for tile in tiling.tiles:
        tiling.walk(encoder, tiling.cut(picture, tile), tile, add)
    own = {i: found[i] if found else _nothing_seen(encoder, measure) for i, measure in enumerate(measures)}
    return list(shared_summaries(own, partition).values())


def _nothing_seen(encoder: VGG19, measure: _Measure) -> Summary:
    """The sums of a process that has no part of the picture."""
    shape = 1, encoder.channels(measure.layer), 1, 1
    nothing = torch.zeros(shape, device=encoder.device, dtype=encoder.precision.measured)
    return Summary(torch.zeros_like(measure.nothing(nothing)[0].total), 0)


def _typical(layer: str, pooling: str | None) -> float | None:
    return None if pooling is None else typical_activation(layer, pooling)


def _balanced(weight: float, reference: float) -> float:
    """A flat picture has a reference of 0; its cost is then taken as it is."""
    return weight / reference if reference > 0 else weight
