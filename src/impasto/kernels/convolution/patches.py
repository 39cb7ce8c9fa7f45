"""The loops of a direct convolution of few input channels (a picture) to many, compiled by numba.

Row by row: a row of outputs is three products, one for each row of the kernel, of the overlapping patches
[3 n_in] along an input row, read in place. Backward, a row of gradients times the kernel gives what each
position owes its 3x3 neighbours, which is added up where it belongs, always in the same order.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from numba import njit, prange

from impasto.kernels.convolution.winograd_tile import copy_masked, rectify
from impasto.kernels.matmul import multiply
from impasto.kernels.simd import WIDTH

TAPS = 3


@njit(cache=True, nogil=True)
def _forward_rows(x, height, width, depth, padding, kernel, bias, y, bits, columns, first, last, row, sums):
    """Rows first..last of y; row: one padded input row; sums: one output row before the ReLU."""
    out_width, words = width + 2 * padding - 2, columns // WIDTH
    row[:] = 0
    for top in range(first, last):
        for tap in range(TAPS):
            source = top + tap - padding
            if 0 <= source < height:
                row[padding * depth : (padding + width) * depth] = x[
                    source * width * depth : (source + 1) * width * depth
                ]
            else:
                row[padding * depth : (padding + width) * depth] = 0
            b = tap * TAPS * depth * columns
            multiply(row, 0, depth, kernel, b, TAPS * depth, tap > 0, sums, 0, out_width, columns)
        for i in range(out_width):
            position = top * out_width + i
            for c in range(0, columns, WIDTH):
                rectify(
                    sums,
                    i * columns + c,
                    bias,
                    c,
                    y,
                    position * columns + c,
                    bits,
                    position * words + c // WIDTH,
                )


@njit(cache=True, nogil=True)
def _backward_rows(
    g,
    bits,
    g_height,
    g_width,
    depth,
    padding,
    kernel,
    columns,
    y,
    height,
    width,
    n_in,
    first,
    last,
    row,
    owed,
    total,
):
    """Rows first..last of y; row: one masked row of g; owed: its product; total: a padded row of y."""
    words, taps = depth // WIDTH, TAPS * n_in
    y[first * width * n_in : last * width * n_in] = 0
    for source in range(max(0, first + padding - TAPS + 1), min(g_height, last + padding)):
        for i in range(g_width):
            position = source * g_width + i
            for c in range(0, depth, WIDTH):
                copy_masked(
                    g, position * depth + c, bits, position * words + c // WIDTH, True, row, i * depth + c
                )
        multiply(row, 0, depth, kernel, 0, depth, False, owed, 0, g_width, columns)
        for tap in range(TAPS):
            target = source + tap - padding
            if first <= target < last:
                total[:] = 0
                for i in range(g_width):
                    for j in range(taps):
                        total[i * n_in + j] += owed[i * columns + tap * taps + j]
                start = target * width * n_in
                for i in range(width * n_in):
                    y[start + i] += total[padding * n_in + i]


@njit(cache=True, nogil=True, parallel=True)
def forward(x, height, width, depth, padding, kernel, bias, y, bits, columns, row, sums, workers):
    """y = relu(x * kernel + bias), with the bits that let a gradient pass. row, sums: [workers, ...]."""
    rows = height + 2 * padding - 2
    for w in prange(workers):
        _forward_rows(
            x, height, width, depth, padding, kernel, bias, y, bits, columns, rows * w // workers,
            rows * (w + 1) // workers, row[w], sums[w],
        )  # fmt: skip


@njit(cache=True, nogil=True, parallel=True)
def backward(
    g,
    bits,
    g_height,
    g_width,
    depth,
    padding,
    kernel,
    columns,
    y,
    height,
    width,
    n_in,
    row,
    owed,
    total,
    workers,
):
    """y = the gradient g, let through by bits, times the reversed kernel. row, owed, total: [workers, ...]."""
    for w in prange(workers):
        _backward_rows(
            g, bits, g_height, g_width, depth, padding, kernel, columns, y, height, width, n_in,
            height * w // workers, height * (w + 1) // workers, row[w], owed[w], total[w],
        )  # fmt: skip
