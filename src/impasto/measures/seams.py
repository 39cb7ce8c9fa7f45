"""Straight lines that were not in the photograph: seams between tiles, and lattices of dots.

seam      the geometric mean of the differences across a line of pixels, beside that across the lines around it;
          divided by the same of the photograph where that is above 1, so that a roof's edge is no seam
lattice   the mean differences sorted by their place modulo a period: the largest beside the mean
"""

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, Measure
from impasto.measures.trio import Trio

NEIGHBOURS = 4
"""Lines on each side that a line is compared with."""
NOTHING = 1e-3
"""Added to every mean: a quarter of a step of 8 bits, so that rounding in an even sky is no seam."""
PERIODS = (2, 4, 8, 16)
"""Pixels: the strides of VGG-19's blocks, at which its gradient can leave dots."""


def seams(trio: Trio) -> Measure:
    """The strongest line that the photograph has not, in each direction, and where it is."""
    result, content, _ = trio.lightness
    values = {}
    for name, axis in (("strongest level line", 2), ("strongest upright line", 3)):
        strength = line_strengths(result, axis) / line_strengths(content, axis).clamp(min=1)
        at = int(strength.argmax())
        values[name] = {"strength": float(strength[at]), "before pixel": float(at + 1)}
    return Measure(
        "seams",
        "ratio",
        "How much more the result changes across its most suspicious line than across those around it, unless the "
        "photograph does so, too: pictures without a seam gave 1.3 to 1.7, a step by a twentieth of black to white "
        "mostly above 2.",
        "After the block-edge impairment metric of Wu and Yuen, IEEE Signal Processing Letters 4 (1997).",
        values,
    )


def lattice(trio: Trio) -> Measure:
    """The unevenness at each period, in all three pictures."""
    names = (RESULT, PHOTOGRAPH, PAINTING)
    return Measure(
        "lattice",
        "ratio",
        "Whether differences between neighbours gather at every second, fourth, ... pixel, as they do where a "
        "network's strides leave dots: 1 is no lattice, and the parents show what chance gives.",
        "The artefact: Odena, Dumoulin and Olah, Deconvolution and Checkerboard Artifacts, Distill 2016; the "
        "statistic is impasto's own.",
        {
            f"every {period} px": {
                name: unevenness(one, period) for name, one in zip(names, trio.lightness, strict=True)
            }
            for period in PERIODS
        },
    )


def line_strengths(plane: Tensor, axis: int) -> Tensor:
    """Each line's typical difference over that of the lines around it, for lines 1 to n - 1 of [1, 1, H, W].

    axis: 2 for level lines (between rows), 3 for upright ones.
    The geometric mean, because a seam is a little everywhere and an edge of the scene is much in places.
    """
    steps = _differences(plane, axis).add(NOTHING).log().mean(dim=(0, 1, 5 - axis)).exp() - NOTHING
    around = functional.pad(steps[None, None], (NEIGHBOURS, NEIGHBOURS), value=0.0)[0, 0]
    present = functional.pad(torch.ones_like(steps), (NEIGHBOURS, NEIGHBOURS))
    width = 2 * NEIGHBOURS + 1
    sums, counts = (one.unfold(0, width, 1).sum(dim=1) for one in (around, present))
    return (steps + NOTHING) / ((sums - steps) / (counts - 1).clamp(min=1) + NOTHING)


def unevenness(plane: Tensor, period: int) -> float:
    """The largest mean difference among the places modulo `period`, over the mean; the larger of both directions.

    >>> import torch
    >>> stripes = torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(8).reshape(1, 1, 1, 32).expand(1, 1, 32, 32)
    >>> round(unevenness(stripes, 2), 2), round(unevenness(stripes.transpose(2, 3), 2), 2)
    (2.0, 2.0)
    """
    found = []
    for axis in (2, 3):
        steps = _differences(plane, axis).mean(dim=(0, 1, 5 - axis))
        whole = steps[: len(steps) // period * period]
        if len(whole):
            phases = whole.reshape(-1, period).mean(dim=0)
            found.append(float((phases.max() + NOTHING) / (phases.mean() + NOTHING)))
    return max(found, default=1.0)


def _differences(plane: Tensor, axis: int) -> Tensor:
    """The absolute difference across each line, at each of its pixels, in float64."""
    return plane.diff(dim=axis).abs().double()
