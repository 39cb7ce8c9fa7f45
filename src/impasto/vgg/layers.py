"""The layer table of VGG-19, and what follows from it by arithmetic: channels, stride, halo, smallest side.

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
(arXiv 1409.1556), configuration E: sixteen 3x3 convolutions in five blocks, each followed by a ReLU, a
2x2 pooling between the blocks. A layer is named for its ReLU (`relu4_2`), because every activation here is
taken after it.
"""

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from impasto.errors import SettingsError

CONVOLUTIONS_PER_BLOCK = (2, 2, 4, 4, 4)
CHANNELS_PER_BLOCK = (64, 128, 256, 512, 512)
KERNEL = 3 * 3
"""Values of a kernel for one channel."""


@dataclass(frozen=True)
class Layer:
    """One convolution with its ReLU.

    ends_block: whether a pooling follows, and another block.
    stride: pixels of the picture that one position of this layer steps over, per side.
    halo: pixels that an activation sees beyond its own stride-sized patch, on each side.
    """

    name: str
    convolution: str
    block: int
    ends_block: bool
    n_in: int
    n_out: int
    stride: int
    halo: int

    @property
    def kernel_values(self) -> int:
        """Values of all its kernels, and multiplications for one position."""
        return KERNEL * self.n_in * self.n_out


def block_stride(block: int) -> int:
    """Pixels of the picture that one position of a block's input, and of its layers, steps over, per side."""
    return int(2 ** (block - 1))


def _table() -> tuple[Layer, ...]:
    layers, n_in, halo = [], 3, 0
    for block, (count, n_out) in enumerate(zip(CONVOLUTIONS_PER_BLOCK, CHANNELS_PER_BLOCK, strict=True), 1):
        stride = block_stride(block)
        for i in range(1, count + 1):
            halo += stride
            ends_block = i == count and block < len(CHANNELS_PER_BLOCK)
            names = f"relu{block}_{i}", f"conv{block}_{i}"
            layers.append(Layer(*names, block, ends_block, n_in, n_out, stride, halo))
            n_in = n_out
    return tuple(layers)


TABLE = _table()
LAYERS = {layer.name: layer for layer in TABLE}
CONVOLUTIONS = tuple(layer.convolution for layer in TABLE)

_ALIAS = re.compile(r"^(?:relu|conv)(\d)_(\d)$|^block(\d)_(?:conv|relu)(\d)$")


def canonical(name: str) -> str:
    """The name used here for a layer: `relu4_2` for `relu4_2`, `conv4_2` and Keras's `block4_conv2`.

    Raises SettingsError, with the nearest names, when VGG-19 has no such layer.
    """
    match = _ALIAS.match(name.strip().lower())
    if match:
        found = "relu{}_{}".format(*(group for group in match.groups() if group))
        if found in LAYERS:
            return found
    near = difflib.get_close_matches(name.strip().lower(), LAYERS, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(LAYERS)}"
    raise SettingsError(f"VGG-19 has no layer named {name[:60]!r}; {hint}")


def deepest(names: Collection[str]) -> str:
    """The one of `names` that comes last in the network."""
    return max(names, key=list(LAYERS).index)


def upto(names: Collection[str]) -> Sequence[Layer]:
    """The network as far as the deepest of `names`."""
    return TABLE[: TABLE.index(LAYERS[deepest(names)]) + 1]


def block_channels(block: int) -> int:
    """Channels of a block's input."""
    return next(layer.n_in for layer in TABLE if layer.block == block)


def smallest_side(name: str) -> int:
    """Pixels per side below which this layer has no activation left: poolings halve and round down."""
    return LAYERS[name].stride
