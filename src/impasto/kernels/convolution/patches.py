"""The loops of a direct convolution of few input channels (a picture) to many, compiled by numba.

Row by row: a row of outputs is three products, one for each row of the kernel, of the overlapping patches
[3 n_in] along an input row, read in place. Backward, a row of gradients times the kernel gives what each
position owes its 3x3 neighbours, which is added up where it belongs, always in the same order.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from impasto.kernels.compile import compiled
from impasto.kernels.convolution.winograd_tile import copy_masked, rectify
from impasto.kernels.matmul import multiply
from impasto.kernels.simd import WIDTH

TAPS = 3


@compiled()
def forward_share(
    worker, workers, x, height, width, depth, padding, kernel, bias, y, bits, columns, row_each, sums_each
):
    """A worker's rows of y = relu(x * kernel + bias), with the bits that let a gradient pass.

    row_each, sums_each: each worker's room for one padded input row, and for one output row before the ReLU.
    """
    out_height, out_width, words = height + 2 * padding - 2, width + 2 * padding - 2, columns // WIDTH
    first, last = out_height * worker // workers, out_height * (worker + 1) // workers
    row, sums = row_each[worker], sums_each[worker]
    row[:] = 0
    for top in range(first, last):
        for tap in range(TAPS):
            source = top + tap - padding
            if 0 <= source < height:
                for i in range(width * depth):
                    row[padding * depth + i] = x[source * width * depth + i]
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


@compiled()
def backward_share(
    worker, workers, g, bits, g_height, g_width, depth, padding, kernel, columns, y, height, width, n_in, row_each,
    owed_each, total_each,
):  # fmt: skip
    """A worker's rows of y = the gradient g, let through by bits, times the reversed kernel.

    row_each, owed_each, total_each: each worker's room for one masked row of g, for its product, and for a padded row
    of y.
    """
    first, last = height * worker // workers, height * (worker + 1) // workers
    row, owed, total = row_each[worker], owed_each[worker], total_each[worker]
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
