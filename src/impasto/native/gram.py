"""The Gram matrix of activations, and its gradient, compiled by numba.

Activations come channels last: a [positions, n] matrix A in one row. The product A^T A is symmetric, so only
its upper half is computed.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from numba import njit, prange

from impasto.native.lanes import WIDTH, copy
from impasto.native.multiply import FEW_ROWS, PANEL, multiply, multiply_panel

BLOCK = 128
"""Positions that are added up at a time, so that they stay in the cache."""
_ODD_LINES = 16  # keeps a block's rows from falling into the same cache sets


def space_needed(n: int) -> int:
    """Floats of working space for each worker of `gram`."""
    return BLOCK * (n + _ODD_LINES)


@njit(cache=True, nogil=True)
def _gram_share(a, n, first, last, total, start, space, block):
    """total[start:] [n, n] = A^T A over positions first..last, above the diagonal."""
    stride = n + _ODD_LINES
    for i in range(start, start + n * n):
        total[i] = 0
    for begin in range(first, last, BLOCK):
        rows = min(BLOCK, last - begin)
        for row in range(rows):
            for c in range(0, n, WIDTH):
                copy(a, (begin + row) * n + c, space, block + row * stride + c)
        for c in range(0, n, PANEL):
            multiply_panel(
                space, block, 1, stride, space, block + c, stride, rows, True, total, start + c, n, c + PANEL
            )


@njit(cache=True, nogil=True, parallel=True)
def gram(a, n, totals, space, space_each, workers):
    """totals [workers, n, n]: the parts of A^T A, right above the diagonal and undefined below it."""
    positions = a.size // n
    for worker in prange(workers):
        _gram_share(
            a,
            n,
            positions * worker // workers,
            positions * (worker + 1) // workers,
            totals,
            worker * n * n,
            space,
            worker * space_each,
        )


@njit(cache=True, nogil=True)
def fold(totals, n, workers, result):
    """result [n, n]: the sum of the workers' parts, mirrored below the diagonal."""
    for i in range(n):
        for j in range(i, n):
            total = totals[i * n + j]
            for worker in range(1, workers):
                total += totals[worker * n * n + i * n + j]
            result[i, j] = total
            result[j, i] = total


@njit(cache=True, nogil=True, parallel=True)
def times(a, n, matrix, add, y, workers):
    """y [positions, n] = A times a matrix [n, n] in panels, or += if `add`; without the last positions % FEW_ROWS."""
    whole = a.size // n // FEW_ROWS
    for worker in prange(workers):
        first, last = whole * worker // workers * FEW_ROWS, whole * (worker + 1) // workers * FEW_ROWS
        for begin in range(first, last, BLOCK):
            rows = min(BLOCK, last - begin)
            multiply(a, begin * n, n, matrix, 0, n, add, y, begin * n, rows, n)
