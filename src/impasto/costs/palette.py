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

from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.costs.term import Summary
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.kernels import can_compile
from impasto.tensor_types import Scalar

SCALE = 4.0
LOCAL = 0.25
"""The share of the parts in the cost; see above."""
LOWEST, HIGHEST, BINS = -2.0, 4.4, 513
"""The centres of the first and the last bin, beyond every d . y of an sRGB colour, and how many bins there are."""
WIDTH = (HIGHEST - LOWEST) / (BINS - 1)
LAST = BINS - 1.001
"""The largest place of a pixel among the bins."""
DARKEST = 1e-5
"""Linear light from which on the cube root of OKLab has a derivative that can be used."""


def directions() -> Tensor:
    """The unit vectors d, [13, 3]: one of each pair of opposite ones among those with coordinates -1, 0 and 1."""
    found = [one for one in product((1, 0, -1), repeat=3) if one > (0, 0, 0)]
    return torch.nn.functional.normalize(torch.tensor(found, dtype=torch.float64), dim=1)


def colors(image: Tensor) -> Tensor:
    """y [3, K] of the pixels of an image [1, 3, H, W] in [0, 1]."""
    return SCALE * oklab_from_linear(linear_from_srgb(image).clamp_min(DARKEST))[0].flatten(1)


def _bins(y: Tensor, d: Tensor) -> tuple[Tensor, Tensor]:
    """The bin below d . y of each pixel, and the fraction from there to the next, from 0 to 1; both [K]."""
    place = ((d.to(y) @ y - LOWEST) / WIDTH).clamp_(0, LAST)
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
    """The palette of the style: for each direction the shares of its pixels up to each bin, [1 + K, 13, BINS].

    First those of all pixels, then those of each part; there are none of parts where there is one, K = 0.
    """

    shares: Tensor

    @classmethod
    def of(cls, summary_S: Summary) -> "PaletteTarget":
        """The target for G, when S has these histograms, [K, 13, BINS]."""
        return cls(_cumulated(_whole_and_parts(summary_S.total)))

    def rule(self, summary: Summary) -> Scalar:
        """J_palette of a picture with these histograms."""
        distances: Tensor = _Distances.apply(_whole_and_parts(summary.total), self.shares)
        of_directions = distances.mean(1)
        if len(distances) == 1:
            return of_directions[0]
        counts = summary.total.detach()[:, 0].sum(1)
        # What the style has nothing of cannot be compared.
        counts = torch.where(self.shares[1:, 0, -1] > 0, counts / counts.sum().clamp_min(1e-300), 0)
        return (1 - LOCAL) * of_directions[0] + LOCAL * (counts * of_directions[1:]).sum()


def _whole_and_parts(total: Tensor) -> Tensor:
    """The histograms of all pixels, and those of the parts where there are several, of those of all parts."""
    return total if len(total) == 1 else torch.cat([total.sum(0, keepdim=True), total])


def _cumulated(total: Tensor) -> Tensor:
    """The shares up to each bin, of histograms [..., BINS]; the last is 1."""
    sums = total.cumsum(-1)
    return sums / sums[..., -1:].clamp_min(1e-300)


class _Distances(torch.autograd.Function):
    """W^2 for each part and direction, [K, 13], of histograms [K, 13, BINS], which need not sum to 1.

    W^2 is the integral of (x_G(u) - x_S(u))^2 over all shares u, where x(u) is the bin below which lies the share u of
    the pixels. Its derivative by the histogram of G is the potential of the optimal transport. From bin k to k + 1 it
    rises by (x_(k+1) - T)^2 - (x_k - T)^2, where T is x_S of the share up to bin k.
    """

    @staticmethod
    def forward(ctx: Any, total: Tensor, shares_S: Tensor) -> Tensor:
        squared, slope = (_compiled_distances if can_compile() else _distances)(total, shares_S)
        ctx.save_for_backward(slope)
        return squared

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (slope,) = ctx.saved_tensors
        return gradient[..., None] * slope, None


def _compiled_distances(total: Tensor, shares_S: Tensor) -> tuple[Tensor, Tensor]:
    from impasto.kernels import palette as native

    squared, slope = total.new_empty(total.shape[:-1]), torch.empty_like(total.contiguous())
    of_G, of_S, potential = (
        one.view(-1, BINS).numpy() for one in (total.detach().contiguous(), shares_S, slope)
    )
    room = total.new_empty(BINS).numpy()
    native.distances(of_G, of_S, WIDTH, room, squared.view(-1).numpy(), potential)
    return squared, slope


def _distances(total: Tensor, shares_S: Tensor) -> tuple[Tensor, Tensor]:
    """W^2, and its derivative by `total`."""
    shares = _cumulated(total)
    levels = torch.cat([shares, shares_S], -1).sort(-1).values
    parts = levels.diff(dim=-1, prepend=torch.zeros_like(levels[..., :1]))
    middles = levels - parts / 2
    apart = torch.searchsorted(shares, middles) - torch.searchsorted(shares_S, middles)
    squared = (parts * (apart.double() * WIDTH).square()).sum(-1)
    k = torch.arange(BINS - 1, dtype=torch.float64)
    T = torch.searchsorted(shares_S, shares[..., :-1].contiguous()).clamp(max=BINS - 1)
    phi = torch.nn.functional.pad((WIDTH**2 * (2 * k + 1 - 2 * T)).cumsum(-1), (1, 0))
    count = total.sum(-1, keepdim=True).clamp_min(1e-300)
    return squared, (phi - (phi * total).sum(-1, keepdim=True) / count) / count
