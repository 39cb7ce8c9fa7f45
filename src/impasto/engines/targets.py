"""What a picture is measured against: the cost terms of a content and a style image, at one size."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from impasto.costs.content import ContentTerm
from impasto.costs.encoding import Encoding, InMemory, MakeEncoding
from impasto.costs.gram import gram_summary, mean_gram
from impasto.costs.reference import Moments, content_reference, style_reference
from impasto.costs.style import StyleTerm
from impasto.costs.term import Summary, Window
from impasto.encoder.vgg19 import VGG19
from impasto.engines.sharing import AddUp, alone, shared_moments, shared_summaries
from impasto.engines.tiling import Tiling
from impasto.layers import LAYERS
from impasto.shapes import Image


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
) -> list[StyleTerm]:
    """One term a layer. The style encoding of S is its Gram matrices; the rest as for `content_terms`."""
    tiling = tiling or Tiling(style.shape[2], style.shape[3], list(layer_weights))
    found: dict[str, Summary] = {}

    def add(layer: str, a_S: Tensor, window: Window) -> Tensor:
        more, a_S = gram_summary(a_S, window.here)
        found[layer] = found[layer].plus(more) if layer in found else more
        return a_S

    for tile in tiling.tiles:
        tiling.walk(encoder, tiling.cut(style, tile), tile, add)
    found = found or _nothing_seen(encoder, layer_weights)
    sums = shared_summaries({layer: found[layer] for layer in layer_weights}, add_up)
    grams = {layer: mean_gram(sums[layer]) for layer in layer_weights}
    return [
        StyleTerm(layer, gram, _balanced(layer_weights[layer], style_reference(gram) if balance else 1.0))
        for layer, gram in grams.items()
    ]


def _nothing_seen(encoder: VGG19, layers: Iterable[str]) -> dict[str, Summary]:
    """The sums of a process that has no part of the picture."""
    channels = {layer: len(encoder.weights.biases[LAYERS[layer].convolution]) for layer in layers}
    zero = torch.zeros((), device=encoder.device, dtype=encoder.precision.measured)
    return {layer: Summary(zero.new_zeros(n_C, n_C), 0) for layer, n_C in channels.items()}


def _balanced(weight: float, reference: float) -> float:
    """A flat picture has a reference of 0; its cost is then taken as it is."""
    return weight / reference if reference > 0 else weight
