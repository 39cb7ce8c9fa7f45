"""The loops of a Winograd convolution over flat channels-last arrays, compiled by numba.

A worker takes its share of the 4x4 tiles in groups that fit its cache: transform the group's inputs into
v [36, tiles, depth], multiply each of the 36 by the transformed kernel into m [36, tiles, columns], transform
back. Every tile is computed the same way by whichever worker has it, so results do not depend on their number.

Of a large kernel only the form for the way forward is kept. Backward a panel at a time is made from it, which costs up
to a fifth of the way back (512 channels), and takes half of the memory.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from typing import NamedTuple

from impasto.kernels.compile import compiled
from impasto.kernels.convolution.winograd_tile import (
    copy_inside,
    copy_masked,
    gather_largest,
    gather_mean,
    gather_outputs,
    gather_rectified,
    scatter_inputs,
    scatter_masked,
    scatter_masked_pooled,
)
from impasto.kernels.convolution.winograd_transforms import OUTPUTS, POINTS, REVERSED
from impasto.kernels.matmul import PANEL, ROWS, multiply, multiply_panel
from impasto.kernels.simd import WIDTH, prefetch, transpose

SQUARE = POINTS * POINTS
NO_POOLING, MAX_POOLING, MEAN_POOLING = 0, 1, 2
_ODD_LINES = 16  # keeps the 36 planes of a group from falling into the same cache sets


class Sizes(NamedTuple):
    """One convolution's sizes: `depth` channels [height, width] in, `columns` channels [rows, across] out.

    Pooling halves what goes out forward, what comes in backward; the sizes are those of the larger side.
    turned: whether the kernel is the one for the other direction. first, last: the rows of tiles that are computed, and
    that y has room for.
    """

    height: int
    width: int
    depth: int
    padding: int
    rows: int
    across: int
    columns: int
    pooling: int
    backward: bool
    turned: bool
    group: int
    first: int
    last: int


def tile_count(rows: int, across: int) -> int:
    """4x4 tiles that cover rows x across outputs."""
    return -(-rows // OUTPUTS) * -(-across // OUTPUTS)


def space_needed(depth: int, columns: int, group: int) -> int:
    """Floats of working space for each worker."""
    return sum(_planes(depth, columns, group))


def _planes(depth: int, columns: int, group: int) -> tuple[int, int, int, int]:
    """Floats for v, for m, for one tile at the picture's border, and for a panel of a kernel that is turned.

    `group` is a multiple of FEW_ROWS.
    """
    v, m = SQUARE * (group * depth + _ODD_LINES), SQUARE * (group * columns + _ODD_LINES)
    return v, m, SQUARE * depth, depth * PANEL


_planes_compiled = compiled()(_planes)


@compiled()
def _scatter_plain(x, s, top, left, space, patch, v, v_stride):
    """One tile of x to space[v]; positions outside x count as zero."""
    depth = s.depth
    if top >= 0 and left >= 0 and top + POINTS <= s.height and left + POINTS <= s.width:
        start = (top * s.width + left) * depth
        for c in range(0, depth, WIDTH):
            scatter_inputs(x, start + c, s.width * depth, depth, space, v + c, v_stride)
        return
    for i in range(POINTS):
        for j in range(POINTS):
            inside = 0 <= top + i < s.height and 0 <= left + j < s.width
            start, at = ((top + i) * s.width + left + j) * depth, patch + (i * POINTS + j) * depth
            for c in range(0, depth, WIDTH):
                copy_inside(x, start + c, inside, space, at + c)
    for c in range(0, depth, WIDTH):
        scatter_inputs(space, patch + c, POINTS * depth, depth, space, v + c, v_stride)


@compiled()
def _scatter_masked(g, bits, s, top, left, space, patch, v, v_stride):
    """One tile of a gradient to space[v], zero where its bit is not set.

    With pooling g is half as high and wide as its bits [height, width]: bits beyond twice its size are not read.
    """
    depth, words = s.depth, s.depth // WIDTH
    halvings = 1 if s.pooling else 0
    g_width, g_row = s.width >> halvings, (s.width >> halvings) * depth
    height, width = (s.height >> halvings) << halvings, g_width << halvings
    if top >= 0 and left >= 0 and top + POINTS <= height and left + POINTS <= width:
        start = (top >> halvings) * g_row + (left >> halvings) * depth
        word = (top * s.width + left) * words
        for c in range(0, depth, WIDTH):
            at, bit = start + c, word + c // WIDTH
            if halvings:
                scatter_masked_pooled(
                    g, at, g_row, depth, bits, bit, s.width * words, words, space, v + c, v_stride
                )
            else:
                scatter_masked(g, at, g_row, depth, bits, bit, s.width * words, words, space, v + c, v_stride)
        return
    for i in range(POINTS):
        for j in range(POINTS):
            row, column, at = top + i, left + j, patch + (i * POINTS + j) * depth
            inside = 0 <= row < height and 0 <= column < width
            start = (row >> halvings) * g_row + (column >> halvings) * depth
            word = (row * s.width + column) * words
            for c in range(0, depth, WIDTH):
                copy_masked(g, start + c, bits, word + c // WIDTH, inside, space, at + c)
    for c in range(0, depth, WIDTH):
        scatter_inputs(space, patch + c, POINTS * depth, depth, space, v + c, v_stride)


@compiled()
def _gather_rectified(space, m, m_stride, bias, y, bits, s, top, left):
    """One tile of outputs: bias, ReLU, pooling."""
    n, words = s.columns, s.columns // WIDTH
    down, right, bit_row = s.rows - top, s.across - left, s.across * words
    halvings = 1 if s.pooling != NO_POOLING else 0
    row = (s.across >> halvings) * n
    start, word = (top >> halvings) * row + (left >> halvings) * n, (top * s.across + left) * words
    for c in range(0, n, WIDTH):
        at, bit = start + c, word + c // WIDTH
        if s.pooling == NO_POOLING:
            gather_rectified(
                space, m + c, m_stride, bias, c, y, at, row, n, bits, bit, bit_row, words, down, right
            )
        elif s.pooling == MAX_POOLING:
            gather_largest(
                space, m + c, m_stride, bias, c, y, at, row, n, bits, bit, bit_row, words, down, right
            )
        else:
            gather_mean(
                space, m + c, m_stride, bias, c, y, at, row, n, bits, bit, bit_row, words, down, right
            )


@compiled()
def _multiply_group(space, v, v_stride, kernel, m, m_stride, tiles, s):
    """m[i] = v[i] @ kernel[i] for the 36 points."""
    for i in range(SQUARE):
        b = i * s.depth * s.columns
        at, to = v + i * v_stride, m + i * m_stride
        multiply(space, at, s.depth, kernel, b, s.depth, False, space, to, tiles, s.columns)


@compiled()
def _multiply_group_turned(space, v, v_stride, kernel, m, m_stride, tiles, s, turned):
    """`_multiply_group` by the flipped and transposed kernel, made panel by panel at space[turned].

    What the next panel is made from is fetched meanwhile: it lies in pieces, and the processor would not guess them.
    """
    panels, each = s.columns // PANEL, (tiles + ROWS - 1) // ROWS
    pieces = s.depth // PANEL * PANEL * PANEL // WIDTH
    for number in range(SQUARE * panels):
        source, at = _turned_panel(number, panels, s), number // panels
        for k in range(0, s.depth, WIDTH):
            block = source + k // PANEL * s.columns * PANEL + k % PANEL
            for beside in range(0, PANEL, WIDTH):
                transpose(kernel, block + beside * PANEL, PANEL, space, turned + k * PANEL + beside, PANEL)
        following = _turned_panel(min(number + 1, SQUARE * panels - 1), panels, s)
        x, y = v + at * v_stride, m + at * m_stride + number % panels * PANEL
        for part in range(each):
            for piece in range(pieces * part // each, pieces * (part + 1) // each):
                place = piece * WIDTH
                prefetch(
                    kernel, following + place // (PANEL * PANEL) * s.columns * PANEL + place % (PANEL * PANEL)
                )
            row = part * ROWS
            multiply_panel(
                space, x + row * s.depth, s.depth, 1, space, turned, PANEL, s.depth, False, space,
                y + row * s.columns, s.columns, min(ROWS, tiles - row),
            )  # fmt: skip


@compiled()
def _turned_panel(number, panels, s):
    """Where the numbers of a panel begin in the kernel for the other direction."""
    i, panel = number // panels, number % panels
    point = REVERSED[i // POINTS] * POINTS + REVERSED[i % POINTS]
    return point * s.depth * s.columns + panel * PANEL * PANEL


@compiled()
def _gather_plain(space, m, m_stride, factor, y, s, top, left):
    """One tile of outputs times `factor`."""
    n, row = s.columns, s.across * s.columns
    start = (top - s.first * OUTPUTS) * row + left * n
    for c in range(0, n, WIDTH):
        gather_outputs(space, m + c, m_stride, factor, y, start + c, row, n, s.rows - top, s.across - left)


@compiled()
def convolve_share(worker, workers, x, kernel, bias, factor, y, bits, space, s):
    """A worker's tiles of a convolution.

    Forward: y = pool(relu(x * kernel + bias)), and the bits that let a gradient pass.
    Backward: y = factor * (the gradient x, where its bits let it pass) * kernel.
    space: `space_needed` floats for each worker.
    """
    v_size, m_size, patch_size, turned_size = _planes_compiled(s.depth, s.columns, s.group)
    v_stride, m_stride = s.group * s.depth + _ODD_LINES, s.group * s.columns + _ODD_LINES
    v = worker * (v_size + m_size + patch_size + turned_size)
    m = v + v_size
    patch = m + m_size
    wide = (s.across + OUTPUTS - 1) // OUTPUTS
    count, skipped = wide * (s.last - s.first), wide * s.first
    last = skipped + count * (worker + 1) // workers
    for begin in range(skipped + count * worker // workers, last, s.group):
        tiles = min(s.group, last - begin)
        for t in range(tiles):
            top, left = (begin + t) // wide * OUTPUTS - s.padding, (begin + t) % wide * OUTPUTS - s.padding
            if s.backward:
                _scatter_masked(x, bits, s, top, left, space, patch, v + t * s.depth, v_stride)
            else:
                _scatter_plain(x, s, top, left, space, patch, v + t * s.depth, v_stride)
        if s.turned:
            _multiply_group_turned(space, v, v_stride, kernel, m, m_stride, tiles, s, patch + patch_size)
        else:
            _multiply_group(space, v, v_stride, kernel, m, m_stride, tiles, s)
        for t in range(tiles):
            top, left = (begin + t) // wide * OUTPUTS, (begin + t) % wide * OUTPUTS
            if s.backward:
                _gather_plain(space, m + t * s.columns, m_stride, factor, y, s, top, left)
            else:
                _gather_rectified(space, m + t * s.columns, m_stride, bias, y, bits, s, top, left)
