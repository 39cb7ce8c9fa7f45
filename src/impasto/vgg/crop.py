"""Cropping of a block's input to the part that the tile still needs; see `objective/tiles.py`."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.kernels.allocation import empty_features, own
from impasto.tensor_types import Features, Piece


def cropped(x: Features, rows: slice, columns: slice) -> Piece:
    """x[..., rows, columns], both with a start and a stop; x itself where nothing is cut away.

    The gradient of a plain slice is laid out channel by channel: a layer that works channels last would copy it.
    """
    if (rows.start, rows.stop, columns.start, columns.stop) == (0, x.shape[2], 0, x.shape[3]):
        return x
    works_channels_last = x.device.type == "cpu" and x.dtype == torch.float32
    if not works_channels_last or not x.is_contiguous(memory_format=torch.channels_last):
        return x[..., rows, columns]
    part: Tensor = _Cropped.apply(x, rows, columns)
    return part


class _Cropped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: slice, columns: slice) -> Tensor:
        ctx.size, ctx.place = x.shape[1:], (rows, columns)
        # A copy, which the next layer would make, so that x can go.
        return x[..., rows, columns].contiguous(memory_format=torch.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        by_x, (rows, columns) = empty_features(*ctx.size), ctx.place
        for outside in (slice(rows.start), slice(rows.stop, None)):
            by_x[..., outside, :] = 0
        for outside in (slice(columns.start), slice(columns.stop, None)):
            by_x[..., rows, outside] = 0
        by_x[..., rows, columns] = gradient
        return own(by_x), None, None
