"""Artefacts of style transfer: dots of a lattice, a border of its own, and seams between tiles.

lattice   The mean differences between neighbours, sorted by their place modulo a period: the largest over their mean.
          The strides of a network leave dots at every second, fourth, ... pixel.
border    Lightness and gradient of the outermost pixels against the rest, compared with the photograph.
seams     Straight lines that were not in the photograph. Every pixel along a line has a vote: the step across the line
          there over the contrast two lines away, at most 1 either way. An edge of the scene has few strong votes, a
          seam many weak ones of one sign. For a segment of n pixels

              z = the sum of its votes / sqrt(n)
              strength = |z - what z of the lines on both sides predicts| / the spread of that in the picture (MAD)
                         - the largest such number of the photograph within 2 lines of there

          and the strongest segment of all counts, from an eighth of a line to the whole. Without a seam it is what
          chance makes of some thousand candidates; docs/report.md has what was seen, and how small a step is found.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, ComparedImages, Measure

NOTHING = 1e-3
"""Added to every mean: a quarter of a step of 8 bits, so that rounding in an even sky is no lattice."""
PERIODS = (2, 4, 8, 16)  # pixels: the strides of VGG-19's blocks, at which its gradient can leave dots
WIDTH = 16
"""Pixels of the border: one position of VGG-19's deepest layers; of a small picture at most a quarter."""

PARTS, SEGMENTS = 16, (2, 4, 8, 16)
"""A line has so many parts; a segment is so many of them, one after another."""
SHORTEST = 96  # pixels of a segment that is not a whole line: shorter straight edges are in every picture
ROUNDING = 1 / 255
"""One step of 8 bits: so much of every step does not count, and bands in an even sky are no seams."""
FLAT = 0.005
"""Added to the contrast, where 1 is black to white: what rounding and grain leave in a flat sky is a weak vote."""
NEIGHBOURS = 3
"""Lines on each side that a line is predicted from: strokes and soft edges go on there, a seam does not."""
NEAR = 2  # lines by which an edge of the photograph may have moved in the result
LEAST_SPREAD = 0.25  # half of what white noise gives; an empty picture has none to divide by
_COLUMNS = ("strength", "step", "before pixel", "from", "to")  # of a `Line`, in the report


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


def border(images: ComparedImages) -> Measure:
    """Lightness and gradient of the outermost pixels against the rest, compared with the photograph."""
    result, content, _ = images.lightness
    edge, corners = regions(result.shape[2], result.shape[3])
    change = result - content

    def change_in(part: Tensor) -> float:
        return float(change[..., part].mean())

    inside = change_in(~edge)
    steps_G, steps_C = (_steps(one) for one in (result, content))
    ratio = _ratio(steps_G, edge) / _ratio(steps_C, edge)
    return Measure(
        "border",
        "",
        f"The outermost {WIDTH} pixels compared with the rest, and both with the photograph: how much more lightness "
        "the edge gained than the inside, how much the corner that is furthest off gained or lost (0 is none), and the "
        "ratio of differences between neighbours (1 is none).",
        "That zero padding tells a network where the edge is: Islam, Jia and Bruce, arXiv 2001.08248; the statistic is "
        "impasto's own.",
        {
            "lightness of the edge": {RESULT: change_in(edge) - inside},
            "lightness of a corner": {RESULT: max(abs(change_in(one) - inside) for one in corners)},
            "differences at the edge": {RESULT: ratio},
        },
    )


def regions(height: int, width: int) -> tuple[Tensor, list[Tensor]]:
    """[height, width]: where the edge is, and where each of the four corners is."""
    side = max(1, min(WIDTH, height // 4, width // 4))
    rows, columns = torch.arange(height), torch.arange(width)
    low, high = rows < side, rows >= height - side
    left, right = columns < side, columns >= width - side
    edge = (low | high)[:, None] | (left | right)[None, :]
    return edge, [a[:, None] & b[None, :] for a in (low, high) for b in (left, right)]


def _steps(plane: Tensor) -> Tensor:
    """Differences to the right and to below, as large as the picture: the last ones are taken twice."""
    right, below = plane.diff(dim=3).abs(), plane.diff(dim=2).abs()
    return torch.cat([right, right[..., -1:]], dim=3) + torch.cat([below, below[..., -1:, :]], dim=2)


def _ratio(steps: Tensor, edge: Tensor) -> float:
    tiny = 1e-3  # a quarter of a step of 8 bits: in an even picture nothing is not divided by nothing
    return float((steps[..., edge].mean() + tiny) / (steps[..., ~edge].mean() + tiny))


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
        "the step across it (1 is black to white) compared with those of the lines around it. Pictures without a seam "
        "gave 1 to 4.6; a step of a thirtieth along a whole line of 512 pixels mostly more.",
        "The statistic is impasto's own; measures of blockiness compare a line with its neighbours, too: Wu and Yuen, "
        "IEEE Signal Processing Letters 4 (1997).",
        {name: dict(zip(_COLUMNS, map(float, line), strict=True)) for name, line in (rows, columns)},
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
