"""Positions of a layer beside their neighbours, compiled by numba: the sums that their cost needs, and its slope.

Activations a and their slope come channels last, in one row; a window of them has `rows` x `columns` positions p from
(top, left) on. index: which row of b [candidates, n] each of these positions has. u = a(p) - mean, v = b - mean.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from impasto.kernels.compile import compiled

# Sums may be taken in any order; numbers that are none stay so.
_ORDER = {"reassoc", "contract", "nsz"}


class Part(NamedTuple):
    """A window of a layer that is `width` positions wide and has n channels."""

    width: int
    n: int
    top: int
    left: int
    rows: int
    columns: int


@compiled(fastmath=_ORDER)
def sums_share(worker, workers, a, part, mean, b, index, sums):
    """sums [positions, 4] in this worker's share: |u|^2, |v|^2, u . v and |u - v|^2."""
    n, positions = part.n, part.rows * part.columns
    for k in range(positions * worker // workers, positions * (worker + 1) // workers):
        p = ((part.top + k // part.columns) * part.width + part.left + k % part.columns) * n
        q = index[k] * n
        f, g = a[p : p + n], b[q : q + n]  # LLVM makes vectors of these, and not of sums of indices
        uu = vv = uv = apart = np.float32(0)
        for c in range(n):
            u, v = f[c] - mean[c], g[c] - mean[c]
            uu += u * u
            vv += v * v
            uv += u * v
            apart += (u - v) * (u - v)
        sums[k, 0], sums[k, 1], sums[k, 2], sums[k, 3] = uu, vv, uv, apart


@compiled(fastmath=_ORDER)
def add_share(worker, workers, slope, a, part, mean, b, index, factors):
    """slope += x u - y v in this worker's share; factors [positions, 2]: x and y."""
    n, positions = part.n, part.rows * part.columns
    for k in range(positions * worker // workers, positions * (worker + 1) // workers):
        p = ((part.top + k // part.columns) * part.width + part.left + k % part.columns) * n
        q = index[k] * n
        f, g, to = a[p : p + n], b[q : q + n], slope[p : p + n]
        x, y = factors[k, 0], factors[k, 1]
        for c in range(n):
            to[c] += x * (f[c] - mean[c]) - y * (g[c] - mean[c])
