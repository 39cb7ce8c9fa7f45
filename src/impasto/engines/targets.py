"""What a picture is measured against: the cost terms of a content and a style image, at one size."""

from collections.abc import Mapping

import torch

from impasto.costs.content import ContentTerm
from impasto.costs.gram import gram_summary, mean_gram
from impasto.costs.reference import content_reference, style_reference
from impasto.costs.style import StyleTerm
from impasto.encoder.vgg19 import VGG19
from impasto.shapes import Image


@torch.no_grad()
def content_terms(
    encoder: VGG19, content: Image, layer_weights: Mapping[str, float], balance: bool
) -> list[ContentTerm]:
    """One term a layer. The content encoding a_C is what the encoder makes of C.

    balance: divide each layer's cost by its reference, see `costs/reference.py`.
    """
    encoding = encoder(content, list(layer_weights))
    return [
        ContentTerm(layer, a_C, _balanced(layer_weights[layer], content_reference(a_C) if balance else 1.0))
        for layer, a_C in encoding.items()
    ]


@torch.no_grad()
def style_terms(
    encoder: VGG19, style: Image, layer_weights: Mapping[str, float], balance: bool
) -> list[StyleTerm]:
    """One term a layer. The style encoding of S is its Gram matrices."""
    encoding = {
        layer: mean_gram(gram_summary(a_S)[0]) for layer, a_S in encoder(style, list(layer_weights)).items()
    }
    return [
        StyleTerm(layer, gram, _balanced(layer_weights[layer], style_reference(gram) if balance else 1.0))
        for layer, gram in encoding.items()
    ]


def _balanced(weight: float, reference: float) -> float:
    """A flat picture has a reference of 0; its cost is then taken as it is."""
    return weight / reference if reference > 0 else weight
