"""Bytes that a walk through the network needs: arithmetic on the layer table, and a few measured constants.

The walk is followed layer by layer. Forward, a layer's input and output are there at once. With a graph, what
the gradient will need stays: one bit an activation and the activations that a Gram matrix was taken of (the
compiled algorithms), or every activation (torch's). Backward, the gradients by a layer's output and input are
there at once, beside what has not been used up yet.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from impasto.engines.tiling import Tiling
from impasto.layers import LAYERS, TABLE, Layer, deepest

FLOAT = 4
WINOGRAD_POINTS = 36
"""Values that F(4x4, 3x3) makes of a 3x3 kernel; both directions' kernels are kept."""
TAPS = 9
"""Values of a 3x3 kernel."""
CUSTOM_COPIES = 2
"""Activations' worth that a cost of the user's own is thought to keep for its gradient."""
TORCH_COPIES = 2
"""A layer's gradients that are there at once beside that by its input, when torch computes it."""


@dataclass(frozen=True)
class Network:
    """What the encoder is asked for, and how.

    content, style: layers that are looked at. pooling: "max" or "average". compiled: whether the fused
    algorithms are used, or torch's. custom: layers that costs of the user's own look at.
    """

    content: frozenset[str]
    style: frozenset[str]
    pooling: str
    compiled: bool
    custom: frozenset[str] = frozenset()

    @property
    def layers(self) -> list[str]:
        """All of them."""
        return sorted(self.content | self.style | self.custom)

    def kernel_bytes(self) -> int:
        """Kernels as the layers keep them: made when a layer is first computed, beside the weights themselves."""
        values = 2 * WINOGRAD_POINTS if self.compiled else TAPS  # direct: laid out anew, channels last
        return sum(values * FLOAT * one.n_in * one.n_out for one in upto(self.layers)[1:])

    def forward_bytes(self, pixels: int, layers: Collection[str], looking: int = 0) -> int:
        """Without a graph: the most that a layer's input and output take together.

        looking: activations' worth of memory that is taken while one of `layers` is looked at.
        """
        return max(
            self._handed_on(one, pixels, layers)
            + max(self._shown(one, pixels), looking * _whole(one, pixels) if one.name in layers else 0)
            for one in upto(layers)
        )

    def gradient_bytes(self, pixels: int) -> int:
        """With a graph, and back: the most that is there at once."""
        layers, kept, most = upto(self.layers), 0, 0
        held = []
        for one in layers:
            most = max(most, kept + self._shown(one, pixels) + self._handed_on(one, pixels, self.layers))
            kept += self._kept(one, pixels)
            held.append(kept)
        for one, so_far in zip(reversed(layers), reversed(held), strict=True):
            out, into = self._handed_on(one, pixels, self.layers), self._shown(one, pixels)
            if not self.compiled:  # the ReLU's gradient is a tensor of its own, as large as the pooling's
                out = TORCH_COPIES * _whole(one, pixels)
            most = max(most, so_far + out + into)
        return most

    def _shown(self, layer: Layer, pixels: int) -> int:
        """A layer's input."""
        return FLOAT * layer.n_in * pixels // layer.stride**2

    def _handed_on(self, layer: Layer, pixels: int, layers: Collection[str]) -> int:
        """A layer's output: pooled at once, where that is fused."""
        whole = _whole(layer, pixels)
        pooled = self.compiled and layer.name not in layers and _ends_block(layer)
        return whole // 4 if pooled else whole

    def _kept(self, layer: Layer, pixels: int) -> int:
        """What a layer keeps for the gradient: itself, where that is needed, and where it differs from a_C."""
        whole, pools = _whole(layer, pixels), _ends_block(layer)
        difference = whole if layer.name in self.content else 0
        if layer.name in self.custom:  # itself, and what its measurement keeps: a guess
            difference += CUSTOM_COPIES * whole
        # torch's max pooling keeps an index of 8 bytes a maximum, of which there is one in four activations.
        indices = whole // 2 if pools and self.pooling == "max" else 0
        if not self.compiled:  # torch's ReLU keeps its output
            return whole + indices + difference
        asked = layer.name in self.style or (pools and layer.name in self.layers)
        bits = whole // (8 * FLOAT)
        return bits + difference + (whole if asked else 0) + (indices if layer.name in self.layers else 0)


def encoding_bytes(tiling: Tiling, layers: Collection[str]) -> int:
    """The content encoding a_C of the whole picture."""
    return sum(
        FLOAT * LAYERS[one].n_out * rows * columns
        for one in layers
        for rows, columns in [tiling.layer_size(one)]
    )


def largest_tile(tiling: Tiling) -> int:
    """Pixels that the largest tile sees, its halo among them."""
    return max(
        (tile.rows.seen[1].stop - tile.rows.seen[1].start)
        * (tile.columns.seen[1].stop - tile.columns.seen[1].start)
        for tile in tiling.tiles
    )


def upto(layers: Collection[str]) -> Sequence[Layer]:
    """The network as far as the deepest of `layers`."""
    last = LAYERS[deepest(tuple(layers))]
    return TABLE[: TABLE.index(last) + 1]


def _whole(layer: Layer, pixels: int) -> int:
    """All activations of a layer."""
    return FLOAT * layer.n_out * pixels // layer.stride**2


def _ends_block(layer: Layer) -> bool:
    following = TABLE.index(layer) + 1
    return following < len(TABLE) and TABLE[following].block > layer.block
