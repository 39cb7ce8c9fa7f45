"""sum_p w(p) a(p) a(p)^T of activations, differentiable, without a second copy of them in memory."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.native.pages import is_own, own
from impasto.native.self_product import Window, self_product

_ALL = slice(None), slice(None)
STRIP = 2**21
"""Numbers that are weighted at a time: 8 MB."""


def guided_product(
    a: Tensor, w: Tensor, window: Window | None = None, *, value: bool = True
) -> tuple[Tensor, Tensor]:
    """sum_p w(p) a(p) a(p)^T, [n_C, n_C], over the positions p of a window; and `a` to go on with.

    As `self_product.measured`: when what comes after is computed from the second, the gradients of both are added up in
    place. The gradient by a(p) is w(p) (g + g^T) a(p), g being that by the product; so the weighted activations are
    made again when they are needed, some rows at a time. There is no gradient by w.

    a: [1, n_C, n_H, n_W]. w: weights of the window's positions [rows, columns], at least 0.
    window: rows and columns of a. value: False when only the gradient will be asked for.
    """
    product, passed = _GuidedProduct.apply(a, w.to(a.dtype), window or _ALL, value)
    return product, passed


class _GuidedProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, w: Tensor, window: Window, value: bool) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(a, w)
        ctx.window = window
        ctx.set_materialize_grads(False)
        product = a.new_zeros(a.shape[1], a.shape[1])
        if value:
            for part, weight in _strips(a[..., window[0], window[1]], w):
                product += self_product(part * weight.sqrt())
        return product, a.view_as(a)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, gradient: Tensor | None, from_above: Tensor | None
    ) -> tuple[Tensor | None, None, None, None]:
        if gradient is None:
            return from_above, None, None, None
        a, w = ctx.saved_tensors
        total = _to_change(a, from_above)
        matrix, window = gradient + gradient.T, ctx.window
        parts = zip(
            _strips(a[..., window[0], window[1]], w),
            _strips(total[..., window[0], window[1]], w),
            strict=True,
        )
        for (part, weight), (result, _) in parts:
            rows = (part * weight)[0].permute(1, 2, 0)  # channels last, as activations lie
            result[0].permute(1, 2, 0).add_(rows @ matrix)
        # Others that add to it in place take it for channels last.
        last = total.is_contiguous(memory_format=torch.channels_last)
        return (own(total) if last else total), None, None, None


def _to_change(a: Tensor, gradient: Tensor | None) -> Tensor:
    """A gradient by `a` that may be changed: itself, when nobody else holds it."""
    if gradient is None:
        return torch.zeros_like(a)
    return gradient if is_own(gradient) else gradient.clone()


def _strips(a: Tensor, w: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Some rows of activations [1, n_C, n_H, n_W] at a time, with their weights."""
    rows = max(1, STRIP // max(1, a.shape[1] * a.shape[3]))
    for first in range(0, a.shape[2], rows):
        yield a[:, :, first : first + rows], w[first : first + rows]
