"""Named tensors in one file, in the safetensors format, written and read one at a time.

The package safetensors reads it. It is written here, because the package makes the whole file in memory first, and
the state of a solver at a hundred megapixels is tens of gigabytes.

Format (github.com/huggingface/safetensors): 8 bytes little-endian, the length of the header; the header, JSON,
of each tensor its type, shape, and where its bytes begin and end after the header; the bytes, little-endian,
row by row, without gaps.
"""

import json
import math
import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol

import numpy as np
import torch
from torch import Tensor

from impasto.errors import CheckpointError
from impasto.files.readable import check_regular

_TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
    "BOOL": torch.bool,
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
_METADATA = "__metadata__"
_CHUNK = 1 << 24


class Stored(Protocol):
    """A tensor that is stored elsewhere, or in another form, and fetched when it is needed."""

    @property
    def shape(self) -> torch.Size:
        """The tensor's shape."""

    @property
    def dtype(self) -> torch.dtype:
        """The type in which it is written."""

    def tensor(self) -> Tensor:
        """The tensor itself."""


def is_stored(value: object) -> bool:
    """Whether `value` is `Stored`: not a tensor, but able to become one."""
    return not isinstance(value, Tensor) and callable(getattr(value, "tensor", None))


def write_tensors(
    file: BinaryIO, tensors: Mapping[str, Tensor | Stored], metadata: Mapping[str, str]
) -> None:
    """Write a safetensors file. No more than one tensor is fetched at a time, and none on the CPU is copied.

    tensors: by name, of any shape, on any device; wider types are put first, as aligned reading needs. metadata: texts
    for the header. Raises OSError, and ValueError for a type that the format does not hold.
    """
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    header: dict[str, Any] = {_METADATA: dict(metadata)}
    end = 0
    for name, value in ordered:
        if value.dtype not in _NAMES:
            raise ValueError(f"{name} is of type {value.dtype}, which a safetensors file does not hold")
        begin, end = end, end + math.prod(value.shape) * value.dtype.itemsize
        kind, shape = _NAMES[value.dtype], list(value.shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    for name, value in ordered:
        tensor = value if isinstance(value, Tensor) else value.tensor()
        if tensor.shape != value.shape:
            raise ValueError(f"{name} was announced with shape {value.shape} and has {tensor.shape}")
        _write_bytes(file, tensor.detach().to("cpu", value.dtype).contiguous())
        del tensor


@dataclass(frozen=True)
class InFile:
    """A tensor that lies in a safetensors file, and is read when it is asked for: all of it or some rows.

    version: of the file, as `_version` returns it.
    `tensor` and `rows` raise CheckpointError when it cannot be read any more, or has been replaced.
    """

    path: Path
    name: str
    dtype: torch.dtype
    shape: torch.Size
    version: tuple[int, ...]

    def tensor(self) -> Tensor:
        """The whole tensor, in memory that torch has allocated.

        Aligned as torch aligns, because sums of unaligned numbers are taken in another order, and their last bits
        would differ from those of a run that was never stopped. The numbers are read straight into it: what
        safetensors reads stays mapped in addition to the copy.
        """
        if sys.byteorder == "big":  # the file's numbers are little-endian
            return self._read(lambda file: file.get_tensor(self.name).clone())
        return self._read(lambda file: self._filled())

    def _filled(self) -> Tensor:
        found = torch.empty(self.shape, dtype=self.dtype)
        numbers = found.reshape(-1).view(torch.uint8).numpy()
        with self.path.open("rb") as file:  # whose header was found to fit
            size = int.from_bytes(file.read(8), "little")
            begin, _ = json.loads(file.read(size))[self.name]["data_offsets"]
            file.seek(8 + size + begin)
            if file.readinto(numbers.data) != numbers.nbytes:
                raise ValueError("it is cut off")
        return found

    def rows(self, first: int, last: int) -> Tensor:
        """Rows `first` to `last` - 1 of a tensor [1, n, H, W], and nothing else of it is read."""
        if first == last:
            return torch.empty(1, self.shape[1], 0, self.shape[3], dtype=self.dtype)
        return self._read(lambda file: file.get_slice(self.name)[:, :, first:last].clone())

    def _read(self, part: Callable[[Any], Tensor]) -> Tensor:
        try:
            with _opened(self.path) as file:
                if _version(self.path) != self.version:
                    raise ValueError("it was replaced or changed in the meantime")
                return part(file)
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{self.path} cannot be read any more ({error}); load it again") from None


Check = Callable[[Mapping[str, str]], None]
"""Is given the metadata before any tensor is read, and raises what it likes."""


def find_tensors(path: Path, check: Check) -> tuple[dict[str, str], dict[str, InFile]]:
    """The metadata of a safetensors file, and its tensors by name, ready to be read: often larger than the memory.

    path: of the file; it may be truncated or damaged. Raises OSError when it cannot be read, ValueError when it is
    missing, not a safetensors file, truncated or damaged.
    """
    check_regular(path, "file", ValueError)
    version, found = _version(path), {}
    with _opened(path) as file:
        metadata = file.metadata() or {}
        check(metadata)
        for name in file.keys():  # noqa: SIM118 - it is no dict
            entry = file.get_slice(name)
            if entry.get_dtype() not in _TYPES:
                raise ValueError(f"its entry for {name} is damaged")
            shape = torch.Size(entry.get_shape())
            found[name] = InFile(path, name, _TYPES[entry.get_dtype()], shape, version)
    return metadata, found


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file as safetensors reads it, once all of its header is sure to fit. Raises OSError and ValueError."""
    from safetensors import SafetensorError, safe_open

    with ExitStack() as stack:
        if os.fsencode(path) != str(path).encode(errors="replace"):  # a name that safetensors does not take
            link = Path(stack.enter_context(TemporaryDirectory()), "link")
            link.symlink_to(path.absolute())
            path = link
        try:
            yield stack.enter_context(safe_open(path, framework="pt"))
        except SafetensorError as error:
            raise ValueError(f"it is damaged or cut off: {error}") from None


def _version(path: Path) -> tuple[int, ...]:
    """Another one for every file that is written under the same name."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _write_bytes(file: BinaryIO, tensor: Tensor) -> None:
    """The numbers of a contiguous tensor, little-endian: no copy is made, but on big-endian machines."""
    kind = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[tensor.dtype.itemsize]
    numbers = tensor.reshape(-1).view(kind).numpy()
    data = numbers.astype(numbers.dtype.newbyteorder("<"), copy=False).view(np.uint8).data
    for begin in range(0, len(data), _CHUNK):
        file.write(data[begin : begin + _CHUNK])
