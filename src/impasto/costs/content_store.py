"""The content encoding a_C: the activations that the content cost compares with, in memory or on disk.

At relu4_2 an encoding takes 32 bytes a pixel of the picture, nearly three times the picture itself. An engine that
walks in tiles asks for one window at a time, so a file serves as well; it is read plainly and not mapped, because
mapped pages count as the process's memory.
"""

import os
import tempfile
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from impasto.costs.term import Slices
from impasto.errors import OutputError
from impasto.tensor_types import Features


@runtime_checkable
class Encoding(Protocol):
    """Activations of one layer, filled window by window."""

    def fill(self, place: Slices, a: Features) -> None:
        """Take over the activations of a window."""

    def at(self, place: Slices) -> Features:
        """The activations of a window; not to be changed."""


MakeEncoding = Callable[[int, int, int, Tensor], Encoding]
"""(n_C, n_H, n_W, any tensor of the wanted type on the wanted device) -> an encoding to be filled."""


class EncodingInMemory:
    """An encoding in one tensor [1, n_C, n_H, n_W], channels last."""

    def __init__(self, n_C: int, n_H: int, n_W: int, like: Tensor):
        self._a = like.new_empty(1, n_H, n_W, n_C).permute(0, 3, 1, 2)

    def fill(self, place: Slices, a: Features) -> None:
        """See `Encoding`."""
        self._a[..., place[0], place[1]] = a

    def at(self, place: Slices) -> Features:
        """See `Encoding`; a view."""
        return self._a[..., place[0], place[1]]


class EncodingOnDisk:
    """An encoding in a nameless temporary file in `folder`, which goes when the object does.

    Raises OutputError, one line, when the folder cannot be written to or is full.
    """

    def __init__(self, folder: str | os.PathLike[str], n_C: int, n_H: int, n_W: int, like: Tensor):
        self._shape, self._like, self._folder = (n_H, n_W, n_C), like.new_empty(0), folder
        try:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        except OSError as error:
            raise self._failed(error) from None

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()

    def fill(self, place: Slices, a: Features) -> None:
        """See `Encoding`."""
        rows, columns = self._span(place)
        lines = a[0].permute(1, 2, 0).contiguous().cpu().numpy()
        try:
            for row, line in zip(rows, lines, strict=True):
                self._seek(row, columns.start)
                if self._file.write(line.data) != line.nbytes:
                    raise OSError("no room left")
        except OSError as error:
            raise self._failed(error) from None

    def at(self, place: Slices) -> Features:
        """See `Encoding`; a new tensor."""
        rows, columns = self._span(place)
        a = torch.empty(len(rows), len(columns), self._shape[2], dtype=self._like.dtype)
        for row, line in zip(rows, a.numpy(), strict=True):
            self._seek(row, columns.start)
            if self._file.readinto(line.data) != line.nbytes:
                raise self._failed("it was cut short")
        return a.permute(2, 0, 1)[None].to(self._like.device)

    def _span(self, place: Slices) -> tuple[range, range]:
        rows, columns = (
            range(*side.indices(size)) for side, size in zip(place, self._shape[:2], strict=True)
        )
        return rows, columns

    def _seek(self, row: int, column: int) -> None:
        self._file.seek((row * self._shape[1] + column) * self._shape[2] * self._like.element_size())

    def _failed(self, reason: object) -> OutputError:
        return OutputError(
            f"the content encoding cannot be kept in {os.fspath(self._folder)} ({reason}): free some room, or name "
            "another folder in TMPDIR"
        )
