"""How L-BFGS stores a past vector: in memory as it is, in memory in half precision, or on disk.

With a history of 20 the past vectors are nine tenths of the solver's memory. Whatever is done with one is a
dot product or a sum, and goes through it in chunks (`vectors.py`), so that it never appears in full size.
"""

import contextlib
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from impasto.distributed.partition import WHOLE, Reductions
from impasto.errors import OutputError, SettingsError
from impasto.files import scratch
from impasto.solvers.vectors import chunks, largest_magnitude

IN_MEMORY_PART = {"float32": 1.0, "float16": 0.5, "disk": 0.0}
"""Ways to store a vector, and the part of a float32 vector that stays in memory."""
WORDS = {"float32": "in memory", "float16": "in half precision", "disk": "on disk"}
"""The same ways, as users read of them."""

_TOP = 14
_LARGEST_EXPONENT = 120


@runtime_checkable
class StoredVector(Protocol):
    """A past vector v. It can be added and multiplied, and read to be saved; it never changes."""

    scale: float
    """The factor by which v was multiplied before it was stored: a power of two."""

    shape: torch.Size
    """v's shape."""
    dtype: torch.dtype
    """The precision in which v is stored."""

    def dot(self, x: Tensor) -> float:
        """The sum of v * x; `x` is contiguous, has as many values as v, and is left as it is."""

    def add_to(self, x: Tensor, alpha: float) -> None:
        """x += alpha * v, in place; `x` is contiguous."""

    def tensor(self) -> Tensor:
        """v * scale as it is stored, for saving; with `scale` it makes the same `StoredVector` again."""


StoreVector = Callable[..., StoredVector]
"""Stores a vector in one of the ways below, given `x`, which the caller does not change afterwards, and its scale.

scale: None for a new vector; for what `StoredVector.tensor()` gave, the scale that belonged to it.
"""


def store_as(kind: str, folder: Path | None = None, reductions: Reductions = WHOLE) -> StoreVector:
    """The way to store vectors by its name, a key of `IN_MEMORY_PART`; `folder` is where "disk" puts them.

    reductions: for vectors of which every process has a part: all parts then have one scale.
    Raises SettingsError for an unknown kind. Storing on disk raises OutputError where a file cannot be used.
    """
    if kind == "disk":
        return partial(OnDisk, folder=scratch.folder() if folder is None else folder)
    if kind not in IN_MEMORY_PART:
        raise SettingsError(
            f"past vectors must be stored as one of {', '.join(IN_MEMORY_PART)}, got {kind!r}: choose one of these"
        )
    if kind == "float32":
        return InMemory
    return partial(InHalf, reductions=reductions)


class InMemory:
    """The vector itself."""

    scale = 1.0

    def __init__(self, x: Tensor, scale: float | None = None):
        self._vector = _unscaled(x, scale).contiguous()
        self.shape, self.dtype = self._vector.shape, self._vector.dtype

    def dot(self, x: Tensor) -> float:
        """The sum of v * x, by one call of torch.dot."""
        return float(torch.dot(self._vector.view(-1), x.view(-1)))

    def add_to(self, x: Tensor, alpha: float) -> None:
        """x += alpha * v, in place."""
        x.add_(self._vector, alpha=alpha)

    def tensor(self) -> Tensor:
        """The vector; no copy is made."""
        return self._vector


class InHalf:
    """The vector in float16, scaled by a power of two so that its largest value lies in [2^14, 2^15).

    Why not bfloat16, which needs no scale: float16 rounds to 11 binary digits instead of 8. And scaled like
    this it loses nothing by its narrow range: a value below 2^-28 of the largest is wrong by at most 2^-39 of
    the largest, n values together by 2^-39 sqrt(n) of the vector's length. For a canvas of 64 megapixels that
    is 3e-8, where rounding the others costs up to 2^-11, 5e-4.
    """

    def __init__(self, x: Tensor, scale: float | None = None, *, reductions: Reductions = WHOLE):
        if scale is not None and x.dtype == torch.float16:
            self.scale, self._vector = scale, x.contiguous()
        else:
            x = _unscaled(x, scale).contiguous()
            self.scale = _scale_for(reductions.largest(largest_magnitude(x)))
            self._vector = torch.empty_like(x, dtype=torch.float16)
            for half, piece in chunks(self._vector, x):
                half.copy_(piece * self.scale)
        self.shape, self.dtype = self._vector.shape, self._vector.dtype

    def dot(self, x: Tensor) -> float:
        """The sum of v * x: products in x's precision, the sum of the chunks in float64."""
        pieces = chunks(self._vector, x)
        return sum(float(torch.dot(half.to(x.dtype), piece)) for half, piece in pieces) / self.scale

    def add_to(self, x: Tensor, alpha: float) -> None:
        """x += alpha * v, in place and in x's precision."""
        for half, piece in chunks(self._vector, x):
            piece.add_(half.to(x.dtype), alpha=alpha / self.scale)

    def tensor(self) -> Tensor:
        """The scaled vector in float16; no copy is made."""
        return self._vector


class OnDisk:
    """The vector in a temporary file without a name, which goes when this object or the process does.

    It is read with plain reads: the pages of a mapped file would count as the process's memory.

    Raises OutputError, one line, when the file cannot be made, written or read.
    """

    scale = 1.0

    def __init__(self, x: Tensor, scale: float | None = None, *, folder: str | os.PathLike[str]):
        x = _unscaled(x, scale).contiguous()
        self.shape, self.dtype, self._device, self._folder = x.shape, x.dtype, x.device, folder
        with self._disk():
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
            for (piece,) in chunks(x):
                self._write(piece.cpu().numpy().data.cast("B"))

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()

    def dot(self, x: Tensor) -> float:
        """The sum of v * x: products in x's precision, the sum of the chunks in float64."""
        return sum(float(torch.dot(piece, other)) for piece, other in self._with_pieces_of(x))

    def add_to(self, x: Tensor, alpha: float) -> None:
        """x += alpha * v, in place."""
        for piece, other in self._with_pieces_of(x):
            other.add_(piece, alpha=alpha)

    def tensor(self) -> Tensor:
        """The vector, read into memory."""
        x = torch.empty(self.shape, dtype=self.dtype, device=self._device)
        for piece, other in self._with_pieces_of(x):
            other.copy_(piece)
        return x

    def _with_pieces_of(self, x: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Chunks of v, one at a time, and the same chunks of `x`."""
        with self._disk():
            self._file.seek(0)
        for (other,) in chunks(x):
            piece = torch.empty(other.shape, dtype=self.dtype)
            with self._disk():
                self._read(piece.numpy().data.cast("B"))
            yield piece.to(self._device), other

    def _write(self, part: memoryview) -> None:
        while part:  # a raw file may take less than it is given
            part = part[self._file.write(part) :]

    def _read(self, part: memoryview) -> None:
        while part:
            count = self._file.readinto(part)
            if not count:
                raise OSError("the file has become shorter")
            part = part[count:]

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"a past step of L-BFGS cannot be stored in {self._folder} ({error.strerror or error}); "
                "make room there, name another folder, or store the past steps in memory"
            ) from None


def _unscaled(x: Tensor, scale: float | None) -> Tensor:
    """The vector itself, when it was saved in half precision and is to be stored in another way."""
    return x.float().div_(scale) if scale is not None and x.dtype == torch.float16 else x


def _scale_for(largest: float) -> float:
    _, exponent = math.frexp(largest)  # the largest lies in [2^(e-1), 2^e)
    return 2.0 ** max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, _TOP + 1 - exponent))
