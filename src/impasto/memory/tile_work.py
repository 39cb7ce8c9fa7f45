"""How much work it is to walk a picture through the network, whole or in tiles: arithmetic on the layer table."""

from collections.abc import Sequence

from impasto.objective.tiling.tiling import Tiling

ACTIVATION = 200
"""An activation's way through memory takes as long as so many of its layer's multiplications. With it the five blocks
take 0.15, 0.16, 0.34, 0.32 and 0.02 of the work; measured of the time (384 x 256, both directions, Gram matrices among
them): 0.17, 0.16, 0.34, 0.29 and 0.04."""
FORWARD = 0.49
"""The first of two passes over tiles, without a gradient, relative to an evaluation of the same pixels in one piece."""
SECOND_PASS = 0.94
"""The second, which measures nothing."""


def evaluation_work(stages: Sequence[Tiling]) -> float:
    """Multiplications, and what counts as such, of an evaluation, in units of a forward and backward pass."""
    return sum(passes(one) * work(one) for one in stages)


def evaluation_walks(stages: Sequence[Tiling]) -> float:
    """How often an evaluation reads all kernels, in units of a forward and backward pass."""
    return sum(passes(one) * len(one.tiles) * _kernels(one) for one in stages) / sum(map(_kernels, stages))


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


def passes(tiling: Tiling) -> float:
    """An evaluation's work, gradient and all, in units of evaluating the same pixels in one piece."""
    count = len(tiling.tiles)
    if tiling.blocks.until is not None:  # no tile keeps its graph while the stages behind are walked
        return FORWARD + SECOND_PASS
    return 1.0 if count == 1 else FORWARD * (count - 1) / count + SECOND_PASS


def _kernels(tiling: Tiling) -> int:
    """Values of the kernels that one walk reads."""
    return sum(one.kernel_values for one in tiling.blocks.layers(tiling.layers))
