"""Where the tiles of a picture lie, what each must see, and what is cut away on the way: arithmetic only.

A tile *owns* a rectangle of pixels and, in every layer, the activations that lie over it; the tiles' own
activations cover each layer exactly once. To compute them right it must *see* more: the halo. Walking the
layer table backwards gives, for each block, the part of its input that is needed; what is no longer needed
is cut away after each pooling, so that deep layers do not pay for the halo of shallow ones. Beyond the
picture's true border nothing is seen: there, and only there, the convolutions' own padding is right.

A walk need not begin at the pixels, nor end at a layer that is looked at: `Blocks`.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from impasto.tensor_types import Span
from impasto.vgg.layers import LAYERS, TABLE, Layer, block_stride, deepest, upto

TILE_TOLERANCE = 1.05
"""The side of a tile may be this multiple of what was asked for: a picture of two sides and its margin is not cut into
three."""


class Blocks(NamedTuple):
    """The part of the network that is walked: from the input of block `first` to the deepest layer that is looked at.

    until: or to the input of this block, which tiles then own like a layer.
    """

    first: int = 1
    until: int | None = None

    def layers(self, looked_at: Collection[str]) -> Sequence[Layer]:
        """The layers that are computed."""
        if self.until is not None:
            return [one for one in TABLE if self.first <= one.block < self.until]
        return [one for one in upto(looked_at) if one.block >= self.first]

    def stride(self, looked_at: Collection[str]) -> int:
        """Pixels to which the tiles' borders are rounded."""
        return block_stride(self.until) if self.until else LAYERS[deepest(tuple(looked_at))].stride


NETWORK = Blocks()  # all blocks: from the pixels to the deepest layer


@dataclass(frozen=True)
class TileAxis:
    """One tile along one axis: `seen[b]` is what block b's input covers; seen[1] is in pixels.

    The first is what is cut out of the walk's input. With `Blocks.until` the last is what the tile owns of its end.
    """

    own: Span
    seen: dict[int, Span]

    def own_at(self, stride: int) -> Span:
        """The tile's own activations in a layer of this stride."""
        return Span(self.own.start // stride, self.own.stop // stride)

    def crop(self, block: int) -> slice:
        """The slice of the output of the pooling before `block`; each block's input starts at an even position."""
        before = self.seen[block - 1]
        return self.seen[block].within(Span(before.start // 2, before.stop // 2))

    def within(self, layer: str, positions: Span) -> slice:
        """Positions of the whole layer as a slice of what is computed of it for this tile."""
        return positions.within(self.seen[LAYERS[layer].block])


@dataclass(frozen=True)
class Tile:
    """One tile: its rows and its columns."""

    rows: TileAxis
    columns: TileAxis

    @property
    def seen(self) -> tuple[slice, slice]:
        """The part of the walk's input that the tile sees."""
        first = min(self.rows.seen)
        return slice(*self.rows.seen[first]), slice(*self.columns.seen[first])

    def own_at(self, stride: int) -> tuple[slice, slice]:
        """The tile's own positions in a layer of this stride."""
        return slice(*self.rows.own_at(stride)), slice(*self.columns.own_at(stride))

    def crops(self) -> dict[int, tuple[slice, slice]]:
        """The slices to crop to after each pooling, by the block behind it."""
        _, *later = self.rows.seen
        return {block: (self.rows.crop(block), self.columns.crop(block)) for block in later}


def tiles(
    height: int,
    width: int,
    layers: Sequence[str],
    side: int,
    band: Span | None = None,
    blocks: Blocks = NETWORK,
    margins: tuple[int, int] = (0, 0),
) -> Iterator[Tile]:
    """The tiles of a height x width picture, row by row, each owning about side x side pixels.

    `side` is rounded up to the deepest layer's stride, so that the tiles' borders fall between activations.

    band: only the tiles of these rows; it begins at a whole stride, and ends at one or with the picture.
    margins: so many pixels above and below, left and right are a margin. No tile owns nothing but that.
    """
    rows = _axes(height, tuple(layers), side, band or Span(0, height), blocks, margins[0])
    columns = _axes(width, tuple(layers), side, Span(0, width), blocks, margins[1])
    return (Tile(row, column) for row in rows for column in columns)


@lru_cache(maxsize=1024)  # a plan tries hundreds of layouts that share most of them
def _axes(
    length: int, layers: tuple[str, ...], side: int, band: Span, blocks: Blocks, margin: int
) -> tuple[TileAxis, ...]:
    """About as many equal parts of whole strides as `side` asks for; the last one also takes the odd pixels."""
    if band.start == band.stop:
        return ()
    stride = blocks.stride(layers)
    strides = max(1, (band.stop - band.start) // stride)
    count = math.ceil(strides / (TILE_TOLERANCE * max(1, -(-side // stride))))
    cuts = [band.start + stride * (strides * i // count) for i in range(count)]
    inner = [cut for cut in cuts if margin < cut < length - margin and cut > band.start]
    owned = [Span(start, stop) for start, stop in pairwise([band.start, *inner, band.stop])]
    return tuple(TileAxis(own, _seen(own, length, layers, blocks)) for own in owned)


def _seen(own: Span, length: int, layers: Sequence[str], blocks: Blocks) -> dict[int, Span]:
    """The input that each block needs, computed backwards from the end of the walk."""
    needed: Span | None = None
    seen = {}
    if blocks.until is not None:
        stride = block_stride(blocks.until)
        seen[blocks.until] = Span(own.start // stride, own.stop // stride)
        needed = Span(*(2 * place for place in seen[blocks.until]))
    for layer in reversed(blocks.layers(layers)):
        if layer.name in layers:
            mine = Span(own.start // layer.stride, own.stop // layer.stride)
            seen_later = needed or mine
            needed = Span(min(seen_later.start, mine.start), max(seen_later.stop, mine.stop))
        assert needed is not None  # the deepest layer comes first
        needed = Span(max(needed.start - 1, 0), min(needed.stop + 1, length // layer.stride))
        if layer.name.endswith("_1"):
            needed = Span(needed.start - needed.start % 2, needed.stop)
            seen[layer.block] = needed
            needed = Span(2 * needed.start, 2 * needed.stop)
    return dict(reversed(seen.items()))
