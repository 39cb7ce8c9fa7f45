"""Dots at every second, fourth, ... pixel, as the strides of a network leave them.

lattice   the mean differences between neighbours, sorted by their place modulo a period: the largest beside the mean
"""

from torch import Tensor

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, Measure

NOTHING = 1e-3
"""Added to every mean: a quarter of a step of 8 bits, so that rounding in an even sky is no lattice."""
PERIODS = (2, 4, 8, 16)
"""Pixels: the strides of VGG-19's blocks, at which its gradient can leave dots."""


def lattice(images: ComparedImages) -> Measure:
    """The unevenness at each period, in all three pictures."""
    planes = dict(zip((RESULT, PHOTOGRAPH, PAINTING), images.lightness, strict=True))
    return Measure(
        "lattice",
        "ratio",
        "Whether differences between neighbours gather at every second, fourth, ... pixel, as they do where a "
        "network's strides leave dots: 1 is no lattice, and the parents show what chance gives.",
        "The artefact: Odena, Dumoulin and Olah, Deconvolution and Checkerboard Artifacts, Distill 2016; the "
        "statistic is impasto's own.",
        {
            f"every {period} px": {name: unevenness(one, period) for name, one in planes.items()}
            for period in PERIODS
        },
    )


def unevenness(plane: Tensor, period: int) -> float:
    """The largest mean difference among the places modulo `period`, over the mean; the larger of both directions.

    >>> import torch
    >>> stripes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(8).reshape(1, 1, 1, 32).expand(1, 1, 32, 32)
    >>> round(unevenness(stripes, 2), 2), round(unevenness(stripes.transpose(2, 3), 2), 2)
    (2.0, 2.0)
    """
    found = []
    for axis in (2, 3):
        steps = plane.diff(dim=axis).abs().double().mean(dim=(0, 1, 5 - axis))
        whole = steps[: len(steps) // period * period]
        if len(whole):
            phases = whole.reshape(-1, period).mean(dim=0)
            found.append(float((phases.max() + NOTHING) / (phases.mean() + NOTHING)))
    return max(found, default=1.0)
