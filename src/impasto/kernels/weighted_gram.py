"""sum_p w(p) a(p) a(p)^T of activations, and its gradient, without a second copy of them in memory.

Only positions that count are looked at: regions that share a picture cost together little more than the picture. Their
activations are copied together and weighted some at a time, and again when the gradient is taken.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Slices = tuple[slice, slice]
"""Rows and columns of a layer."""
STRIP = 2**21
"""Numbers that are weighted at a time: 8 MB."""


def guided_product(
    a: Tensor, w: Tensor, part: Slices, self_product: Callable[[Tensor], Tensor], sums: bool
) -> Tensor:
    """sum_p w(p) a(p) a(p)^T, [n_C, n_C], over the positions p of a part.

    a: [1, n_C, n_H, n_W]. w: weights of the part's positions [rows, columns], at least 0.
    self_product: gives A A^T of activations.
    sums: the product gets one column more, [n_C, n_C + 1], with sum_p w(p) a(p).
    """
    n, rows, room = a.shape[1], _positions(a), _room(a, w)
    product = a.new_zeros(n, n + sums)
    for at, weight in _strips(a, w, part):
        root = weight.sqrt()
        weighted = torch.index_select(rows, 0, at, out=room[: len(at)]).mul_(root)
        product[:, :n] += self_product(weighted.T[None, :, None])
        if sums:
            product[:, n] += weighted.mul_(root).sum(0)
    return product


def add_guided_times(
    a: Tensor, w: Tensor, part: Slices, matrix: Tensor, slope: Tensor, total: Tensor
) -> None:
    """total += w(p) (matrix a(p) + slope) at every position p of a part, in place.

    a, total: [1, n_C, n_H, n_W]. w: [rows, columns]. matrix: [n_C, n_C], symmetric. slope: [n_C].
    """
    rows, results = _positions(a), _positions(total)
    room, more = _room(a, w), _room(a, w)
    for at, weight in _strips(a, w, part):
        some = torch.index_select(rows, 0, at, out=room[: len(at)])
        change = torch.addmm(slope, some, matrix, out=more[: len(at)]).mul_(weight)
        changed = torch.index_select(results, 0, at, out=some).add_(change)
        results.index_copy_(0, at, changed)


def _positions(a: Tensor) -> Tensor:
    """[1, n_C, n_H, n_W] as [n_H n_W, n_C], in the same memory."""
    return a[0].permute(1, 2, 0).flatten(0, 1)


def _strips(a: Tensor, w: Tensor, part: Slices) -> Iterator[tuple[Tensor, Tensor]]:
    """The positions that count in some rows of the part at a time: their numbers in the layer, and weights [K, 1]."""
    top, left = (side.indices(size)[0] for side, size in zip(part, a.shape[2:], strict=True))
    step = _rows(a, w)
    for first in range(0, w.shape[0], step):
        some = w[first : first + step]
        i, j = some.nonzero(as_tuple=True)
        if len(i):
            yield (i + (top + first)) * a.shape[3] + (j + left), some[i, j][:, None]


def _rows(a: Tensor, w: Tensor) -> int:
    return min(w.shape[0], max(1, STRIP // max(1, a.shape[1] * w.shape[1])))


def _room(a: Tensor, w: Tensor) -> Tensor:
    """Memory for the activations of a strip."""
    return a.new_empty(_rows(a, w) * w.shape[1], a.shape[1])
