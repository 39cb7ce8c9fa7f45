"""Sixteen neighbouring float32 channels as one value, in the code that numba generates.

`Lanes` writes vector instructions where ordinary arithmetic is written, so that a formula such as
`winograd_transforms.transform_inputs` becomes straight-line vector code. LLVM splits a `Lanes` into as many registers
as the machine needs: one with AVX-512, two with AVX2, four with NEON.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

from impasto.kernels.compile import intrinsic, types

WIDTH = 16
FLOATS = ir.VectorType(ir.FloatType(), WIDTH)
_BITS = ir.VectorType(ir.IntType(1), WIDTH)
_WORD = ir.IntType(WIDTH)
_FUSE = ("contract",)  # lets LLVM turn a * b + c into one instruction
_ALIGNMENT = 4


class Lanes:
    """A vector register under construction."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value):
        self.builder, self.value = builder, value

    def __add__(self, other: Lanes) -> Lanes:
        return Lanes(self.builder, self.builder.fadd(self.value, other.value, flags=_FUSE))

    def __sub__(self, other: Lanes) -> Lanes:
        return Lanes(self.builder, self.builder.fsub(self.value, other.value, flags=_FUSE))

    def __mul__(self, other: Lanes | float) -> Lanes:
        factor = other.value if isinstance(other, Lanes) else constant(self.builder, other).value
        return Lanes(self.builder, self.builder.fmul(self.value, factor, flags=_FUSE))

    def keep(self, bits: ir.Value) -> Lanes:
        """The lanes whose bit is set, zero in the others; or, for a single bit, all or none."""
        return Lanes(self.builder, self.builder.select(bits, self.value, constant(self.builder, 0.0).value))

    def rectified(self) -> Lanes:
        """max(self, 0); not-a-number stays what it is."""
        negative = self.builder.fcmp_ordered("<", self.value, constant(self.builder, 0.0).value)
        return self.keep(self.builder.not_(negative))

    def maximum(self, other: Lanes) -> Lanes:
        """The larger of two, `self` where they are equal."""
        larger = self.builder.fcmp_ordered(">", other.value, self.value)
        return Lanes(self.builder, self.builder.select(larger, other.value, self.value))

    def positive(self) -> ir.Value:
        """One bit a lane: is it above zero?"""
        return self.builder.fcmp_ordered(">", self.value, constant(self.builder, 0.0).value)

    def equals(self, other: Lanes) -> ir.Value:
        """One bit a lane: are they equal?"""
        return self.builder.fcmp_ordered("==", self.value, other.value)


def constant(builder: ir.IRBuilder, number: float) -> Lanes:
    """The same number in every lane."""
    return Lanes(builder, ir.Constant(FLOATS, [number] * WIDTH))


def broadcast(builder: ir.IRBuilder, number: ir.Value) -> Lanes:
    """One float32 in every lane."""
    first = builder.insert_element(ir.Constant(FLOATS, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return Lanes(builder, builder.shuffle_vector(first, ir.Constant(FLOATS, ir.Undefined), zeros))


class Memory:
    """A flat numpy array, or the part of it from one element on, read and written sixteen elements at a time."""

    def __init__(self, builder: ir.IRBuilder, pointer: ir.Value):
        self.builder, self.pointer = builder, pointer

    @classmethod
    def of(cls, context: Any, builder: ir.IRBuilder, array_type: Any, array: ir.Value) -> Memory:
        """The elements of a numpy array that a compiled function was given."""
        return cls(builder, context.make_array(array_type)(context, builder, array).data)

    def at(self, element: ir.Value) -> Memory:
        """The part from `element` on."""
        return Memory(self.builder, self.builder.gep(self.pointer, [element]))

    def number(self) -> ir.Value:
        """The first element."""
        return self.builder.load(self.pointer)

    def load(self) -> Lanes:
        """Sixteen floats."""
        pointer = self.builder.bitcast(self.pointer, FLOATS.as_pointer())
        return Lanes(self.builder, self.builder.load(pointer, align=_ALIGNMENT))

    def store(self, lanes: Lanes) -> None:
        """Write sixteen floats."""
        pointer = self.builder.bitcast(self.pointer, FLOATS.as_pointer())
        self.builder.store(lanes.value, pointer, align=_ALIGNMENT)

    def prefetch(self) -> None:
        """Have the first element's cache line fetched meanwhile."""
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        name, signature = "llvm.prefetch.p0i8", ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        fetch = self.builder.module.globals.get(name) or ir.Function(self.builder.module, signature, name)
        to_read, into_second_cache, data = (ir.Constant(word, one) for one in (0, 2, 1))
        pointer = self.builder.bitcast(self.pointer, byte)
        self.builder.call(fetch, [pointer, to_read, into_second_cache, data])

    def load_bits(self) -> ir.Value:
        """Sixteen bits, from one int16."""
        word = self.builder.load(self.builder.bitcast(self.pointer, _WORD.as_pointer()), align=2)
        return self.builder.bitcast(word, _BITS)

    def store_bits(self, bits: ir.Value) -> None:
        """Write sixteen bits into one int16."""
        self.builder.store(
            self.builder.bitcast(bits, _WORD), self.builder.bitcast(self.pointer, _WORD.as_pointer()), align=2
        )


@intrinsic
def copy(typing_context, x, start, y, y_start):
    """Sixteen floats of the flat array x, from `start` on, to y, from `y_start` on."""
    signature = types.void(x, types.intp, y, types.intp)

    def generate(context, builder, signature, values):
        source = Memory.of(context, builder, signature.args[0], values[0]).at(values[1])
        Memory.of(context, builder, signature.args[2], values[2]).at(values[3]).store(source.load())
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def prefetch(typing_context, x, start):
    """Have sixteen floats of the flat array x fetched into the cache, from `start` on, while the program goes on."""
    signature = types.void(x, types.intp)

    def generate(context, builder, signature, values):
        Memory.of(context, builder, signature.args[0], values[0]).at(values[1]).prefetch()
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def transpose(typing_context, x, start, stride, y, y_start, y_stride):
    """Sixteen rows of sixteen floats of the flat array x, `stride` apart, to the columns of as many rows of y.

    Row by row: each of four rounds lays the first half of the rows between those of the second.
    """
    signature = types.void(x, *[types.intp] * 2, y, *[types.intp] * 2)

    def generate(context, builder, signature, values):
        source = Memory.of(context, builder, signature.args[0], values[0]).at(values[1])
        target = Memory.of(context, builder, signature.args[3], values[3]).at(values[4])
        rows = [
            source.at(builder.mul(values[2], ir.Constant(values[2].type, i))).load().value
            for i in range(WIDTH)
        ]
        halves = [
            ir.Constant(
                ir.VectorType(ir.IntType(32), WIDTH), [i // 2 + first + WIDTH * (i % 2) for i in range(WIDTH)]
            )
            for first in (0, WIDTH // 2)
        ]
        for _ in range(WIDTH.bit_length() - 1):
            rows = [
                builder.shuffle_vector(rows[i], rows[i + WIDTH // 2], half)
                for i in range(WIDTH // 2)
                for half in halves
            ]
        for i, row in enumerate(rows):
            target.at(builder.mul(values[5], ir.Constant(values[5].type, i))).store(Lanes(builder, row))
        return context.get_dummy_value()

    return signature, generate
