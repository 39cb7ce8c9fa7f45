"""The neighbours cost: every position of G is drawn to the position of S that it resembles most.

    b(p) = the position of S with the largest cosine, chosen once a scale and then fixed (`nearest`)
    J_n^[l](S, G) = 1/N sum_p [ 1 - cos(a_G(p) - mu_S, b(p) - mu_S) + |a_G(p) - b(p)|^2 / (2 n_C v_S) ]

N = n_H n_W positions p; mu_S and v_S are mean and mean variance of S's activations. Kolkin, Kucera, Paris, Sykora,
Shechtman and Shakhnarovich, "Neural Neighbor Style Transfer" (arXiv 2203.13215), equation 4, with these departures: the
squared distance joins the cosine, or contrast would run away; layers are searched one by one; the search looks at the
content image and at the height in the picture, too (`nearest`), so that sky lands in the sky; and of S at most
`POSITIONS` positions are candidates, so that neither time nor memory grows with the product of both pictures' sizes.

Given the b(p) the cost is a sum over positions, so it is exact in tiles and among processes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.costs.region import Guide
from impasto.costs.term import Summary, TileWindow
from impasto.kernels.allocation import flat, own
from impasto.kernels.gram_autograd import changeable_gradient, is_compiled
from impasto.kernels.threads import WORKING, in_parallel
from impasto.tensor_types import Features, Scalar

NEIGHBOUR_LAYERS = {"relu2_1": 0.43, "relu3_1": 0.36, "relu4_1": 0.21}
"""The layers in which neighbours are searched, each by itself, and their parts of the cost.

The shallow one brings the single stroke, the deep one what it is a stroke of, such as a star; with more of the deep
one strokes stand every 8 pixels, its stride."""
POSITIONS = 12_288
"""Most positions of a style that are candidates, taken at random with a fixed seed: all of relu2_1 at 256 x 192."""
HEIGHT = 1.0
"""The weight of (y_p - y_q)^2, relative to the cosine, in the search; y: height in the picture, from 0 to 1."""
PRODUCTS = 2**21
"""Cosines that are computed at a time."""
LEAST_VARIANCE = 0.01
"""v_S is at least this part of the mean square of S's activations: the one candidate of a tiny part of a style has no
variance, and the squared distance would be all that counts."""
STRIP = 2**18
"""Numbers that are worked on at a time: 1 MB, of which eight tensors are alive at once."""
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Candidates:
    """The positions of a style that may be neighbours, in one layer.

    b: [D, n_C]. height: of each in its picture, from 0 at the top to 1 at the bottom, [D]. mean: mu_S [n_C].
    variance: v_S.
    """

    b: Tensor
    height: Tensor
    mean: Tensor
    variance: float

    @classmethod
    def of(cls, b: Tensor, height: Tensor) -> "Candidates":
        """The candidates [D, n_C], whose own mean and variance stand for the style's."""
        mean = b.mean(0)
        variance = float((b - mean).square().mean())
        return cls(b, height.to(b), mean, max(variance, LEAST_VARIANCE * float(b.square().mean()), _LEAST))


def nearest(
    a_G: Tensor, a_C: Tensor, mean_C: Tensor, height: Tensor, candidates: Candidates, content: float
) -> Tensor:
    """The number of the nearest candidate of each of some positions, int32 [K].

    a_G, a_C: activations of these positions [K, n_C] in the canvas and in the content image. mean_C: mean of the
    content image's [n_C]. height: of these positions, from 0 to 1, [K]. content: from 0, only the canvas counts, to 1,
    only the content image does.

    The nearest has the largest u . v - HEIGHT (y_p - y_q)^2. v: the candidate's deviation from mu_S, of length 1.
    u: (1 - content) times the canvas's deviation from mu_S plus `content` times the content image's deviation from its
    own mean, each of length 1. The product is taken in blocks: memory does not grow with it.
    """
    # -(y_p - y_q)^2 = 2 y_p y_q - y_q^2 + what is the same for all q: two more numbers of each position.
    y = candidates.height[:, None]
    targets = torch.cat([_unit(candidates.b - candidates.mean), y, y.square()], 1).T.contiguous()
    found = torch.empty(len(a_G), dtype=torch.int32, device=a_G.device)
    block = max(1, PRODUCTS // targets.shape[1])
    for first in range(0, len(a_G), block):
        some = slice(first, first + block)
        query = (1 - content) * _unit(a_G[some] - candidates.mean)
        if content:
            query += content * _unit(a_C[some] - mean_C)
        of_height = 2 * HEIGHT * height[some, None].to(query)
        query = torch.cat([query, of_height, torch.full_like(of_height, -HEIGHT)], 1)
        found[some] = (query @ targets).max(1).indices.int()  # quicker than argmax, and the same one
    return found


def _unit(x: Tensor) -> Tensor:
    return x / x.norm(dim=1, keepdim=True).clamp_min(_LEAST**0.5)


@dataclass(frozen=True, eq=False)
class NeighbourTerm:
    """The neighbours cost of one layer, of the whole canvas or of a region.

    index: which candidate each position of the layer has, int32 [n_H, n_W], of the positions that are owned here.
    guide: the region's weights; None for the whole canvas.
    """

    layer: str
    candidates: Candidates
    index: Tensor
    weight: float = 1.0
    guide: Guide | None = None
    part: Literal["style"] = "style"

    def measure(
        self, a_G: Features, window: TileWindow | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sum of the distances over the positions of `a_G`, or of its window, in float64 on the way."""
        there, here = (slice(None), slice(None)), (slice(None), slice(None))
        if window is not None:
            there, here = window.in_layer, window.in_tile
        index = self.index[there]
        weight = None if self.guide is None else self.guide.weight[there].flatten()
        total, passed_on = _Distances.apply(a_G, self.candidates, index, here, weight, value)
        return Summary(total, index.numel()), passed_on

    def rule(self, summary: Summary) -> Scalar:
        """J_n^[l]: the mean distance."""
        return summary.total / (summary.count if self.guide is None else self.guide.mass)


class _Distances(torch.autograd.Function):
    """The sum of the distances, and the activation to go on with; both gradients meet in the memory of one."""

    @staticmethod
    def forward(
        ctx: Any,
        a: Tensor,
        candidates: Candidates,
        index: Tensor,
        here: tuple[slice, slice],
        weight: Tensor | None,
        value: bool,
    ) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(a)
        ctx.pairs = NeighbourPairs(a, here, candidates.b, candidates.mean, index)
        ctx.weight, ctx.variance, ctx.slope = weight, a.shape[1] * candidates.variance, None
        ctx.set_materialize_grads(False)
        total = a.new_zeros(())
        if value:
            distance, ctx.slope = distances(ctx.pairs.sums(a), ctx.variance)
            total += (distance if weight is None else distance * weight).sum(dtype=torch.float64).to(a.dtype)
        return total, a.view_as(a)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor | None, from_above: Tensor | None) -> tuple[Tensor | None, ...]:
        nothing = (None,) * 5
        if gradient is None:
            return (from_above, *nothing)
        (a,) = ctx.saved_tensors
        by_a = changeable_gradient(a, from_above)
        if ctx.slope is None:
            ctx.slope = distances(ctx.pairs.sums(a), ctx.variance)[1]
        factors = gradient * ctx.slope
        ctx.pairs.add(a, factors if ctx.weight is None else factors * ctx.weight[:, None], by_a)
        last = by_a.is_contiguous(memory_format=torch.channels_last)
        return (own(by_a) if last else by_a, *nothing)


def distances(sums: Tensor, variance: float) -> tuple[Tensor, Tensor]:
    """The distance of each position f from its neighbour b, and its derivative by f, which is x u - y v.

    sums: |u|^2, |v|^2, u . v and |f - b|^2 of each, [K, 4]; u = f - mu_S, v = b - mu_S. variance: n_C v_S.

    d = 1 - u.v / (|u| |v|) + |f - b|^2 / (2 n_C v_S)
    x = 1 / (n_C v_S) + u.v / (|u|^3 |v|),    y = 1 / (n_C v_S) + 1 / (|u| |v|)

    Returns d [K], and x and y [K, 2].
    """
    of_u, of_v = (sums[:, i].sqrt().clamp_min(_LEAST**0.5) for i in (0, 1))
    both = 1 / (of_u * of_v)
    cosine = sums[:, 2] * both
    x = 1 / variance + cosine / of_u.square()
    return 1 - cosine + sums[:, 3] * (0.5 / variance), torch.stack([x, 1 / variance + both], 1)


class NeighbourPairs:
    """The positions of a window of activations beside their neighbours, for sums over channels.

    Compiled where Gram matrices are; elsewhere torch does it, some rows at a time.
    """

    def __init__(self, a: Tensor, here: tuple[slice, slice], b: Tensor, mean: Tensor, index: Tensor):
        self._b, self._mean, self._index, self._here = b, mean, index, here
        self._compiled = is_compiled(a)

    def sums(self, a: Tensor) -> Tensor:
        """|u|^2, |v|^2, u . v and |u - v|^2 of each position, [K, 4]."""
        found = a.new_empty(self._index.numel(), 4)
        if self._compiled:
            self._run("sums_share", (flat(a),), a, found)
            return found
        for some, place in self._strips(a):
            u, v = self._both(a, place, some)
            parts = [u.square(), v.square(), u * v, (u - v).square()]
            found[some] = torch.stack([part.sum(1) for part in parts], 1)
        return found

    def add(self, a: Tensor, factors: Tensor, total: Tensor) -> None:
        """Add x u - y v to `total`, which is laid out as `a`; factors: x and y of each position, [K, 2]."""
        last = total.is_contiguous(memory_format=torch.channels_last)
        if self._compiled and last:
            self._run("add_share", (flat(total), flat(a)), a, factors)
            return
        rows = total[0].permute(1, 2, 0)
        for some, place in self._strips(a):
            u, v = self._both(a, place, some)
            change = factors[some, :1] * u - factors[some, 1:] * v
            rows[place] += change.view(rows[place].shape)

    def _run(self, share: str, arrays: Sequence[Any], a: Tensor, values: Tensor) -> None:
        from impasto.kernels import pairs as native

        (top, _, _), (left, _, _) = (
            side.indices(size) for side, size in zip(self._here, a.shape[2:], strict=True)
        )
        part = native.Part(a.shape[3], a.shape[1], top, left, *self._index.shape)
        of_style = self._mean.numpy(), self._b.contiguous().view(-1).numpy()
        index = self._index.contiguous().view(-1).numpy()
        work = getattr(native, share)
        with WORKING:
            in_parallel(work, torch.get_num_threads(), *arrays, part, *of_style, index, values.numpy())

    def _both(self, a: Tensor, place: tuple[slice, slice], some: slice) -> tuple[Tensor, Tensor]:
        """u and v of some positions, [K, n_C] each."""
        mean = self._mean.to(a)
        f = a[0].permute(1, 2, 0)[place].reshape(-1, a.shape[1])
        b = self._b[self._index.flatten()[some].long()].to(a)
        return f - mean, b - mean

    def _strips(self, a: Tensor) -> Iterator[tuple[slice, tuple[slice, slice]]]:
        """Strips of rows of the window: which positions these are, and their place."""
        height, width = self._index.shape
        each = max(1, STRIP // (a.shape[1] * max(1, width)))
        top = self._here[0].indices(a.shape[2])[0]
        for first in range(0, height, each):
            last = min(first + each, height)
            yield slice(first * width, last * width), (slice(top + first, top + last), self._here[1])
