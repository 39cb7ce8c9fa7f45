"""How far apart the colours of pictures are, as sets, whatever stands where.

The pixels of a picture are points in OKLab. Projected on an axis and sorted, each colour of one picture moves to the
other's of the same rank; the ways are averaged over ranks and axes (the sliced Wasserstein distance). F and H are the
sorted projections of the two pictures on the axis t, at the ranks q:

    colour distance   d^2 = 3 * mean over t, q of (F_t(q) - H_t(q))^2
    palette           100 * mean over t, q of |F_t(q) - H_t(q)|

The factor 3 makes a plain shift of all colours by d count as d. The axes of the colour distance are the corners of an
icosahedron and a dodecahedron, over which the mean of (t . x)^2 is |x|^2 / 3 exactly, for every x; those of the palette
are random.
"""

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.measure import PHOTOGRAPH, RESULT, ComparedImages, Measure

RANKS = 4096  # how many ranks the colour distance compares, so that pictures of different sizes can be
LARGEST_SAMPLE = 1 << 18
"""Pixels; of a larger picture the colour distance takes every second, third, ... in reading order."""
PALETTE_AXES, PALETTE_RANKS = 48, 257  # the ranks reach from the lowest to the highest projection
PALETTE_PIXELS = 1 << 17  # of a larger picture the palette takes so many, drawn with a seed of their own


def color(images: ComparedImages) -> Measure:
    """The colour distance between each two of the three pictures, and the mean change of a pixel."""
    result, content, style = images.labs
    change = (result - content).square().sum(dim=1).sqrt().mean()
    return Measure(
        "colour distance",
        "OKLab, 1 is black to white",
        "How far the colours of one picture, as a set, must be moved to become the other's; the last row is the mean "
        "change of a pixel in its place.",
        "Sliced Wasserstein distance: Bonneel, Rabin, Peyre and Pfister, J. Math. Imaging Vis. 51 (2015); "
        "OKLab: Ottosson 2020.",
        {
            "result to photograph": {"distance": color_distance(result, content)},
            "result to painting": {"distance": color_distance(result, style)},
            "photograph to painting": {"distance": color_distance(content, style)},
            "result to photograph, in place": {"distance": float(change)},
        },
    )


def color_distance(one: Tensor, other: Tensor) -> float:
    """d between the pixels of two pictures [1, 3, H, W] in one colour space; sizes may differ.

    >>> grey = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    >>> shift = torch.tensor([0.3, 0.0, 0.4]).reshape(1, 3, 1, 1)
    >>> round(color_distance(grey, grey + shift), 4)
    0.5
    """
    axes = _even_axes()
    ways = _ranked(axes, one) - _ranked(axes, other)
    return float((3 * ways.square().mean()).sqrt())


def palette(images: ComparedImages) -> Measure:
    """The distance of the result's colours, and of the photograph's, to the painting's."""
    result, content, style = (_palette(lab) for lab in images.labs)
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


def _ranked(axes: Tensor, image: Tensor) -> Tensor:
    """Sorted projections [axes, RANKS] of [1, 3, H, W], in float64."""
    pixels = image[0].flatten(1)
    pixels = pixels[:, :: -(-pixels.shape[1] // LARGEST_SAMPLE)]
    projected = (axes @ pixels.double()).sort(dim=1).values
    place = (torch.arange(RANKS, dtype=torch.float64) + 0.5) / RANKS * projected.shape[1] - 0.5
    place = place.clamp(0, projected.shape[1] - 1)
    low, high = place.floor().long(), place.ceil().long()
    return torch.lerp(projected[:, low], projected[:, high], place - low)


def _even_axes() -> Tensor:
    """[16, 3], of length 1: corners of an icosahedron and a dodecahedron, one of each opposite pair."""
    golden = (1 + 5**0.5) / 2
    corners = [turned for sign in (1, -1) for turned in _turned(0, 1, sign * golden)]
    corners += [turned for sign in (1, -1) for turned in _turned(0, 1 / golden, sign * golden)]
    corners += [(1, y, z) for y in (1, -1) for z in (1, -1)]
    axes = torch.tensor(corners, dtype=torch.float64)
    return axes / axes.norm(dim=1, keepdim=True)


def _turned(x: float, y: float, z: float) -> list[tuple[float, float, float]]:
    return [(x, y, z), (y, z, x), (z, x, y)]


def _palette(lab: Tensor) -> Tensor:
    """Sorted projections [PALETTE_RANKS, PALETTE_AXES] of OKLab [1, 3, H, W]."""
    axes = functional.normalize(torch.randn(3, PALETTE_AXES, generator=_seeded()), dim=0)
    pixels = lab[0].flatten(1).T
    if len(pixels) > PALETTE_PIXELS:
        pixels = pixels[torch.randperm(len(pixels), generator=_seeded())[:PALETTE_PIXELS]]
    return torch.quantile(pixels @ axes, torch.linspace(0, 1, PALETTE_RANKS), dim=0)


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)
