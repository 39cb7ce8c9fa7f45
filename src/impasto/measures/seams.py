"""Straight lines that were not in the photograph: seams between tiles.

Every pixel along a line has a vote: the step across the line there over the contrast two lines away, at most 1 either
way. An edge of the scene has few strong votes, a seam many weak ones of one sign. For a segment of n pixels

    z = the sum of its votes / sqrt(n)
    strength = |z - what z of the lines on both sides predicts| / the spread of that in the picture (MAD)
               - the largest such number of the photograph within 2 lines of there

and the strongest segment of all counts, from an eighth of a line to the whole. Without a seam it is what chance makes
of some thousand candidates; docs/report.md has what was seen, and how small a step is found.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import Measure

PARTS, SEGMENTS = 16, (2, 4, 8, 16)
"""A line has so many parts; a segment is so many of them, one after another."""
SHORTEST = 96
"""Pixels of a segment that is not a whole line: shorter straight edges are in every picture."""
ROUNDING = 1 / 255
"""One step of 8 bits: so much of every step does not count, and bands in an even sky are no seams."""
FLAT = 0.005
"""Added to the contrast, where 1 is black to white: what rounding and grain leave in a flat sky is a weak vote."""
NEIGHBOURS = 3
"""Lines on each side that a line is predicted from: strokes and soft edges go on there, a seam does not."""
NEAR = 2
"""Lines by which an edge of the photograph may have moved in the result."""
LEAST_SPREAD = 0.25
"""Half of what white noise gives; an empty picture has none to divide by."""


class Line(NamedTuple):
    """A segment: its strength, the step across it (1 is black to white), the pixel behind it, and its two ends."""

    strength: float
    step: float
    before: int
    start: int
    end: int


def seams(images: ComparedImages) -> Measure:
    """The strongest line that is not in the photograph, in each direction: how strong, how large a step, and where."""
    result, content = (one.mean(dim=1)[0] for one in (images.result, images.content))
    rows = ("strongest level line", strongest(result, content))
    columns = ("strongest upright line", strongest(result.T, content.T))
    return Measure(
        "seams",
        "",
        "How surely the result has a straight line that is not in the photograph, at least an eighth of a side long: "
        "the step across it (1 is black to white) beside what the lines around it have. Pictures without a seam gave 1 "
        "to 4.6; a step of a thirtieth along a whole line of 512 pixels mostly more.",
        "The statistic is impasto's own; measures of blockiness compare a line with those beside it, too: Wu and Yuen, "
        "IEEE Signal Processing Letters 4 (1997).",
        {
            name: {
                "strength": line.strength,
                "step": line.step,
                "before pixel": float(line.before),
                "from": float(line.start),
                "to": float(line.end),
            }
            for name, line in (rows, columns)
        },
    )


def strongest(result: Tensor, content: Tensor) -> Line:
    """The strongest segment between two rows of a grey picture [H, W], compared with the photograph's [H, W].

    Its strength is 0 where the photograph has as much everywhere, or the picture is too low to tell.
    """
    steps, steps_C = result.diff(dim=0), content.diff(dim=0)
    best = Line(0.0, 0.0, 0, 0, 0)
    if len(steps) <= 2 * NEIGHBOURS:
        return best
    ends = [i * result.shape[1] // PARTS for i in range(PARTS + 1)]
    for (parts, own), (_, of_content) in zip(_strengths(steps, ends), _strengths(steps_C, ends), strict=True):
        excess = own - functional.max_pool2d(of_content[None], (2 * NEAR + 1, 3), 1, (NEAR, 1))[0]
        row, first = divmod(int(excess.argmax()), excess.shape[1])
        strength = float(excess[row, first])
        if strength > best.strength:
            line, start, end = row + NEIGHBOURS, ends[first], ends[first + parts]
            before, here, behind = steps[line - 1 : line + 2, start:end]
            best = Line(strength, float((here - (before + behind) / 2).median()), line + 1, start, end)
    return best


def _strengths(steps: Tensor, ends: list[int]) -> Iterator[tuple[int, Tensor]]:
    """Each length of segments, in parts, and their strengths [lines, starts]; NEIGHBOURS lines at both edges lack."""
    parts = _votes(steps).tensor_split(ends[1:-1], dim=1)
    sums = torch.stack([part.sum(dim=1, dtype=torch.float64) for part in parts], dim=1)
    for count in SEGMENTS:
        if count == PARTS or count * ends[-1] >= SHORTEST * PARTS:
            pixels = torch.tensor([end - start for start, end in zip(ends, ends[count:], strict=False)])
            z = _unpredicted(sums.unfold(1, count, 1).sum(dim=2) / pixels.sqrt()).abs()
            yield count, z / max(1.4826 * float(z.median()), LEAST_SPREAD)


def _votes(steps: Tensor) -> Tensor:
    """Steps [lines, pixels] in units of the contrast around each, clipped to -1 and 1."""
    squares = functional.pad(steps.square()[None, None], (2, 2, 2, 2), mode="replicate")
    squares = functional.avg_pool2d(squares, (1, 5), 1)[0, 0]
    contrast = ((squares[:-4] + squares[4:]) / 2).sqrt()
    return (functional.softshrink(steps, ROUNDING) / (contrast + FLAT)).clamp(-1, 1)


def _unpredicted(z: Tensor) -> Tensor:
    """The residual of z [lines, starts] after a linear least-squares fit to the lines on both sides."""
    k = NEIGHBOURS
    own = z[k : len(z) - k]
    pairs = [z[k - i : len(z) - k - i] + z[k + i : len(z) - k + i] for i in range(1, k + 1)]
    around = torch.stack([pair.flatten() for pair in pairs], dim=1)
    weights = torch.linalg.lstsq(around, own.flatten()[:, None], driver="gelsd").solution
    return own - (around @ weights).reshape(own.shape)
