"""Where the tiles of a picture lie, what each must see, and what is cut away on the way: arithmetic only.

A tile *owns* a rectangle of pixels and, in every layer, the activations that lie over it; the tiles' own
activations cover each layer exactly once. To compute them right it must *see* more: the halo. Walking the
layer table backwards gives, for each block, the part of its input that is needed; what is no longer needed
is cut away after each pooling, so that deep layers do not pay for the halo of shallow ones. Beyond the
picture's true border nothing is seen: there, and only there, the convolutions' own padding is right.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from impasto.layers import LAYERS, TABLE, deepest

LARGER = 1.05
"""A tile may be larger by so much than asked for: a picture of two sides and its margin is not cut into three."""


class Span(NamedTuple):
    """From `start` up to, and without, `stop`."""

    start: int
    stop: int

    def within(self, outer: "Span") -> slice:
        """Where this span lies in an array that holds `outer`."""
        return slice(self.start - outer.start, self.stop - outer.start)


@dataclass(frozen=True)
class Axis:
    """One tile along one axis: `seen[b]` is what block b's input covers; seen[1] is in pixels."""

    own: Span
    seen: dict[int, Span]

    def own_at(self, stride: int) -> Span:
        """The tile's own activations in a layer of this stride."""
        return Span(self.own.start // stride, self.own.stop // stride)

    def trim(self, block: int) -> slice:
        """What to keep of what the pooling in front of `block` makes; each block's input starts at an even place."""
        before = self.seen[block - 1]
        return self.seen[block].within(Span(before.start // 2, before.stop // 2))

    def own_within(self, layer: str) -> slice:
        """Where the tile's own activations of a layer lie in what is computed of it."""
        table = LAYERS[layer]
        return self.own_at(table.stride).within(self.seen[table.block])


@dataclass(frozen=True)
class Tile:
    """One tile: its rows and its columns."""

    rows: Axis
    columns: Axis

    @property
    def pixels(self) -> tuple[slice, slice]:
        """The part of the picture that the tile sees."""
        return slice(*self.rows.seen[1]), slice(*self.columns.seen[1])

    def trims(self) -> dict[int, tuple[slice, slice]]:
        """What to keep after each pooling, by the block behind it."""
        return {
            block: (self.rows.trim(block), self.columns.trim(block)) for block in self.rows.seen if block > 1
        }


def tiles(
    height: int, width: int, layers: Sequence[str], side: int, band: Span | None = None
) -> Iterator[Tile]:
    """The tiles of a height x width picture, row by row, each owning about side x side pixels.

    `side` is rounded up to the deepest layer's stride, so that the tiles' borders fall between activations.

    band: only the tiles of these rows; it begins at a whole stride, and ends at one or with the picture.
    """
    rows = list(_axes(height, layers, side, band or Span(0, height)))
    columns = list(_axes(width, layers, side, Span(0, width)))
    return (Tile(row, column) for row in rows for column in columns)


def _axes(length: int, layers: Sequence[str], side: int, band: Span) -> Iterator[Axis]:
    """As many equal parts of whole strides as `side` asks for, about; the last one takes the odd pixels, too."""
    if band.start == band.stop:
        return
    stride = LAYERS[deepest(tuple(layers))].stride
    strides = max(1, (band.stop - band.start) // stride)
    count = math.ceil(strides / (LARGER * max(1, -(-side // stride))))
    cuts = [band.start + stride * (strides * i // count) for i in range(count)] + [band.stop]
    for start, stop in pairwise(cuts):
        own = Span(start, stop)
        yield Axis(own, _seen(own, length, layers))


def _seen(own: Span, length: int, layers: Sequence[str]) -> dict[int, Span]:
    """What each block must be given, walking back from the deepest layer asked for."""
    last = deepest(tuple(layers))
    needed: Span | None = None
    seen = {}
    for layer in reversed(TABLE[: [one.name for one in TABLE].index(last) + 1]):
        if layer.name in layers:
            mine = Span(own.start // layer.stride, own.stop // layer.stride)
            needed = (
                mine if needed is None else Span(min(needed.start, mine.start), max(needed.stop, mine.stop))
            )
        assert needed is not None  # the deepest layer comes first
        needed = Span(max(needed.start - 1, 0), min(needed.stop + 1, length // layer.stride))
        if layer.name.endswith("_1"):
            needed = Span(needed.start - needed.start % 2, needed.stop)
            seen[layer.block] = needed
            needed = Span(2 * needed.start, 2 * needed.stop)
    return dict(reversed(seen.items()))
