"""One Winograd tile, sixteen channels at a time: 6x6 inputs to 36 points, and 36 products to 4x4 outputs.

Starts and strides count elements. `bits` arrays are int16: one bit for each of sixteen channels.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

from impasto.kernels.compile import intrinsic, types
from impasto.kernels.convolution.winograd_transforms import (
    OUTPUTS,
    POINTS,
    transform_inputs,
    transform_outputs,
)
from impasto.kernels.simd import Lanes, Memory, broadcast, constant

Grid = list[list[Lanes]]


def _in_two_dimensions(transform: Callable[[Sequence[Lanes]], Sequence[Lanes]], grid: Grid) -> Grid:
    rows = [transform(row) for row in grid]
    columns = [transform(column) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


class _Walk:
    """Addresses start + row * row_stride + column * column_stride in one array."""

    def __init__(self, memory: Memory, start: ir.Value, row_stride: ir.Value, column_stride: ir.Value):
        self.memory, self.start = memory, start
        self.row_stride, self.column_stride = row_stride, column_stride

    def __call__(self, row: int, column: int) -> Memory:
        builder, index = self.memory.builder, self.start.type
        down = builder.mul(self.row_stride, ir.Constant(index, row))
        right = builder.mul(self.column_stride, ir.Constant(index, column))
        return self.memory.at(builder.add(builder.add(self.start, down), right))


def _points(memory: Memory, start: ir.Value, stride: ir.Value) -> _Walk:
    builder = memory.builder
    return _Walk(memory, start, builder.mul(stride, ir.Constant(stride.type, POINTS)), stride)


@intrinsic
def scatter_inputs(typing_context, x, start, row_stride, column_stride, v, v_start, v_stride):
    """v[i * v_stride], i in 36, from the 6x6 positions of x."""
    signature = types.void(x, types.intp, types.intp, types.intp, v, types.intp, types.intp)

    def generate(context, builder, signature, values):
        source = _Walk(Memory.of(context, builder, signature.args[0], values[0]), *values[1:4])
        target = _points(Memory.of(context, builder, signature.args[4], values[4]), *values[5:7])
        _store(_in_two_dimensions(transform_inputs, _grid(POINTS, lambda i, j: source(i, j).load())), target)
        return context.get_dummy_value()

    return signature, generate


def _masked_scatter(pooled: bool) -> Any:
    """`scatter_inputs` of the positions whose bit is set; `pooled`: x has one value for 2x2 bits, and the tile
    begins with the second of two."""

    @intrinsic
    def scatter(
        typing_context, x, start, row_stride, column_stride, bits, b_start, b_row_stride, b_column_stride, v,
        v_start, v_stride,
    ):  # fmt: skip
        signature = types.void(x, *[types.intp] * 3, bits, *[types.intp] * 3, v, types.intp, types.intp)

        def generate(context, builder, signature, values):
            source = _Walk(Memory.of(context, builder, signature.args[0], values[0]), *values[1:4])
            mask = _Walk(Memory.of(context, builder, signature.args[4], values[4]), *values[5:8])
            target = _points(Memory.of(context, builder, signature.args[8], values[8]), *values[9:11])

            def load(i: int, j: int) -> Lanes:
                value = source((i + 1) // 2, (j + 1) // 2) if pooled else source(i, j)
                return value.load().keep(mask(i, j).load_bits())

            _store(_in_two_dimensions(transform_inputs, _grid(POINTS, load)), target)
            return context.get_dummy_value()

        return signature, generate

    return scatter


scatter_masked = _masked_scatter(pooled=False)
scatter_masked_pooled = _masked_scatter(pooled=True)


def _grid(size: int, load: Callable[[int, int], Lanes]) -> Grid:
    return [[load(i, j) for j in range(size)] for i in range(size)]


def _store(grid: Grid, target: Callable[[int, int], Memory]) -> None:
    for i, row in enumerate(grid):
        for j, lanes in enumerate(row):
            target(i, j).store(lanes)


class _Border:
    """Which positions of a tile exist: rows below `height`, columns below `width`."""

    def __init__(self, builder: ir.IRBuilder, height: ir.Value, width: ir.Value):
        self.builder, self.height, self.width = builder, height, width

    def holds(self, row: int, column: int) -> Any:
        """A context: what is emitted in it runs only where (row, column) exists."""
        index = self.height.type
        inside = self.builder.and_(
            self.builder.icmp_signed(">", self.height, ir.Constant(index, row)),
            self.builder.icmp_signed(">", self.width, ir.Constant(index, column)),
        )
        return self.builder.if_then(inside, likely=True)


def _outputs(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Grid:
    products = _points(Memory.of(context, builder, signature.args[0], values[0]), *values[1:3])
    return _in_two_dimensions(transform_outputs, _grid(POINTS, lambda i, j: products(i, j).load()))


@intrinsic
def gather_outputs(
    typing_context, m, m_start, m_stride, factor, y, start, row_stride, column_stride, height, width
):
    """The 4x4 outputs times `factor`, written to y where they lie within height x width."""
    signature = types.void(m, types.intp, types.intp, types.float32, y, *[types.intp] * 5)

    def generate(context, builder, signature, values):
        grid = _outputs(context, builder, signature, values)
        scale = broadcast(builder, values[3])
        target = _Walk(Memory.of(context, builder, signature.args[4], values[4]), *values[5:8])
        border = _Border(builder, *values[8:10])
        for i, row in enumerate(grid):
            for j, lanes in enumerate(row):
                with border.holds(i, j):
                    target(i, j).store(lanes * scale)
        return context.get_dummy_value()

    return signature, generate


def _rectified_gather(finish: Callable[[Sequence[Lanes]], tuple[Lanes | None, list[ir.Value]]] | None) -> Any:
    """The 4x4 outputs plus bias, after the ReLU, and the bits that let a gradient pass.

    finish: None, or a 2x2 pooling: (four activations) -> (one value, four bits).
    """

    @intrinsic
    def gather(
        typing_context, m, m_start, m_stride, bias, bias_start, y, start, row_stride, column_stride,
        bits, b_start, b_row_stride, b_column_stride, height, width,
    ):  # fmt: skip
        signature = types.void(
            m, types.intp, types.intp, bias, types.intp, y, *[types.intp] * 3, bits, *[types.intp] * 5
        )

        def generate(context, builder, signature, values):
            offset = Memory.of(context, builder, signature.args[3], values[3]).at(values[4]).load()
            grid = [
                [(lanes + offset).rectified() for lanes in row]
                for row in _outputs(context, builder, signature, values)
            ]
            target = _Walk(Memory.of(context, builder, signature.args[5], values[5]), *values[6:9])
            mask = _Walk(Memory.of(context, builder, signature.args[9], values[9]), *values[10:13])
            border = _Border(builder, *values[13:15])
            if finish is None:
                for i in range(OUTPUTS):
                    for j in range(OUTPUTS):
                        with border.holds(i, j):
                            target(i, j).store(grid[i][j])
                            mask(i, j).store_bits(grid[i][j].positive())
            else:
                for i in range(0, OUTPUTS, 2):
                    for j in range(0, OUTPUTS, 2):
                        pooled, passing = finish(
                            [grid[i][j], grid[i][j + 1], grid[i + 1][j], grid[i + 1][j + 1]]
                        )
                        with border.holds(i + 1, j + 1):
                            target(i // 2, j // 2).store(pooled)
                            for n, bit in enumerate(passing):
                                mask(i + n // 2, j + n % 2).store_bits(bit)
            return context.get_dummy_value()

        return signature, generate

    return gather


def _largest(four: Sequence[Lanes]) -> tuple[Lanes, list[ir.Value]]:
    """The maximum; a gradient passes to the first that attains it, if the ReLU lets it."""
    builder = four[0].builder
    largest = four[0].maximum(four[1]).maximum(four[2].maximum(four[3]))
    free, passing = largest.positive(), []
    for lanes in four:
        bit = builder.and_(free, lanes.equals(largest))
        passing.append(bit)
        free = builder.and_(free, builder.not_(bit))
    return largest, passing


def _mean(four: Sequence[Lanes]) -> tuple[Lanes, list[ir.Value]]:
    """The mean; a gradient passes wherever the ReLU lets it."""
    total = (four[0] + four[1]) + (four[2] + four[3])
    return total * 0.25, [lanes.positive() for lanes in four]


gather_rectified = _rectified_gather(None)
gather_largest = _rectified_gather(_largest)
gather_mean = _rectified_gather(_mean)


@intrinsic
def copy_inside(typing_context, x, start, inside, y, y_start):
    """Sixteen floats of x to y if `inside`; otherwise zeros, and x is not read."""
    signature = types.void(x, types.intp, types.boolean, y, types.intp)

    def generate(context, builder, signature, values):
        target = Memory.of(context, builder, signature.args[3], values[3]).at(values[4])
        with builder.if_else(values[2], likely=True) as (then, otherwise):
            with then:
                target.store(Memory.of(context, builder, signature.args[0], values[0]).at(values[1]).load())
            with otherwise:
                target.store(constant(builder, 0.0))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def copy_masked(typing_context, x, start, bits, b_start, inside, y, y_start):
    """`copy_inside` of the floats whose bit is set; zeros for the others."""
    signature = types.void(x, types.intp, bits, types.intp, types.boolean, y, types.intp)

    def generate(context, builder, signature, values):
        target = Memory.of(context, builder, signature.args[5], values[5]).at(values[6])
        with builder.if_else(values[4], likely=True) as (then, otherwise):
            with then:
                source = Memory.of(context, builder, signature.args[0], values[0]).at(values[1]).load()
                mask = Memory.of(context, builder, signature.args[2], values[2]).at(values[3])
                target.store(source.keep(mask.load_bits()))
            with otherwise:
                target.store(constant(builder, 0.0))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def rectify(typing_context, x, start, bias, bias_start, y, y_start, bits, b_start):
    """Sixteen floats of x plus bias, after the ReLU, and the bits that let a gradient pass."""
    signature = types.void(x, types.intp, bias, types.intp, y, types.intp, bits, types.intp)

    def generate(context, builder, signature, values):
        source, offset, target, mask = (
            Memory.of(context, builder, signature.args[i], values[i]).at(values[i + 1])
            for i in range(0, 8, 2)
        )
        result = (source.load() + offset.load()).rectified()
        target.store(result)
        mask.store_bits(result.positive())
        return context.get_dummy_value()

    return signature, generate
