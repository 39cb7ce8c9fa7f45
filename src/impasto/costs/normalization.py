"""References by which costs are divided where they are balanced, so that alpha and beta are pure numbers.

The raw costs differ by powers of ten between layers, styles and sizes (arXiv 1910.09447). Divided by a
reference in the same unit, a cost says how large the difference is, relative to the thing itself.
"""

import torch

from impasto.costs.style import StyleTarget
from impasto.costs.term import Summary
from impasto.tensor_types import Features
from impasto.vgg.layers import LAYERS, TABLE

TYPICAL_ACTIVATIONS = {
    "average": (
        *(21.5, 95.5, 94.0, 97.8, 69.2, 84.6, 182.0, 269.0),
        *(189.0, 125.0, 67.1, 15.8, 8.79, 3.02, 1.27, 0.17),
    ),
    "max": (
        *(21.5, 95.5, 120.0, 119.0, 124.0, 163.0, 343.0, 517.0),
        *(479.0, 312.0, 173.0, 41.4, 42.3, 16.9, 6.48, 0.73),
    ),
}
"""The mean activation of each layer, relu1_1 to relu5_4, by pooling: VGG-19 with the original weights, thirteen
photographs and paintings at 256 pixels. Single pictures are within 10 to 22 percent (one standard deviation) of it."""


def typical_activation(layer: str, pooling: str) -> float:
    """The mean of VGG-19's activations in a layer."""
    return TYPICAL_ACTIVATIONS[pooling][TABLE.index(LAYERS[layer])]


def content_moments(a: Features) -> Summary:
    """Each channel's sum and sum of squares over the positions of `a`, [2, n_C] in float64 on the CPU."""
    rows = a[0].flatten(1).cpu().double()
    return Summary(torch.stack([rows.sum(dim=1), rows.square().sum(dim=1)]), rows.shape[1])


def content_reference(moments: Summary, activation: float | None = None) -> float:
    """The divisor of the content cost: a quarter of the variance of a_C, the cost of a picture without detail.

    moments: `content_moments` of the whole layer. activation: a typical one of the layer; the reference is then the
    cost of being off by so much everywhere.
    """
    if activation is not None:
        return activation**2 / 4
    mean, mean_square = moments.mean
    return float((mean_square - mean.square()).clamp(min=0).mean()) / 4


def style_reference(target: StyleTarget, summary_S: Summary, activation: float | None = None) -> float:
    """The divisor of the style cost: the cost of a picture without any activation, times `reference_factor`.

    With Gram matrices that is 1 / (4 n_C^2) of the target's energy. activation: a typical one of the layer; the
    reference is then what the target says of being off by so much, if it says anything: it does not change with the
    painting's energy, which leaves the shallow layers of a bright painting too little to say.
    """
    if activation is not None and (reference := target.activation_reference(activation)) is not None:
        return reference
    nothing = Summary(torch.zeros_like(summary_S.total), 1)
    return target.reference_factor * float(target.rule(nothing))
