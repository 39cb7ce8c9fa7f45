"""How far the colours are from the painting's, as a set.

    palette = 100 * mean over axes t, ranks q of |F_t(q) - H_t(q)|        F, H: sorted projections on t

The sliced Wasserstein-1 distance between the pixels as points in OKLab: 48 random axes, and 257 ranks from the
lowest to the highest projection.
"""

import torch
from torch import Tensor

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import PHOTOGRAPH, RESULT, Measure

AXES, RANKS = 48, 257
MOST_PIXELS = 1 << 17
"""The pixels that are looked at of a larger picture; they are drawn with a seed of their own."""


def palette(images: ComparedImages) -> Measure:
    """The distance of the result's colours, and of the photograph's, to the painting's."""
    result, content, style = (_ranked(lab) for lab in images.labs)
    ours = {RESULT: result, PHOTOGRAPH: content}
    return Measure(
        "palette",
        "percent of black to white, OKLab",
        "How far the colours are, as a set, from the painting's: 0 is the painting's own palette; the photograph's "
        "distance says how far there was to go.",
        "Sliced Wasserstein distance of order 1: Bonneel, Rabin, Peyre and Pfister, J. Math. Imaging Vis. 51 (2015); "
        "OKLab: Ottosson 2020.",
        {"to the painting": {name: 100 * float((one - style).abs().mean()) for name, one in ours.items()}},
    )


def _ranked(lab: Tensor) -> Tensor:
    """Sorted projections [RANKS, AXES] of OKLab [1, 3, H, W]."""
    axes = torch.nn.functional.normalize(torch.randn(3, AXES, generator=_seeded()), dim=0)
    pixels = lab[0].flatten(1).T
    if len(pixels) > MOST_PIXELS:
        pixels = pixels[torch.randperm(len(pixels), generator=_seeded())[:MOST_PIXELS]]
    return torch.quantile(pixels @ axes, torch.linspace(0, 1, RANKS), dim=0)


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)
