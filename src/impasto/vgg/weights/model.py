"""A network's weights, once they are read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Provenance:
    """Where weights come from. Holds plain values only.

    source: what the weights are, in words; path: the file read, size in bytes.
    format: what wrote the file. checksum: the whole file's sha256, in hexadecimal digits.
    network: "caffe" for the original, "torchvision" for its retrained one, "unknown" for any other.
    convention: "caffe" or "torchvision", how pictures are put in.
    exactness: whether a published checksum matched, and what is rounded.
    """

    source: str
    path: str
    size: int
    format: str
    checksum: str
    network: str
    convention: str
    licence: str
    exactness: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as a dictionary that `json.dumps` takes."""
        return {**asdict(self), "exactness": list(self.exactness)}


class Kernels(Mapping[str, Tensor]):
    """The kernels of a file by name, each made when it is asked for: a painting needs ten of the sixteen."""

    def __init__(self, makers: Mapping[str, Callable[[], Tensor]]):
        self._makers = makers

    def __getitem__(self, name: str) -> Tensor:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True)
class Weights:
    """VGG-19's sixteen convolutions, from "conv1_1" to "conv5_4".

    kernels: float32 [n_out, n_in, 3, 3], cross-correlation as torch.nn.functional.conv2d takes it; the input
        channels of conv1_1 are in RGB order whatever the file's order was.
    biases: float32 [n_out].
    scale, shift: network input = image * scale - shift, for an RGB image in [0, 1], a number per channel.
    """

    kernels: Mapping[str, Tensor]
    biases: dict[str, Tensor]
    scale: tuple[float, float, float]
    shift: tuple[float, float, float]
    provenance: Provenance


@dataclass(frozen=True)
class Check:
    """A check that was made; `detail` says what was found, or what is wrong."""

    name: str
    ok: bool
    detail: str
