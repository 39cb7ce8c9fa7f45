"""How one picture is shared out among processes; a process that paints alone owns all of it.

Everything above asks a `Partition` and never whether it is alone: `WHOLE` is the partition of one process that owns
every row, `slab_partition.SlabPartition` that of several, each of which owns a band of rows (a slab).
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, TypeVar, runtime_checkable

from torch import Tensor

from impasto.tensor_types import Span

T = TypeVar("T")

ALIGNED = 32
"""Bands of rows begin at multiples of this: whole strides of every layer and of every level of the solver's metric."""


@runtime_checkable
class RowExchange(Protocol):
    """One pattern in which rows go from the processes that own them to those that want them, and gradients back."""

    def widened(self, own: Tensor) -> Tensor:
        """The wanted rows [1, n, rows, W], given the owned ones."""

    def folded(self, wide: Tensor) -> Tensor:
        """The transpose: the gradient by the owned rows, given each process's gradient by its wanted rows."""

    def cropped(self, wide: Tensor) -> Tensor:
        """The owned ones of the wanted rows, a view; nothing is exchanged."""


@runtime_checkable
class Reductions(Protocol):
    """How those who each own a part of a picture agree on a number: all of a solver's decisions go through it.

    All call each method, in the same order, with the number of their own part; all get the same answer.
    """

    def total(self, x: float) -> float:
        """The sum over all parts, the same to the bit for each of them."""

    def largest(self, x: float) -> float:
        """The largest over all parts; never called with NaN."""

    def everywhere(self, x: bool) -> bool:
        """Whether x holds in every part."""


@runtime_checkable
class Partition(Reductions, Protocol):
    """The processes that paint one picture together; all of them call each method, in the same order.

    rank: this process, from 0, of `size`. local_rank: likewise among the `on_machine` that run on this machine.
    Every method raises RankError when another process is gone or has failed.
    """

    rank: int
    size: int
    local_rank: int
    on_machine: int

    def anywhere(self, x: bool) -> bool:
        """Whether x holds in some process."""

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace every tensor, in place, by its sum over all processes, the same to the bit in each of them.

        All call it with tensors of the same shapes and types, in the same order.
        """

    def rows_of(self, height: int, rank: int | None = None) -> Span:
        """The rows of a picture of this height that a process owns, possibly none; rank: None for this process."""

    def largest_part(self, height: int) -> int:
        """How many rows the process with most of them owns."""

    def members(self, height: int) -> "Partition | None":
        """The processes that own rows of a picture of this height; None in a process that owns none.

        A small picture is painted by the first process alone, as it would be without others.
        """

    def exchange(self, height: int, wanted: Callable[[int], Span]) -> RowExchange:
        """The exchange of a picture of this height in which each process (its rank is given) wants these rows."""

    def scattered(self, make: Callable[[], Tensor], height: int, width: int) -> Tensor:
        """This process's rows of the picture [1, 3, height, width] that the first process makes."""

    def gathered(self, own: Tensor, height: int, stride: int = 1) -> Tensor | None:
        """The whole picture on the CPU of the first process, None elsewhere; `own`: this process's rows.

        stride: of a picture of this height that was shrunk so often, a power of two up to ALIGNED.
        """

    def gathered_state(
        self, state: dict[str, Any], height: int, write: Callable[[dict[str, Any]], object]
    ) -> None:
        """In the first process call `write` with the state of which every process holds its rows.

        Raises OutputError in every process when `write` does.
        """

    def said_by_first(self, value: Any = None) -> Any:
        """Broadcast the first process's value, JSON-able, to every process."""

    def reporting(self, but: type[Exception] | None = None) -> AbstractContextManager[None]:
        """Tell the others, who cannot go on, of what ends this process; `but`: what does not end it."""


class _NoExchange:
    """The `RowExchange` of a process that owns every row."""

    def widened(self, own: Tensor) -> Tensor:
        return own

    def folded(self, wide: Tensor) -> Tensor:
        return wide

    def cropped(self, wide: Tensor) -> Tensor:
        return wide


class WholePicture:
    """The `Partition` of a process that paints alone.

    on_machine: how many processes of this machine are painting, each a picture of its own; they share its memory.
    """

    rank, size, local_rank = 0, 1, 0

    def __init__(self, on_machine: int = 1):
        self.on_machine = on_machine

    def _same(self, x: T) -> T:
        return x

    total = largest = everywhere = anywhere = _same

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Nothing: the sums are what they are."""

    def rows_of(self, height: int, rank: int | None = None) -> Span:
        """All rows."""
        return Span(0, height)

    def largest_part(self, height: int) -> int:
        """All rows."""
        return height

    def members(self, height: int) -> "Partition | None":
        """This process."""
        return self

    def exchange(self, height: int, wanted: Callable[[int], Span]) -> RowExchange:
        """None is needed: every row is here."""
        return _NoExchange()

    def scattered(self, make: Callable[[], Tensor], height: int, width: int) -> Tensor:
        """The picture that `make` makes."""
        return make()

    def gathered(self, own: Tensor, height: int, stride: int = 1) -> Tensor | None:
        """The picture on the CPU; no copy is made of one that is there."""
        return own.cpu()

    def gathered_state(
        self, state: dict[str, Any], height: int, write: Callable[[dict[str, Any]], object]
    ) -> None:
        """Call `write` with the state."""
        write(state)

    def said_by_first(self, value: Any = None) -> Any:
        """`value`."""
        return value

    def reporting(self, but: type[Exception] | None = None) -> AbstractContextManager[None]:
        """Do nothing: there is no other process."""
        return nullcontext()


WHOLE = WholePicture()
"""The partition of one process."""
