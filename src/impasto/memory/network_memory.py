"""Bytes that a walk through the network needs: arithmetic on the layer table, and a few measured constants.

The walk is followed layer by layer. Forward, a layer's input and output are there at once. With a graph, what
the gradient will need stays: one bit an activation and the activations that a Gram matrix was taken of (the
compiled algorithms), or every activation (torch's). Backward, the gradients by a layer's output and input are
there at once, in addition to what has not been used up yet.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from impasto.costs.styles import STYLE_COSTS
from impasto.objective.tiles import NETWORK, Blocks
from impasto.objective.tiling import Tiling
from impasto.vgg.layers import LAYERS, TABLE, Layer, block_channels, block_stride, deepest, upto

FLOAT = 4
CUSTOM_COPIES = 2
"""Activations' worth that a cost of the user's own is thought to keep for its gradient."""
OPEN_STRIPS = 3
"""Strips' worth of activations while block 1's gradient is taken: some rows, the gradient by them, and one more."""
VECTOR = 12
"""Bytes a pixel of a picture in float32."""
BITS = 8 * FLOAT
"""A bit an activation is this part of the activations."""
DIFFERENCE_FORWARD, DIFFERENCE_BACK = 3, 3
"""Activations' worth that torch has alive for sum (a_C - a_G)^2: a_G, the difference and its square; and for its
gradient, in addition to the difference, as its allocator counts them (`tests/memory/test_footprint.py`)."""


@dataclass(frozen=True)
class Network:
    """The layers that the encoder is asked for, and how it computes them.

    content, style: layers that are looked at. pooling: "max" or "average". compiled: whether the fused
    algorithms are used, or torch's. workers: threads that compute. custom: layers that costs of the user's own look at.
    """

    content: frozenset[str]
    style: frozenset[str]
    pooling: str
    compiled: bool
    workers: int = 1
    custom: frozenset[str] = frozenset()

    @property
    def layers(self) -> list[str]:
        """All layers that are looked at."""
        return sorted(self.content | self.style | self.custom)

    def kernel_bytes(self) -> int:
        """Kernels as the layers keep them: made when a layer is first computed, in addition to the weights' file."""
        layers = upto(self.layers)[1:]
        if not self.compiled:  # unpacked, channels last
            return sum(FLOAT * one.kernel_values for one in layers)
        from impasto.vgg.convolution.winograd import kernel_bytes  # needs llvmlite

        return sum(kernel_bytes(one.n_in, one.n_out) for one in layers)

    def working_bytes(self, pixels: int, blocks: Blocks = NETWORK) -> int:
        """Room in which the fused algorithms work, a part for each worker: as much as the layer that takes most.

        A square is as good as any picture of so many pixels: a worker's part hardly depends on the shape.
        """
        if not self.compiled:
            return 0
        from impasto.vgg.convolution.winograd import working_bytes  # needs llvmlite

        side = math.isqrt(pixels)
        return max(
            (
                working_bytes(one.n_in, one.n_out, (side // one.stride, side // one.stride), self.workers)
                for one in blocks.layers(self.layers)
                if one is not TABLE[0]
            ),
            default=0,
        )

    def forward_bytes(self, pixels: int, layers: Collection[str], looking: int = 0) -> int:
        """The most bytes that there are at once without a graph.

        looking: activations' worth of memory that is taken while one of `layers` is looked at.
        """
        return max(
            max(
                self._input(one, pixels) + self._made_with_output(one, pixels, layers),
                self._output(one, pixels, layers)
                + (looking * _activation_bytes(one, pixels) if one.name in layers else 0),
            )
            for one in upto(layers)
        )

    def gradient_bytes(self, pixels: int, blocks: Blocks = NETWORK) -> int:
        """The most bytes at once of a walk over so many pixels with a graph, and back."""
        layers, kept, most = blocks.layers(self.layers), map_bytes(pixels, blocks.first), 0
        held, input_is_kept = [], False
        for one in layers:
            shown = 0 if input_is_kept else self._input(one, pixels)
            most = max(most, kept + shown + self._made_with_output(one, pixels, self.layers))
            if one.name in self.content:
                most = max(most, kept + DIFFERENCE_FORWARD * _activation_bytes(one, pixels))
            kept += self._for_gradient(one, pixels)
            held.append(kept)
            input_is_kept = not self.compiled or (one.name in self.style and not one.ends_block)
        end = 0 if blocks.until is None else map_bytes(pixels, blocks.until)
        return max(
            most,
            *(end + so_far + self._back(one, pixels) for one, so_far in zip(layers, held, strict=True)),
        )

    def whole_bytes(self, pixels: int) -> int:
        """`gradient_bytes` of a picture that is walked at once: block 1 keeps less there (`vgg/opening.py`)."""
        opened = self.compiled and "relu1_2" not in self.layers and LAYERS[deepest(self.layers)].block > 1
        if not opened:
            return self.gradient_bytes(pixels)
        from impasto.vgg.opening import SMALLEST, STRIP_BYTES  # needs llvmlite

        if pixels < SMALLEST:
            return self.gradient_bytes(pixels)
        first, second = TABLE[:2]
        kept = VECTOR * pixels + _activation_bytes(second, pixels) // BITS
        forward = self._output(first, pixels, self.layers) + self._made_with_output(
            second, pixels, self.layers
        )
        if first.name in self.content:
            forward = max(forward, DIFFERENCE_FORWARD * _activation_bytes(first, pixels))
        behind = self.gradient_bytes(pixels, Blocks(2)) - map_bytes(pixels, 2)  # whose input is not kept
        strips = min(OPEN_STRIPS * STRIP_BYTES, 2 * _activation_bytes(first, pixels))
        back = map_bytes(pixels, 2) + 2 * VECTOR * pixels + strips
        return kept + max(forward, behind, back)

    def evaluation_bytes(self, stages: Sequence[Tiling], gradient: int, *, whole: bool = False) -> int:
        """At the peak of an evaluation, without its picture: the gradient's bytes, and what a tile takes.

        whole: whether the picture is walked at once, without tiles.

        In two stages the map between them and the derivative by it are there while the deep blocks are walked, and the
        derivative alone while the gradient goes back through the shallow ones.
        """
        if whole:
            return gradient + self.whole_bytes(largest_tile(stages[0]))
        tiles = [self.gradient_bytes(largest_tile(one), one.blocks) for one in stages]
        if len(tiles) == 1:
            return gradient + tiles[0]
        shallow, deep = tiles
        between = map_bytes(stages[0].height * stages[0].width, stages[1].blocks.first)
        maps = 2 if len(stages[1].tiles) > 1 else 1  # a tile that sees all of it is no copy: `Tiling.cut`
        return max(maps * between + deep, gradient + between + shallow)

    def _input(self, layer: Layer, pixels: int) -> int:
        """A layer's input."""
        return FLOAT * layer.n_in * pixels // layer.stride**2

    def _output(self, layer: Layer, pixels: int, layers: Collection[str]) -> int:
        """A layer's output: pooled at once, where that is fused."""
        whole = _activation_bytes(layer, pixels)
        pooled = self.compiled and layer.name not in layers and layer.ends_block
        return whole // 4 if pooled else whole

    def _made_with_output(self, layer: Layer, pixels: int, layers: Collection[str]) -> int:
        """A layer's output, and what is made with it: a bit each, or torch's output before the ReLU."""
        whole = _activation_bytes(layer, pixels)
        return self._output(layer, pixels, layers) + whole // BITS if self.compiled else 2 * whole

    def _for_gradient(self, layer: Layer, pixels: int) -> int:
        """Bytes that a layer keeps for the gradient: its activations, where needed, and their difference from a_C."""
        whole = _activation_bytes(layer, pixels)
        difference = whole if layer.name in self.content else 0
        if layer.name in self.custom:  # itself, and what its measurement keeps: a guess
            difference += CUSTOM_COPIES * whole
        if not self.compiled:  # torch's ReLU keeps its output, and the next convolution its pooled input
            pooled = whole // 4 if layer.ends_block else 0
            return whole + pooled + difference + self._indices(layer, pixels)
        return (
            whole // BITS + difference + self._activations_kept(layer, pixels) + self._indices(layer, pixels)
        )

    def _activations_kept(self, layer: Layer, pixels: int) -> int:
        """A layer's activations, where compiled layers keep them: for its Gram matrix, or for a pooling of torch's."""
        asked = layer.name in self.style or (layer.name in self.content and layer.ends_block)
        return _activation_bytes(layer, pixels) if asked else 0

    def _indices(self, layer: Layer, pixels: int) -> int:
        """torch's max pooling keeps an index of 8 bytes a maximum, of which there is one in four activations."""
        if self.pooling != "max" or not layer.ends_block or (self.compiled and layer.name not in self.layers):
            return 0
        return _activation_bytes(layer, pixels) // 2

    def _back(self, layer: Layer, pixels: int) -> int:
        """The most bytes while the gradient goes back through a layer, in addition to what was kept until then."""
        whole = _activation_bytes(layer, pixels)
        gone = self._indices(layer, pixels)  # when the gradient comes to what the layer is measured by
        steps = [whole + whole // 4 if layer.name in self.layers and layer.ends_block else 0]
        if layer.name in self.content:
            measured = gone + (self._activations_kept(layer, pixels) if self.compiled else 0)
            deepest_of_all = layer.name == deepest(self.layers) and layer.name not in self.style
            steps.append((DIFFERENCE_BACK + (not deepest_of_all)) * whole - measured)
        if self.compiled:
            gone += self._activations_kept(layer, pixels) + (whole if layer.name in self.content else 0)
            steps.append(self._output(layer, pixels, self.layers) + self._input(layer, pixels) - gone)
            if layer.name in self.style:  # the Gram matrix's part is added in place
                steps.append(whole)
        else:  # the ReLU's gradient is a tensor of its own, and so is the Gram matrix's part
            steps.append(2 * whole)
        return max(steps)


def encoding_bytes(tiling: Tiling, layers: Collection[str]) -> int:
    """The content encoding a_C of the whole picture."""
    return sum(
        FLOAT * LAYERS[one].n_out * rows * columns
        for one in layers
        for rows, columns in [tiling.layer_size(one)]
    )


def guide_bytes(tiling: Tiling, layers: Collection[str]) -> int:
    """The weights of one region in every style layer, of the whole picture; see `objective/region_guides.py`."""
    return sum(FLOAT * rows * columns for one in layers for rows, columns in [tiling.layer_size(one)])


def rule_bytes(layers: Collection[str], style_cost: str) -> int:
    """The style cost's targets and rules of one region, or of a picture without regions."""
    return sum(STYLE_COSTS[style_cost].bytes_per_pair * LAYERS[one].n_out ** 2 for one in layers)


def largest_tile(tiling: Tiling) -> int:
    """Pixels of the picture that the largest tile sees, its halo among them."""
    area = max(
        (rows.stop - rows.start) * (columns.stop - columns.start)
        for rows, columns in (tile.seen for tile in tiling.tiles)
    )
    return int(area * block_stride(tiling.blocks.first) ** 2)


def map_bytes(pixels: int, block: int) -> int:
    """The input of a block, of so many pixels of the picture."""
    return FLOAT * block_channels(block) * pixels // block_stride(block) ** 2


def _activation_bytes(layer: Layer, pixels: int) -> int:
    """Bytes of all activations of a layer."""
    return FLOAT * layer.n_out * pixels // layer.stride**2
