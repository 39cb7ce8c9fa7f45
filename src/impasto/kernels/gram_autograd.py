"""A A^T of activations, all alike or weighted, differentiable, by the fastest way there is here.

Weighted, it is sum_p w(p) a(p) a(p)^T. Only positions that count are looked at: regions that share a picture cost
together little more than the picture. Their activations are copied together and weighted some at a time, and again when
the gradient is taken, so that there is no second copy of them in memory.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.kernels import can_compile
from impasto.kernels.allocation import WORKSPACE, empty_features, flat, is_own, own
from impasto.kernels.threads import WORKING, in_parallel

Slices = tuple[slice, slice]
"""Rows and columns of a layer."""
STRIP = 2**21
"""Numbers that are weighted at a time: 8 MB."""
_ALL = slice(None), slice(None)


def self_product(a: Tensor) -> Tensor:
    """A A^T, [n_C, n_C], A the unrolled activations a [1, n_C, n_H, n_W].

    On a CPU in float32, where numba is installed and n_C a multiple of its panels, half of the symmetric product
    is computed, the gradient is one product, and it can be differentiated once; elsewhere torch does it.
    """
    return measured(a)[0]


def measured(
    a: Tensor,
    window: Slices | None = None,
    weight: Tensor | None = None,
    *,
    value: bool = True,
    sums: bool = False,
) -> tuple[Tensor, Tensor]:
    """`self_product` of a, or of a window of it, and a itself, for the layers above: the way that needs least memory.

    When what comes after is computed from the second, the gradients of both are added up in place, in the memory
    of the gradient that comes down from the layers above; a hook on that one must not keep it.

    window: rows and columns of a.
    weight: w(p) of each position of the window [rows, columns], at least 0: the product is then sum_p w(p) a(p) a(p)^T,
        and can be differentiated by a, once.
    value: False when only the gradient will be asked for; the product may then hold anything.
    sums: the product gets one column more, [n_C, n_C + 1], with the (weighted) sum of each channel.
    """
    if weight is not None or is_compiled(a):
        product, passed = _Measured.apply(
            a, None if weight is None else weight.to(a.dtype), window or _ALL, value, sums
        )
        return product, passed
    rows = (a if window is None else a[..., window[0], window[1]])[0].flatten(1)
    product = rows @ rows.T
    return torch.cat([product, rows.sum(1, keepdim=True)], 1) if sums else product, a


def is_compiled(a: Tensor) -> bool:
    """Whether compiled code takes the products of these activations."""
    if a.device.type != "cpu" or a.dtype != torch.float32 or not can_compile():
        return False
    from impasto.kernels.matmul import PANEL

    return a.shape[1] % PANEL == 0


class _Measured(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, a: Tensor, weight: Tensor | None, window: Slices, value: bool, sums: bool
    ) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(a, weight)
        ctx.window = window
        ctx.set_materialize_grads(False)
        if not value:
            product = a.new_empty(a.shape[1], a.shape[1] + sums)
        elif weight is not None:
            product = guided_product(a, weight, window, sums)
        else:
            product = _product(a, window)
            if sums:
                # One axis after the other: over both at once torch takes ten times as long.
                total = a[0].permute(1, 2, 0)[window].sum(0).sum(0)
                product = torch.cat([product, total[:, None]], 1)
        return product, a.view_as(a)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, gradient: Tensor | None, from_above: Tensor | None
    ) -> tuple[Tensor | None, None, None, None, None]:
        if gradient is None:
            return from_above, None, None, None, None
        a, weight = ctx.saved_tensors
        n, (rows, columns) = a.shape[1], ctx.window
        matrix = gradient[:, :n] + gradient[:, :n].T
        slope = gradient[:, n:].sum(1)  # 0 without a column of sums
        if weight is None:
            by_a = _add_times(a, ctx.window, matrix, from_above)
            if gradient.shape[1] > n:
                by_a[0, :, rows, columns] += slope[:, None, None]
        else:
            by_a = changeable_gradient(a, from_above)
            add_guided_times(a, weight, ctx.window, matrix, slope, by_a)
        # Others that add to it in place take it for channels last.
        last = by_a.is_contiguous(memory_format=torch.channels_last)
        return own(by_a) if last else by_a, None, None, None, None


def changeable_gradient(a: Tensor, gradient: Tensor | None) -> Tensor:
    """A gradient by `a` that may be changed: itself, when nobody else holds it."""
    if gradient is None:
        return torch.zeros_like(a)
    return gradient if is_own(gradient) else gradient.clone()


def _part(a: Tensor, window: Slices) -> Any:
    """The window in positions; see `gram.Part`."""
    from impasto.kernels.gram import Part

    (top, bottom, _), (left, right, _) = (
        side.indices(size) for side, size in zip(window, a.shape[2:], strict=True)
    )
    return Part(a.shape[3], top, left, bottom - top, right - left)


def _product(a: Tensor, window: Slices) -> Tensor:
    from impasto.kernels import gram as native

    n, workers = a.shape[1], torch.get_num_threads()
    with WORKING:
        each = native.space_needed(n)
        space = WORKSPACE.floats(workers * (each + n * n))
        totals = space[workers * each :]
        in_parallel(native.gram_share, workers, flat(a), n, _part(a, window), totals.numpy(), space.numpy())
        result = torch.empty(n, n)
        native.fold(totals.numpy(), n, workers, result.numpy())
    return result


def _add_times(a: Tensor, window: Slices, matrix: Tensor, total: Tensor | None) -> Tensor:
    """total + A^T matrix at the window, laid out as activations; in total's memory if that is nobody else's."""
    from impasto.kernels import gram as native
    from impasto.kernels.matmul import FEW_ROWS, in_panels

    result = total if total is not None and is_own(total) else empty_features(*a.shape[1:])
    if total is not None and result is not total:
        result.copy_(total)
    part = _part(a, window)
    add = total is not None or (part.rows, part.columns) != a.shape[2:]
    if total is None and add:
        result.zero_()
    with WORKING:
        panels = in_panels(matrix[None]).numpy()
        workers = torch.get_num_threads()
        in_parallel(native.times_share, workers, flat(a), a.shape[1], part, panels, add, flat(result))
    # What is left over of each run of positions; see `gram.times_share`.
    whole_rows = part.columns == part.width
    run = part.rows * part.columns if whole_rows else part.columns
    if run % FEW_ROWS:
        rows, out = (
            x[..., window[0], window[1]]
            .permute(0, 2, 3, 1)
            .reshape(-1, run, a.shape[1])[:, -(run % FEW_ROWS) :]
            for x in (a, result)
        )
        product = rows @ matrix
        out.copy_(out + product if add else product)
    return result


def guided_product(a: Tensor, w: Tensor, part: Slices, sums: bool) -> Tensor:
    """sum_p w(p) a(p) a(p)^T, [n_C, n_C], over the positions p of a part.

    a: [1, n_C, n_H, n_W]. w: weights of the part's positions [rows, columns], at least 0.
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
