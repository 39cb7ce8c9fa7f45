"""The passes of a walk in tiles, and the work they take: shallow blocks in small tiles, deep ones in larger.

Blocks 1 to 3 take two thirds of the work and most of the memory, and their own halo is 22 pixels; blocks 4 and 5 take a
third and little memory, and their halo is 70 pixels and more. Between them lies the smallest map that is worth storing:
the input of block 4, with 256 channels at an eighth of each side, 16 bytes a pixel.
"""

from collections.abc import Sequence

from impasto.objective.tiles import NETWORK, Blocks
from impasto.objective.tiling import Tiling
from impasto.vgg.layers import LAYERS

SPLIT = 4  # the first of the deep blocks
ACTIVATION = 200
"""An activation's way through memory takes as long as so many of its layer's multiplications. With it the five blocks
take 0.15, 0.16, 0.34, 0.32 and 0.02 of the work; measured of the time (384 x 256, both directions, Gram matrices among
them): 0.17, 0.16, 0.34, 0.29 and 0.04."""
FORWARD = 0.49
"""The first of two passes over tiles, without a gradient, relative to an evaluation of the same pixels in one piece."""
SECOND_PASS = 0.94
"""The second, which measures nothing."""


def can_split(layers: Sequence[str]) -> bool:
    """Whether any of the layers is a deep one."""
    return any(LAYERS[one].block >= SPLIT for one in layers)


def passes(
    height: int, width: int, layers: Sequence[str], tile: int | None, deep_tile: int | None, margin: int = 0
) -> list[Tiling]:
    """The tilings of a walk through a height x width picture, for `Tiled`.

    tile: pixels a tile owns per side, None for one tile. deep_tile: likewise for the deep blocks; None to walk all
    blocks in the same tiles.
    """
    if deep_tile is None or not can_split(layers):
        return [Tiling(height, width, layers, tile, margin, blocks=NETWORK)]
    deep = [one for one in layers if LAYERS[one].block >= SPLIT]
    shallow = [one for one in layers if one not in deep]
    return [
        Tiling(height, width, shallow, tile, margin, blocks=Blocks(until=SPLIT)),
        Tiling(height, width, deep, deep_tile, margin, blocks=Blocks(SPLIT)),
    ]


def evaluation_work(stages: Sequence[Tiling]) -> float:
    """Multiplications, and what counts as such, of an evaluation, in units of a forward and backward pass."""
    return sum(_share(one) * work(one) for one in stages)


def evaluation_walks(stages: Sequence[Tiling]) -> float:
    """How often an evaluation reads all kernels, in units of a forward and backward pass."""
    return sum(_share(one) * len(one.tiles) * _kernels(one) for one in stages) / sum(map(_kernels, stages))


def work(tiling: Tiling) -> float:
    """Multiplications, and what counts as such, of one forward pass over all tiles, halos among them."""
    rows = [tile.rows for tile in tiling.tiles if tile.columns is tiling.tiles[0].columns]
    columns = [tile.columns for tile in tiling.tiles if tile.rows is tiling.tiles[0].rows]
    total = 0.0
    for layer in tiling.blocks.layers(tiling.layers):
        # A sum over all tiles of rows times columns is the product of two sums.
        height, width = (
            sum(one.seen[layer.block].stop - one.seen[layer.block].start for one in axes)
            for axes in (rows, columns)
        )
        total += height * width * (layer.kernel_values + ACTIVATION * layer.n_out)
    return total


def _share(tiling: Tiling) -> float:
    """The work of an evaluation, gradient and all, relative to evaluating the same pixels in one piece."""
    count = len(tiling.tiles)
    if tiling.blocks.until is not None:  # no tile keeps its graph while the stages behind are walked
        return FORWARD + SECOND_PASS
    return 1.0 if count == 1 else FORWARD * (count - 1) / count + SECOND_PASS


def _kernels(tiling: Tiling) -> int:
    """Values of the kernels that one walk reads."""
    return sum(one.kernel_values for one in tiling.blocks.layers(tiling.layers))
