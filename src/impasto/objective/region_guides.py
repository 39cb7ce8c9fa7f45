"""A region in each layer: the mask averaged over each position's pixels, and eroded at hard borders.

A position near a region's border sees beyond it (relu5_1 70 pixels far), and would teach a region its neighbour's
style: colours bleed. So it counts by how far what it sees is its own region (the "inside" guides of Gatys et al. 2017):

    w'(p) = min(w(p), max(0, 2 b(p) - w(p))),   b = the mean of w over what p sees

Inside a region, b = w = 1: nothing changes. At a hard border b is about a half, and w' near 0, growing to 1 where the
border is far enough. Where a wide soft edge falls evenly, b = w and w' = w: two soft edges still make up 1, and
no gap opens. Near a hard border little of a deep layer is left; the picture there is painted by positions farther
inside, which see it, and by the layers that see less far.

A region that would lose more than half of itself is eroded less: what is seen is taken half as far, and so on.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.costs.region import Guide
from impasto.costs.term import EVERYWHERE, Slices
from impasto.objective.tiling import Tiling
from impasto.vgg.layers import LAYERS

FARTHEST_REACH = 2
"""Positions beyond itself that an activation is taken to see, at most. The table's reach of relu4_1 and relu5_1 is 4,
but what lies far counts little. One painting laid next to another along the mask of some houses (256 x 192 pixels):
without erosion the first one's guided Gram matrix is 24, 23 and 56 percent of the way to the other (relu3_1, relu4_1,
relu5_1), with 2 positions 12, 14 and 39; with 4, relu4_1 gains one more, and loses a third of the region instead of a
fifth."""
LEAST_PART_LEFT = 0.5  # the part of a region that stays at least


def layer_guides(
    weight: Tensor, tiling: Tiling, layers: Sequence[str], device: torch.device | str = "cpu"
) -> dict[str, Guide]:
    """The guide of a region in each of some layers.

    weight: [H, W] over the whole picture that `tiling` is of, float32 in [0, 1]; the mirrored margin is added here.
    The guides' weights are those of the band that the tiling owns, 0 in the margin; their sums are of the whole layer.
    """
    guides = {}
    for layer in layers:
        whole = over_positions(weight, tiling, layer)
        rows, columns = tiling.inside(layer)
        measured = slice(*rows), slice(*columns)
        left = eroded(whole, reach(layer), measured)
        guide = torch.zeros_like(left)
        guide[measured] = left[measured]
        guides[layer] = Guide(
            guide[tiling.own_rows(layer)].clone().to(device),
            float(guide.sum(dtype=torch.float64)),
            float(whole[measured].mean(dtype=torch.float64)),
        )
    return guides


def over_positions(weight: Tensor, tiling: Tiling, layer: str) -> Tensor:
    """The mean weight over the pixels that lie under each position of the whole layer, margin and all: [n_H, n_W]."""
    rows, columns = tiling.under(layer)
    stride = LAYERS[layer].stride
    pixels = weight.index_select(0, rows).index_select(1, columns)
    if stride == 1:
        return pixels
    return F.avg_pool2d(pixels[None, None], stride)[0, 0]


def reach(layer: str) -> int:
    """How many positions beyond itself an activation sees enough of: relu1_1 1, from relu2_1 on 2."""
    return min(FARTHEST_REACH, round(LAYERS[layer].halo / LAYERS[layer].stride))


def eroded(w: Tensor, reach: int, measured: Slices = EVERYWHERE) -> Tensor:
    """w' of the weights of one layer [n_H, n_W]; measured: where LEAST_PART_LEFT of the region stays."""
    least = LEAST_PART_LEFT * float(w[measured].sum(dtype=torch.float64))
    while reach:
        inside = torch.minimum(w, (2 * mean_around(w, reach) - w).clamp_(min=0))
        if float(inside[measured].sum(dtype=torch.float64)) >= least:
            return inside
        reach //= 2
    return w


def mean_around(w: Tensor, reach: int) -> Tensor:
    """The mean over (2 reach + 1)^2 positions, or as many of them as there are."""
    side, x = 2 * reach + 1, w[None, None]
    for kernel, padding in (((side, 1), (reach, 0)), ((1, side), (0, reach))):
        x = F.avg_pool2d(x, kernel, 1, padding, count_include_pad=False)
    return x[0, 0]
