"""A picture cut into tiles, with its mirrored margin: what a tile sees, and where the gradient of that belongs.

The margin is never made: a tile at the picture's border reads its part of it from the pixels that it mirrors.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import torch
from torch import Tensor

from impasto.costs.term import TileWindow
from impasto.kernels.allocation import give_back
from impasto.objective.tiles import NETWORK, Blocks, Tile, tiles
from impasto.tensor_types import Features, Input, Piece, Span
from impasto.vgg.layers import LAYERS, block_stride
from impasto.vgg.vgg19 import VGG19

Observe = Callable[[str, Tensor, TileWindow], Tensor]
"""(layer, activation, its own part) -> the activation to go on with; see `VGG19.walk`."""


class Tiling:
    """The tiles of a height x width picture.

    layers: every layer that will be looked at. side: pixels a tile owns per side, about; None for one tile.
    margin: pixels of mirrored margin on each side; a picture too small for that gets less.
    band: the rows of the picture that are owned here, when it is shared by several processes: it begins at a whole
        stride of the deepest layer, and ends at one or with the picture. Images and gradients then hold `rows` only.
    blocks: the part of the network that is walked. From a block that is not the first, what is cut and added to is not
        the picture but the whole input of that block, margin and all. Not with a band.
    """

    def __init__(
        self,
        height: int,
        width: int,
        layers: Sequence[str],
        side: int | None = None,
        margin: int = 0,
        band: Span | None = None,
        blocks: Blocks = NETWORK,
    ):
        self.layers, self.blocks = list(layers), blocks
        self._sizes = height, width
        self._margins = min(margin, height - 1), min(margin, width - 1)
        self.height, self.width = height + 2 * self._margins[0], width + 2 * self._margins[1]
        self._side = side or max(self.height, self.width)
        self._band, self._owned = band, Span(0, self.height)
        if band is not None:  # the picture's outermost rows own the margin beyond them
            top, bottom = (row + self._margins[0] for row in band)
            self._owned = Span(top if band.start else 0, bottom if band.stop < height else self.height)
            if band.start == band.stop:
                self._owned = Span(top, top)

    @cached_property
    def tiles(self) -> list[Tile]:
        """Row by row; their places count from the margin's corner."""
        sizes = self.height, self.width
        return list(tiles(*sizes, self.layers, self._side, self._owned, self.blocks, self._margins))

    @cached_property
    def rows(self) -> Span:
        """The rows of the picture that an image must hold: all, or those of the band and what its tiles see."""
        if self._band is None:
            return Span(0, self._sizes[0])
        seen = [self._source(0, tile.seen[0]) for tile in self.tiles]
        return Span(
            min([self._band.start, *(int(rows.min()) for rows in seen)]),
            max([self._band.stop, *(int(rows.max()) + 1 for rows in seen)]),
        )

    def layer_size(self, layer: str) -> tuple[int, int]:
        """Rows and columns of a layer of the picture with its margin, as far as it is owned here."""
        stride = LAYERS[layer].stride
        return self._owned.stop // stride - self._owned.start // stride, self.width // stride

    def own_rows(self, layer: str) -> slice:
        """The rows of the whole layer that are owned here."""
        stride = LAYERS[layer].stride
        return slice(self._owned.start // stride, self._owned.stop // stride)

    def under(self, layer: str) -> tuple[Tensor, Tensor]:
        """The rows and columns of the picture under the positions of a whole layer, margin and all, a stride each."""
        stride = LAYERS[layer].stride
        height, width = (slice(0, size // stride * stride) for size in (self.height, self.width))
        return self._source(0, height), self._source(1, width)

    def heights(self, layer: str) -> Tensor:
        """The height of each row of a whole layer in the picture: from 0, the upper edge, to 1, the lower one."""
        rows = self.under(layer)[0].view(-1, LAYERS[layer].stride).float()
        return (rows.mean(1) + 0.5) / self._sizes[0]

    def empty_end(self, own: Piece) -> Input:
        """Room for the input of block `blocks.until`, margin and all, of which `own` is a tile's; channels last."""
        assert self.blocks.until is not None
        stride = block_stride(self.blocks.until)
        size = (1, own.shape[1], self.height // stride, self.width // stride)
        return torch.empty(size, device=own.device, dtype=own.dtype, memory_format=torch.channels_last)

    def own_end(self, tile: Tile) -> tuple[slice, slice]:
        """The rows and columns of that which a tile fills."""
        assert self.blocks.until is not None
        return tile.own_at(block_stride(self.blocks.until))

    def cut(self, image: Input, tile: Tile) -> Piece:
        """The walk's input that a tile sees, without a graph: a copy, unless the tile sees all of a deeper block's."""
        if self.blocks.first > 1:
            return image[..., *tile.seen].contiguous(memory_format=torch.channels_last).detach()
        rows, columns = self._sources(tile)
        return image.index_select(2, rows.to(image.device)).index_select(3, columns.to(image.device))

    def add(self, part: Piece, tile: Tile, gradient: Input) -> None:
        """Add the gradient by what a tile sees to that of the whole input, in place."""
        if self.blocks.first > 1:
            gradient[..., *tile.seen] += part
            return
        for axis, source in zip((2, 3), self._sources(tile), strict=True):
            first, last = int(source.min()), int(source.max())
            sums = part.new_zeros(*part.shape[:axis], last + 1 - first, *part.shape[axis + 1 :])
            part = sums.index_add_(axis, (source - first).to(part.device), part)
        top, left = (int(source.min()) for source in self._sources(tile))
        gradient[..., top : top + part.shape[2], left : left + part.shape[3]] += part

    def walk(self, encoder: VGG19, pixels: Piece, tile: Tile, observe: Observe) -> Features:
        """Send what a tile sees through the network, showing each of the layers.

        Returns the end of the walk: with `blocks.until`, what the tile owns of that block's input.
        """

        def show(layer: str, a: Tensor) -> Tensor:
            return observe(layer, a, self.window(layer, tile))

        give_back()  # of the tile before, whose pieces had other sizes
        return encoder.walk(pixels, self.layers, show, tile.crops(), self.blocks.first, self.blocks.until)

    def window(self, layer: str, tile: Tile | None = None) -> TileWindow:
        """The measured window of a tile's layer: what it owns, less the margin. Rows count from the first owned here.

        tile: None for the only one.
        """
        if tile is None:
            (tile,) = self.tiles
        stride = LAYERS[layer].stride
        owned = tile.rows.own_at(stride), tile.columns.own_at(stride)
        rows, columns = (
            Span(max(own.start, inside.start), min(own.stop, inside.stop))
            for own, inside in zip(owned, self.inside(layer), strict=True)
        )
        above = self._owned.start // stride
        there = slice(rows.start - above, rows.stop - above), slice(*columns)
        return TileWindow(there, (tile.rows.within(layer, rows), tile.columns.within(layer, columns)))

    def inside(self, layer: str) -> tuple[Span, Span]:
        """The rows and columns of a whole layer that lie over the picture itself, wholly or in part."""
        stride = LAYERS[layer].stride
        rows, columns = (
            Span(margin // stride, min(-(-(margin + size) // stride), (2 * margin + size) // stride))
            for margin, size in zip(self._margins, self._sizes, strict=True)
        )
        return rows, columns

    def _sources(self, tile: Tile) -> tuple[Tensor, Tensor]:
        """The rows and the columns of an image from which those that the tile sees are copied."""
        rows, columns = tile.seen
        return self._source(0, rows) - self.rows.start, self._source(1, columns)

    def _source(self, axis: int, seen: slice) -> Tensor:
        """The rows (axis 0) or columns (1) of the whole picture from which those of the wider one are copied."""
        return _mirrored(torch.arange(seen.start, seen.stop) - self._margins[axis], self._sizes[axis])


def _mirrored(index: Tensor, size: int) -> Tensor:
    """Indices beyond [0, size), reflected at the first and the last."""
    index = index.abs()
    return torch.where(index < size, index, 2 * (size - 1) - index)
