"""The innermost matrix product: a few rows of A times one panel of B, with the result held in registers."""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding  # type: ignore[import-untyped]
from llvmlite import ir
from torch import Tensor

from impasto.kernels.allocation import empty
from impasto.kernels.compile import compiled, intrinsic, types
from impasto.kernels.simd import WIDTH, Lanes, Memory, broadcast, constant

_HAS_WIDE_REGISTERS = bool(llvmlite.binding.get_host_cpu_features().get("avx512f"))

# As many accumulators as the register file holds, in addition to a panel's row and one number of A.
ROWS, FEW_ROWS, VECTORS = (12, 4, 2) if _HAS_WIDE_REGISTERS else (6, 2, 1)
PANEL = VECTORS * WIDTH
"""Columns of B that are worked on together; B is stored panel by panel: [columns / PANEL, depth, PANEL]."""


def _product(
    builder: ir.IRBuilder,
    rows: int,
    a: Callable[[ir.Value, int], Memory],
    b: Callable[[ir.Value], Memory],
    depth: ir.Value,
) -> list[Lanes]:
    """Emit the loop over `depth`; the rows x VECTORS sums, as they stand after it.

    a: where the number of (k, row) lies; b: where the panel's row k lies.
    """
    entry, index = builder.block, depth.type
    loop, done = builder.append_basic_block("depth"), builder.append_basic_block("done")
    zero = constant(builder, 0.0).value
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(index)
    k.add_incoming(ir.Constant(index, 0), entry)
    sums = [builder.phi(zero.type) for _ in range(rows * VECTORS)]
    columns = [b(k).at(ir.Constant(index, v * WIDTH)).load() for v in range(VECTORS)]
    new = []
    for row in range(rows):
        factor = broadcast(builder, a(k, row).number())
        new += [factor * columns[v] + Lanes(builder, sums[row * VECTORS + v]) for v in range(VECTORS)]
    following = builder.add(k, ir.Constant(index, 1))
    k.add_incoming(following, builder.block)
    for total, lanes in zip(sums, new, strict=True):
        total.add_incoming(zero, entry)
        total.add_incoming(lanes.value, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, done)
    builder.position_at_end(done)
    return new


def _multiplier(rows: int) -> Any:
    @intrinsic
    def multiply(
        typing_context, a, a_start, a_stride, a_step, b, b_start, b_stride, depth, add, c, c_start, c_stride
    ):
        index = types.intp
        signature = types.void(a, *[index] * 3, b, *[index] * 3, types.boolean, c, index, index)

        def generate(context, builder, signature, values):
            (
                a_,
                a_start_,
                a_stride_,
                a_step_,
                b_,
                b_start_,
                b_stride_,
                depth_,
                add_,
                c_,
                c_start_,
                c_stride_,
            ) = values
            left = Memory.of(context, builder, signature.args[0], a_).at(a_start_)
            right = Memory.of(context, builder, signature.args[4], b_).at(b_start_)
            result = Memory.of(context, builder, signature.args[9], c_).at(c_start_)

            def a_at(k: ir.Value, row: int) -> Memory:
                start = builder.mul(a_stride_, ir.Constant(k.type, row))
                return left.at(builder.add(start, builder.mul(k, a_step_)))

            sums = _product(builder, rows, a_at, lambda k: right.at(builder.mul(k, b_stride_)), depth_)
            for row in range(rows):
                at_row = result.at(builder.mul(c_stride_, ir.Constant(c_stride_.type, row)))
                for v in range(VECTORS):
                    place = at_row.at(ir.Constant(c_stride_.type, v * WIDTH))
                    place.store(sums[row * VECTORS + v] + place.load().keep(add_))
            return context.get_dummy_value()

        return signature, generate

    return multiply


_multiply_rows = _multiplier(ROWS)
_multiply_few_rows = _multiplier(FEW_ROWS)

DEPTH_IN_ONE_SUM = 128


@compiled()
def multiply_panel(
    a, a_start, a_stride, a_step, b, b_start, b_stride, depth, add, c, c_start, c_stride, rows
):
    """C[rows, PANEL] = A[rows, depth] B[depth, PANEL], or += if `add`.

    A's rows are a_stride apart and its columns a_step; the rows of B and C are b_stride and c_stride apart.
    A and C need room for `rows` rounded up to FEW_ROWS. Sums are made of parts of DEPTH_IN_ONE_SUM products:
    the rounding error grows with the length of a part and the number of parts, not with their product.
    """
    row = 0
    while row < rows:
        many = rows - row > ROWS - FEW_ROWS
        at, to = a_start + row * a_stride, c_start + row * c_stride
        for done in range(0, depth, DEPTH_IN_ONE_SUM):
            part, more = min(depth - done, DEPTH_IN_ONE_SUM), add or done > 0
            x, y = at + done * a_step, b_start + done * b_stride
            if many:
                _multiply_rows(a, x, a_stride, a_step, b, y, b_stride, part, more, c, to, c_stride)
            else:
                _multiply_few_rows(a, x, a_stride, a_step, b, y, b_stride, part, more, c, to, c_stride)
        row += ROWS if many else FEW_ROWS


@compiled()
def multiply(a, a_start, a_stride, b, b_start, depth, add, c, c_start, rows, columns):
    """C[rows, columns] = A[rows, depth] B[depth, columns] with B in panels, or += if `add`; see `multiply_panel`."""
    for panel in range(columns // PANEL):
        b_panel, to = b_start + panel * PANEL * depth, c_start + panel * PANEL
        multiply_panel(a, a_start, a_stride, 1, b, b_panel, PANEL, depth, add, c, to, columns, rows)


def in_panels(matrices: Tensor) -> Tensor:
    """Matrices [number, depth, columns] as `multiply` reads B: [number, columns / PANEL, depth, PANEL] in one row."""
    number, depth, columns = matrices.shape
    panels = matrices.detach().reshape(number, depth, columns // PANEL, PANEL).transpose(1, 2)
    return empty(tuple(panels.shape)).copy_(panels).reshape(-1)
