"""Named tensors in one file, in the safetensors format, written and read one at a time.

The package safetensors reads what stands here and the other way round, but makes the whole file in memory
before it writes it, and keeps all of it mapped while it reads. The state of a solver at a hundred megapixels
is tens of gigabytes.

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
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import torch
from torch import Tensor

from impasto.errors import CheckpointError
from impasto.files.readable import opened

_TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
    "BOOL": torch.bool,
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
_METADATA = "__metadata__"
_LONGEST_HEADER = 100_000_000  # bytes; what safetensors' own reader accepts
_CHUNK = 1 << 24


class Stored(Protocol):
    """A tensor that is kept elsewhere, or in another form, and fetched when it is needed."""

    @property
    def shape(self) -> torch.Size:
        """Of the tensor."""
        ...

    @property
    def dtype(self) -> torch.dtype:
        """In which it is written."""
        ...

    def tensor(self) -> Tensor:
        """The tensor itself."""
        ...


def is_stored(value: object) -> bool:
    """Whether `value` is `Stored`: not a tensor, but able to become one."""
    return not isinstance(value, Tensor) and callable(getattr(value, "tensor", None))


def write_tensors(
    file: BinaryIO, tensors: Mapping[str, Tensor | Stored], metadata: Mapping[str, str]
) -> None:
    """Write a safetensors file. No more than one tensor is fetched at a time, and none on the CPU is copied.

    Args:
        file: at its beginning.
        tensors: by name, of any shape, on any device; wider types are put first, as aligned reading needs.
        metadata: texts for the header.

    Raises:
        OSError: it cannot be written.
        ValueError: a type that the format does not hold, or a stored tensor of another shape than it says.
    """
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    header: dict[str, Any] = {_METADATA: dict(metadata)}
    end = 0
    for name, value in ordered:
        if value.dtype not in _NAMES:
            raise ValueError(f"{name} is of type {value.dtype}, which a safetensors file does not hold")
        begin, end = end, end + math.prod(value.shape) * value.dtype.itemsize
        header[name] = {
            "dtype": _NAMES[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [begin, end],
        }
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

    path: of the file. begin: where in it the first byte lies. version: of the file, as `_version` tells it.
    `tensor` and `rows` raise CheckpointError when it cannot be read any more, or has been replaced.
    """

    path: Path
    dtype: torch.dtype
    shape: torch.Size
    begin: int
    version: tuple[int, ...]

    def tensor(self) -> Tensor:
        """All of it, in memory that torch has allocated.

        Aligned as torch aligns, because sums of unaligned numbers are taken in another order, and their last bits
        would differ from those of a run that was never stopped.
        """
        tensor = torch.empty(self.shape, dtype=self.dtype)
        with self._opened() as file:
            file.seek(self.begin)
            _read_bytes(file, tensor)
        return tensor

    def rows(self, first: int, last: int) -> Tensor:
        """Rows `first` to `last` - 1 of a tensor [1, n, H, W], and nothing else of it is read."""
        _, planes, height, width = self.shape
        rows = torch.empty(1, planes, last - first, width, dtype=self.dtype)
        with self._opened() as file:
            for plane in range(planes if last > first else 0):
                file.seek(self.begin + (plane * height + first) * width * self.dtype.itemsize)
                _read_bytes(file, rows[0, plane])
        return rows

    @contextmanager
    def _opened(self) -> Iterator[BufferedReader]:
        try:
            with self.path.open("rb") as file:
                if _version(file) != self.version:
                    raise ValueError("it was replaced or changed in the meantime")
                yield file
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{self.path} cannot be read any more ({error}); load it again") from None


def _version(file: BufferedReader | FileIO) -> tuple[int, ...]:
    """Another one for every file that is written under the same name."""
    found = os.fstat(file.fileno())
    return found.st_ino, found.st_size, found.st_mtime_ns


Check = Callable[[Mapping[str, str]], None]
"""Is given the metadata before any tensor is read, and raises what it likes."""


def find_tensors(path: Path, check: Check) -> tuple[dict[str, str], dict[str, InFile]]:
    """Read the header of a safetensors file.

    Args:
        path: of the file; it may be truncated or damaged.
        check: see `Check`.

    Returns:
        The metadata, and the tensors by name, ready to be read: together they may be larger than the memory.

    Raises:
        OSError: it cannot be read.
        ValueError: missing, not a safetensors file, truncated or damaged.
    """
    with opened(path, "it", ValueError) as file:
        metadata, entries = _entries(file, check)
        version = _version(file)
    return metadata, {name: InFile(path, *entry, version) for name, entry in entries.items()}


def _entries(
    file: BinaryIO, check: Check
) -> tuple[dict[str, str], dict[str, tuple[torch.dtype, torch.Size, int]]]:
    """The metadata; type, shape and first byte in the file of each tensor, all of them sure to fit it."""
    size = file.seek(0, 2)
    file.seek(0)
    header, start = _header(file, size)
    metadata = header.pop(_METADATA, {})
    if not isinstance(metadata, dict):
        raise ValueError("its metadata is damaged")
    check(metadata)
    places = {name: _place(name, entry, size - start) for name, entry in header.items()}
    return metadata, {
        name: (dtype, torch.Size(shape), start + begin) for name, (dtype, shape, begin) in places.items()
    }


def _header(file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    first = file.read(8)
    length = struct.unpack("<Q", first)[0] if len(first) == 8 else size
    if length > min(size - 8, _LONGEST_HEADER):
        raise ValueError("its header is damaged or cut off")
    header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError("its header is damaged")
    return header, 8 + length


def _place(name: str, entry: Any, available: int) -> tuple[torch.dtype, list[int], int]:
    """Type, shape and first byte of a tensor, once they are sure to fit the file."""
    try:
        dtype, shape, (begin, end) = _TYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
        whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"its entry for {name} is damaged") from None
    if not whole or end - begin != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"its entry for {name} is damaged")
    if end > available:
        raise ValueError(f"{name} is cut off")
    return dtype, list(shape), begin


def _little_endian(tensor: Tensor) -> np.ndarray:
    """The numbers of a contiguous tensor as the file has them: a view on all but big-endian machines."""
    kind = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[tensor.dtype.itemsize]
    numbers = tensor.reshape(-1).view(kind).numpy()
    return numbers.astype(numbers.dtype.newbyteorder("<"), copy=False)


def _write_bytes(file: BinaryIO, tensor: Tensor) -> None:
    data = _little_endian(tensor).view(np.uint8).data
    for begin in range(0, len(data), _CHUNK):
        file.write(data[begin : begin + _CHUNK])


def _read_bytes(file: BufferedReader, tensor: Tensor) -> None:
    numbers = tensor.reshape(-1).view(torch.uint8).numpy()
    for begin in range(0, len(numbers), _CHUNK):
        chunk = numbers[begin : begin + _CHUNK].data
        if file.readinto(chunk) != len(chunk):
            raise ValueError("it is cut off")
    if sys.byteorder == "big":
        numbers[:] = _little_endian(tensor).view(np.uint8)
