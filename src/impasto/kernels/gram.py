"""The Gram matrix of activations, and its gradient, compiled by numba.

Activations come channels last, a layer or a window of it: a [positions, n] matrix A. The product A^T A is symmetric,
so only its upper half is computed.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from typing import NamedTuple

from impasto.kernels.compile import compiled
from impasto.kernels.matmul import FEW_ROWS, PANEL, multiply, multiply_panel
from impasto.kernels.simd import WIDTH, copy

BLOCK = 128
"""Positions that are added up at a time, so that they stay in the cache."""
_ODD_LINES = 16  # keeps a block's rows from falling into the same cache sets


class Part(NamedTuple):
    """`rows` x `columns` positions from (top, left) on, of a layer that is `width` positions wide."""

    width: int
    top: int
    left: int
    rows: int
    columns: int


def space_needed(n: int) -> int:
    """Floats of working space for each worker of `gram_share`."""
    return BLOCK * (n + _ODD_LINES)


@compiled()
def gram_share(worker, workers, a, n, part, totals, space):
    """totals[worker] [n, n]: A^T A over this worker's share of the positions, undefined below the diagonal.

    space: `space_needed` floats for each worker.
    """
    positions, stride, start = part.rows * part.columns, n + _ODD_LINES, worker * n * n
    first, last = positions * worker // workers, positions * (worker + 1) // workers
    block = worker * BLOCK * stride
    for i in range(start, start + n * n):
        totals[i] = 0
    for begin in range(first, last, BLOCK):
        rows = min(BLOCK, last - begin)
        for row in range(rows):
            i, j = (begin + row) // part.columns, (begin + row) % part.columns
            position = (part.top + i) * part.width + part.left + j
            for c in range(0, n, WIDTH):
                copy(a, position * n + c, space, block + row * stride + c)
        for c in range(0, n, PANEL):
            multiply_panel(
                space, block, 1, stride, space, block + c, stride, rows, True, totals, start + c, n, c + PANEL
            )


@compiled()
def fold(totals, n, workers, result):
    """result [n, n]: the sum of the workers' parts, mirrored below the diagonal."""
    for i in range(n):
        for j in range(i, n):
            total = totals[i * n + j]
            for worker in range(1, workers):
                total += totals[worker * n * n + i * n + j]
            result[i, j] = total
            result[j, i] = total


@compiled()
def times_share(worker, workers, a, n, part, matrix, add, y):
    """y = A times a matrix [n, n] in panels, or += if `add`, in this worker's share of the part; y is laid out as a.

    Done in runs of positions that follow each other in memory; without the last `run` % FEW_ROWS of each.
    """
    whole_rows = part.columns == part.width
    runs = 1 if whole_rows else part.rows
    run = part.rows * part.columns // runs // FEW_ROWS
    first, last = runs * run * worker // workers, runs * run * (worker + 1) // workers
    while first < last:
        i, begin = first // run, first % run
        stop = min(run, begin + last - first)
        first += stop - begin
        start = ((part.top + i) * part.width + part.left) * n
        for at in range(begin * FEW_ROWS, stop * FEW_ROWS, BLOCK):
            rows = min(BLOCK, stop * FEW_ROWS - at)
            multiply(a, start + at * n, n, matrix, 0, n, add, y, start + at * n, rows, n)
