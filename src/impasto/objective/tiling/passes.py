"""The passes of a walk in tiles: the shallow blocks in small tiles, the deep ones in larger, or in one piece.

Blocks 1 to 3 take two thirds of the work and most of the memory, and their own halo is 22 pixels; blocks 4 and 5 take a
third and little memory, and their halo is 70 pixels and more. Between them lies the smallest map that is worth storing:
the input of block 4, with 256 channels at an eighth of each side, 16 bytes a pixel.
"""

from collections.abc import Sequence

from impasto.objective.tiling.tiles import NETWORK, Blocks
from impasto.objective.tiling.tiling import Tiling
from impasto.vgg.layers import LAYERS

SPLIT = 4
"""The first of the deep blocks."""


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
