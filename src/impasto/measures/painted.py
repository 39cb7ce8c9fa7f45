"""Whether the result is painted as the painting is, and still shows the photograph's scene, as VGG-19 sees them.

    brush   mean over layers of D(G) / D(C),   D(X) = mean over positions p of 1 - max_q cos(x_p - m, s_q - m)

s_q are the painting's activations at one layer, m their mean: each position of the picture looks for the most similar
one of the painting. A photograph has 1, a collage of the painting 0.

    scene   mean over layers of the mean over q of sum_p |A_pq / sum_p A_pq - B_pq / sum_p B_pq|

A_pq = 1 - cos(g_p, g_q) are the distances between positions of the result, B those of the photograph.

The network looks as it was trained (max pooling, zeros around the picture), whatever the settings say, so that the
pictures of other settings and of other programs can be compared.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.measure import RESULT, ComparedImages, Measure, relative
from impasto.vgg.layers import smallest_side
from impasto.vgg.vgg19 import VGG19

BRUSH_LAYERS = ("relu2_1", "relu3_1", "relu4_1")
SCENE_LAYERS = ("relu3_1", "relu4_1")
LARGEST_SIDE = 512
"""Pixels of the long side at which to look: the whole picture at once, and what a viewer sees as brushwork."""
BRUSH_POSITIONS, SCENE_POSITIONS = 3000, 1024
"""Positions of a layer that are looked at, drawn by a seed of their own; the same in the result and the photograph."""
BLOCK = 500
"""Positions compared at once with all of the painting's: 131 MB for a square painting of LARGEST_SIDE."""
SAME = 1e-6  # a distance that rounding leaves

Activations = Mapping[str, Tensor]
"""The activations of some layers, by name: [positions, channels]."""


@torch.no_grad()
def painted(images: ComparedImages, encoder: VGG19) -> list[Measure]:
    """Brush and scene, each with its layers and their mean; layers that a picture is too small for are left out.

    images: those of `ComparedImages.plain`, at most LARGEST_SIDE long.
    """
    network = VGG19(encoder.weights, device=encoder.device)
    least = min(*images.result.shape[2:], *images.style.shape[2:])
    layers = [name for name in BRUSH_LAYERS if smallest_side(name) <= least]
    three = images.result, images.content, images.style
    result, content, style = (_activations(network, image, layers) for image in three)

    def ratio(name: str) -> float:
        own, photograph = (_to_nearest(one[name], style[name]) for one in (result, content))
        return relative(own, photograph, least=SAME)

    brush = {name: ratio(name) for name in layers}
    scene = {name: _difference(result[name], content[name]) for name in layers if name in SCENE_LAYERS}
    return [
        Measure(
            "brush",
            "ratio",
            "How far the brushwork is from the painting's: the distance of each place to the most similar place of the "
            "painting, compared with what the photograph has: 1 is a photograph, 0 a collage of the painting.",
            "Nearest neighbours of features: Kolkin, Kucera, Paris, Sykora, Shechtman and Shakhnarovich, Neural "
            "Neighbor Style Transfer, arXiv 2203.13215; the ratio is impasto's own.",
            _rows(brush),
        ),
        Measure(
            "scene",
            "",
            "How far the similarities between places are from the photograph's: 0 is the same scene.",
            "Self-similarity: Kolkin, Salavon and Shakhnarovich, STROTSS, arXiv 1904.12785.",
            _rows(scene),
        ),
    ]


def _rows(by_layer: Mapping[str, float]) -> dict[str, dict[str, float]]:
    mean = sum(by_layer.values()) / max(1, len(by_layer))
    return {name: {RESULT: value} for name, value in {"mean": mean, **by_layer}.items()}


def _activations(network: VGG19, image: Tensor, layers: list[str]) -> Activations:
    found = network(image.to(network.device), layers) if layers else {}
    return {name: a[0].flatten(1).T for name, a in found.items()}


def _to_nearest(a: Tensor, style: Tensor) -> float:
    """D: the mean cosine distance of positions of a [n, n_C] to the nearest of the painting's [m, n_C], centred."""
    mean = style.mean(dim=0)
    targets = functional.normalize(style - mean, dim=1).T
    sampled = functional.normalize(a[_drawn(len(a), BRUSH_POSITIONS)] - mean, dim=1)
    return 1 - float(torch.cat([(block @ targets).amax(dim=1) for block in sampled.split(BLOCK)]).mean())


def _difference(a: Tensor, content: Tensor) -> float:
    """The mean difference of the self-similarities of two pictures' activations, both [n, n_C]."""
    drawn = _drawn(len(content), SCENE_POSITIONS)
    one, other = (_shares(activation[drawn]) for activation in (a, content))
    return float((one - other).abs().sum(dim=0).mean())


def _shares(a: Tensor) -> Tensor:
    """Cosine distances between all pairs of positions; each column adds up to 1."""
    directions = functional.normalize(a, dim=1)
    distances = 1 - directions @ directions.T
    return distances / distances.sum(dim=0).clamp(min=SAME)


def _drawn(count: int, most: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(1))[:most]
