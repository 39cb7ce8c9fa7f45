"""A A^T of activations, differentiable, by the fastest way there is here."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.native import WORKING, can_compile
from impasto.native.pages import WORKSPACE, empty_features, flat, is_own


def self_product(a: Tensor) -> Tensor:
    """A A^T, [n_C, n_C], A the unrolled activations a [1, n_C, n_H, n_W].

    On a CPU in float32, where numba is installed and n_C a multiple of its panels, half of the symmetric product
    is computed, the gradient is one product, and it can be differentiated once; elsewhere torch does it.
    """
    return measured(a)[0]


def measured(a: Tensor) -> tuple[Tensor, Tensor]:
    """`self_product` of a, and a itself, for the layers above: the way that needs least memory.

    When what comes after is computed from the second, the gradients of both are added up in place, in the memory
    of the gradient that comes down from the layers above; a hook on that one must not keep it.
    """
    if a.device.type == "cpu" and a.dtype == torch.float32 and can_compile():
        from impasto.native.multiply import PANEL

        if a.shape[1] % PANEL == 0:
            product, passed = _SelfProduct.apply(a)
            return product, passed
    rows = a[0].flatten(1)
    return rows @ rows.T, a


class _SelfProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(a)
        ctx.set_materialize_grads(False)
        return _product(a), a.view_as(a)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor | None, from_above: Tensor | None) -> Tensor | None:
        if gradient is None:
            return from_above
        (a,) = ctx.saved_tensors
        return _add_times(a, gradient + gradient.T, from_above)


def _product(a: Tensor) -> Tensor:
    from impasto.native import gram as native

    n, workers = a.shape[1], torch.get_num_threads()
    with WORKING:
        each = native.space_needed(n)
        space = WORKSPACE.floats(workers * (each + n * n))
        totals = space[workers * each :]
        native.gram(flat(a), n, totals.numpy(), space.numpy(), each, workers)
        result = torch.empty(n, n)
        native.fold(totals.numpy(), n, workers, result.numpy())
    return result


def _add_times(a: Tensor, matrix: Tensor, total: Tensor | None) -> Tensor:
    """total + A^T matrix, laid out as activations; in total's memory if that is nobody else's."""
    from impasto.native import gram as native
    from impasto.native.multiply import FEW_ROWS, in_panels

    result = total if total is not None and is_own(total) else empty_features(*a.shape[1:])
    if total is not None and result is not total:
        result.copy_(total)
    n, positions, add = a.shape[1], a.shape[2] * a.shape[3], total is not None
    with WORKING:
        panels = in_panels(matrix[None]).numpy()
        native.times(flat(a), n, panels, add, flat(result), torch.get_num_threads())
    rest = positions - positions % FEW_ROWS
    if rest < positions:
        rows, out = (x.permute(0, 2, 3, 1).reshape(positions, n)[rest:] for x in (a, result))
        out.addmm_(rows, matrix, beta=1 if add else 0)
    return result
