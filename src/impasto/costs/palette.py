"""The palette cost: how far G's colours are from S's, as distributions of all pixels.

    J_palette(S, G) = (1 - LOCAL) W^2(S, G) + LOCAL sum_k n_k / n W^2(S_k, G_k)
    W^2(S, G) = 1/13 sum_d W^2(d . y_S, d . y_G),    y = 4 OKLab(pixel)

S_k and G_k are the parts of both pictures that belong together, such as sky and sky (`inputs/parts.py`), and n_k of n
pixels of G lie in the k-th. The first term holds the palette, the second says where which colours belong.


W is the Wasserstein-2 distance of two distributions on a line. d are 13 directions of the space of colours: its three
axes and the diagonals between them (the sliced Wasserstein distance of Rabin, Peyre, Delon and Bernot, "Wasserstein
barycenter and its application to texture mixing", 2011, with fixed directions). OKLab (Ottosson 2020) is a space in
which a distance is about as large as it looks; times 4 its numbers are as large as those of activations that are
divided by their mean. The layers of VGG-19 see colours through patches; this cost holds the colours themselves.

What is measured is a histogram of each d . y. Each pixel counts in the two nearest bins, the nearer one the more, so
that the cost has a derivative by the pixels. A histogram is a sum over pixels: the cost is exact in strips and among
processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.costs.term import Summary
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.tensor_types import Scalar

SCALE = 4.0
LOCAL = 0.5
"""The share of the parts in the cost; see above."""
LOWEST, HIGHEST, BINS = -2.0, 4.4, 513
"""The centres of the first and the last bin, beyond every d . y of an sRGB colour, and how many bins there are."""
WIDTH = (HIGHEST - LOWEST) / (BINS - 1)
_DARKEST = 1e-5
"""Linear light from which on the cube root of OKLab has a derivative that can be used."""


def directions() -> Tensor:
    """The unit vectors d, [13, 3]: one of each pair of opposite ones among those with coordinates -1, 0 and 1."""
    found = [one for one in product((1, 0, -1), repeat=3) if one > (0, 0, 0)]
    return torch.nn.functional.normalize(torch.tensor(found, dtype=torch.float64), dim=1)


def colors(image: Tensor) -> Tensor:
    """y [3, K] of the pixels of an image [1, 3, H, W] in [0, 1]."""
    return SCALE * oklab_from_linear(linear_from_srgb(image).clamp_min(_DARKEST))[0].flatten(1)


def _bins(y: Tensor, d: Tensor) -> tuple[Tensor, Tensor]:
    """The bin below d . y of each pixel, and the fraction from there to the next, from 0 to 1; both [K]."""
    place = ((d.to(y) @ y - LOWEST) / WIDTH).clamp_(0, BINS - 1.001)
    below = place.floor()
    return below.long(), place - below


def histograms(
    image: Tensor, weight: Tensor | None = None, part: Tensor | None = None, parts: int = 1
) -> Summary:
    """The histogram of d . y for each part and direction, [K, 13, BINS] in float64, each pixel times its weight [H, W].

    part: the part that each pixel belongs to, uint8 [H, W], below K = `parts`; None where there is one part.
    """
    y = colors(image)
    w = torch.ones_like(y[0], dtype=torch.float64) if weight is None else weight.flatten().double()
    first = 0 if part is None else part.flatten().long() * BINS
    total = torch.zeros(parts, len(directions()), BINS, dtype=torch.float64)
    for d, number in zip(directions(), range(total.shape[1]), strict=True):
        below, beyond = _bins(y, d)
        below += first
        above = w * beyond
        total[:, number] += torch.bincount(below, w - above, minlength=parts * BINS).view(parts, BINS)
        # The last bin's own part beyond is nothing: no colour lies so high.
        total[:, number, 1:] += torch.bincount(below, above, minlength=parts * BINS).view(parts, BINS)[:, :-1]
    return Summary(total, float(w.sum()))


def derivative(y: Tensor, slope: Tensor, part: Tensor | None = None) -> Tensor:
    """dJ/dy [3, K] of some pixels' colours y, given dJ by the histograms, [K, 13, BINS]; part: as of `histograms`."""
    by_place = ((slope[..., 1:] - slope[..., :-1]).to(y) / WIDTH).transpose(0, 1).flatten(1)
    first = 0 if part is None else part.flatten().long() * (BINS - 1)
    found = torch.zeros_like(y)
    for of_bin, d in zip(by_place, directions().to(y), strict=True):
        found.addr_(d, of_bin[_bins(y, d)[0] + first])
    return found


@dataclass(frozen=True, eq=False)
class PaletteTarget:
    """The palette of the style: for each direction the shares of its pixels up to each bin.

    whole: of all of it, [13, BINS]. parts: of each part, [K, 13, BINS]; none where there is one part.
    """

    whole: Tensor
    parts: Sequence[Tensor] = ()

    @classmethod
    def of(cls, summary_S: Summary) -> "PaletteTarget":
        """The target for G, when S has these histograms, [K, 13, BINS]."""
        total = summary_S.total
        return cls(_cumulated(total.sum(0)), tuple(map(_cumulated, total)) if len(total) > 1 else ())

    def rule(self, summary: Summary) -> Scalar:
        """J_palette of a picture with these histograms."""
        distance: Scalar = _Distances.apply(summary.total.sum(0), self.whole).mean()
        if not self.parts:
            return distance
        counts = summary.total.detach()[:, 0].sum(1)
        of_parts = [
            _Distances.apply(of_G, of_S).mean() * (count / counts.sum().clamp_min(1e-300))
            for of_G, of_S, count in zip(summary.total, self.parts, counts, strict=True)
            if of_S[0, -1] > 0
        ]
        return (1 - LOCAL) * distance + LOCAL * torch.stack(of_parts).sum()


def _cumulated(total: Tensor) -> Tensor:
    """The shares up to each bin, of histograms [13, BINS]; the last is 1."""
    sums = total.cumsum(1)
    return sums / sums[:, -1:].clamp_min(1e-300)


class _Distances(torch.autograd.Function):
    """W^2 for each direction, [13], of histograms [13, BINS], which need not sum to 1.

    W^2 is the integral of (x_G(u) - x_S(u))^2 over all shares u, where x(u) is the bin below which lies the share u of
    the pixels. Its derivative by the histogram of G is the potential of the optimal transport. From bin k to k + 1 it
    rises by (x_(k+1) - T)^2 - (x_k - T)^2, where T is x_S of the share up to bin k.
    """

    @staticmethod
    def forward(ctx: Any, total: Tensor, shares_S: Tensor) -> Tensor:
        shares = _cumulated(total)
        ctx.save_for_backward(total, shares, shares_S)
        levels = torch.cat([shares, shares_S], 1).sort(1).values
        parts = levels.diff(dim=1, prepend=torch.zeros_like(levels[:, :1]))
        middles = levels - parts / 2
        apart = torch.searchsorted(shares, middles) - torch.searchsorted(shares_S, middles)
        return (parts * (apart * WIDTH).double().square()).sum(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        total, shares, shares_S = ctx.saved_tensors
        k = torch.arange(BINS - 1, dtype=torch.float64)
        T = torch.searchsorted(shares_S, shares[:, :-1].contiguous()).clamp(max=BINS - 1)
        rise = WIDTH**2 * (2 * k + 1 - 2 * T)
        phi = torch.nn.functional.pad(rise.cumsum(1), (1, 0))
        count = total.sum(1, keepdim=True).clamp_min(1e-300)
        phi -= (phi * total).sum(1, keepdim=True) / count
        return gradient[:, None] * phi / count, None
