"""A smoothing metric for pictures: what L-BFGS takes as its first guess of the inverse Hessian.

In a picture, coarse structure has far more energy than fine (its spectrum falls like 1/f; Field 1987), and
the cost hardly sees the finest. Measured pixel by pixel, both count alike, and the solver fills the picture
with fine noise long before the large shapes are in place. Here a change is measured band by band instead:

    M = 1 + g B^T (1 + g B^T (...) B) B,    B: blur with [1 3 3 1] / 8 per axis, take every second pixel

B^T, the transpose of B, is the same blur after spreading the pixels apart, so M is symmetric and positive
definite whatever the picture's size. Its response falls from about `LIFT` ** LEVELS at the coarsest to 1 at
the finest frequency. Colour is measured apart from grey, likewise: pictures have far less contrast in colour
than in light, and the cost lets colour noise pass that the eye does not. All of it costs a few operations per
value, and changes the way to the minimum, not the minimum.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.distributed.partition import Partition
from impasto.solvers.vectors import slabs

LEVELS = 5
"""Halvings: structure coarser than 2 ** (LEVELS + 1) pixels is not lifted any further."""
LIFT = 2.0
"""How much further each coarser octave moves: 2 for amplitudes that fall like 1/f."""
COLOR_SHARE = 0.25
"""How far the differences between channels move, relative to their mean."""
METRIC_HALO = 3 * 2**LEVELS
"""Rows beyond its own that a row's metric depends on: 3/2 pixels of each of its levels, down and up again, are 93."""
SHORTEST_SIDE = 4
TAPS = (1 / 8, 3 / 8, 3 / 8, 1 / 8)


def picture_metric(change: Tensor) -> Tensor:
    """The metric for a picture: `change` [1, n, H, W], smoothed, its colour held back; a new tensor of its shape.

    It needs the memory of a third of a picture in addition to the two.
    """
    held_back = torch.empty_like(change, memory_format=torch.contiguous_format)
    for rows in slabs(change):
        piece = change[:, :, rows]
        held_back[:, :, rows] = torch.lerp(piece.mean(dim=1, keepdim=True), piece, COLOR_SHARE)
    _smooth_in_place(held_back, LEVELS)
    return held_back


def metric_of_rows(partition: Partition, height: int) -> Callable[[Tensor], Tensor]:
    """The metric for the rows of a picture of this height that a process owns; it borrows METRIC_HALO more."""
    rows_of = partition.rows_of
    rows = partition.exchange(height, lambda rank: rows_of(height, rank).widened(METRIC_HALO, height))
    return lambda change: rows.cropped(picture_metric(rows.widened(change)))


def _smooth_in_place(change: Tensor, levels: int) -> None:
    """Apply M, each channel by itself, with so many halvings; a picture stops halving below four pixels a side."""
    if levels == 0 or min(change.shape[2:]) < SHORTEST_SIDE:
        return
    kernel = _kernel(change)
    coarse = _blurred(change, kernel)
    _smooth_in_place(coarse, levels - 1)
    for rows in slabs(change):
        # B^T B passes a quarter of what is constant: one pixel in four is left.
        change[:, :, rows].add_(_spread(coarse, kernel, rows, change.shape), alpha=4 * LIFT)


def _blurred(fine: Tensor, kernel: Tensor) -> Tensor:
    """B applied to `fine` [1, n, H, W]: [1, n, H // 2, W // 2], slab by slab."""
    height, width = fine.shape[2:]
    coarse = fine.new_empty(1, fine.shape[1], height // 2, width // 2)
    for rows in slabs(fine):
        out = slice(rows.start // 2, min(rows.stop, height - height % 2) // 2)
        if out.start == out.stop:
            continue
        top, bottom = 2 * out.start - 1, 2 * out.stop + 1  # the kernel reaches one pixel further either way
        slab = F.pad(fine[:, :, max(top, 0) : bottom], (0, 0, max(-top, 0), max(bottom - height, 0)))
        coarse[:, :, out] = F.conv2d(slab, kernel, stride=2, padding=(0, 1), groups=fine.shape[1])
    return coarse


def _spread(coarse: Tensor, kernel: Tensor, rows: slice, shape: torch.Size) -> Tensor:
    """The `rows` of B^T applied to `coarse`, for a picture of `shape`; the first row is an even one."""
    first, last = max(rows.start // 2 - 1, 0), min(rows.stop // 2 + 1, coarse.shape[2])
    near, odd = coarse[:, :, first:last], shape[3] % 2
    spread = F.conv_transpose2d(near, kernel, None, 2, (0, 1), output_padding=(0, odd), groups=shape[1])
    top = rows.start - (2 * first - 1)  # unpadded, it begins a row above the first that `first` stands for
    spread = spread[:, :, top : top + rows.stop - rows.start]
    return F.pad(spread, (0, 0, 0, rows.stop - rows.start - spread.shape[2]))


def _kernel(like: Tensor) -> Tensor:
    taps = like.new_tensor(TAPS)
    return torch.outer(taps, taps).expand(like.shape[1], 1, -1, -1)
