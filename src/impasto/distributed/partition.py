"""How one picture is shared out among processes; a process that paints alone owns all of it.

Everything above asks a `Partition` and never whether it is alone: `WHOLE` is that of one process which owns every row,
`slab_partition.SlabPartition` that of several, each of which owns a band of rows (a slab).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import torch
from torch import Tensor

from impasto.costs.term import Summary
from impasto.tensor_types import Span

ALIGNED = 32
"""Bands of rows begin at multiples of this: whole strides of every layer and of every level of the solver's metric."""

Key = TypeVar("Key")
WriteState = Callable[[dict[str, Any]], object]
"""Writes the state of a solver; its tensors are whole pictures."""


class RowExchange:
    """One pattern in which rows go from the processes that own them to those that want them, and gradients back.

    By itself that of a process which owns every row: nothing moves.
    """

    def widened(self, own: Tensor) -> Tensor:
        """The wanted rows [1, n, rows, W], given the owned ones."""
        return own

    def folded(self, wide: Tensor) -> Tensor:
        """The transpose: the gradient by the owned rows, given each process's gradient by its wanted rows."""
        return wide

    def cropped(self, wide: Tensor) -> Tensor:
        """The owned ones of the wanted rows, a view; nothing is exchanged."""
        return wide


class Reductions:
    """Numbers on which the owners of a picture's parts agree: all of a solver's decisions go through them.

    All call each method, in the same order, with the number of their own part; all get the same answer.
    By itself there is one part.
    """

    def total(self, x: float) -> float:
        """The sum over all parts, the same to the bit for each of them."""
        return x

    def largest(self, x: float) -> float:
        """The largest over all parts; never called with NaN."""
        return x

    def everywhere(self, x: bool) -> bool:
        """Whether x holds in every part."""
        return x


class Partition(Reductions):
    """The processes that paint one picture together; all of them call each method, in the same order.

    rank: this process, from 0, of `size`. local_rank: likewise among the `on_machine` that run on this machine.
    Every method raises RankError when another process is gone or has failed.

    By itself it is a process that paints alone; `on_machine` then says how many such processes share the memory.
    """

    def __init__(self, rank: int = 0, size: int = 1, local_rank: int = 0, on_machine: int = 1):
        self.rank, self.size, self.local_rank, self.on_machine = rank, size, local_rank, on_machine

    def anywhere(self, x: bool) -> bool:
        """Whether x holds in some process."""
        return x

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace every tensor, in place, by its sum over all processes, the same to the bit in each of them.

        All call it with tensors of the same shapes and types, in the same order.
        """

    def rows_of(self, height: int, rank: int | None = None) -> Span:
        """The rows of a picture of this height that a process owns, possibly none; rank: None for this process."""
        return Span(0, height)

    def largest_part(self, height: int) -> int:
        """How many rows the process with most of them owns."""
        return height

    def members(self, height: int) -> "Partition | None":
        """The processes that own rows of a picture of this height; None in a process that owns none.

        A small picture is painted by the first process alone, as it would be without others.
        """
        return self

    def exchange(self, height: int, wanted: Callable[[int], Span]) -> RowExchange:
        """The exchange of a picture of this height in which each process (its rank is given) wants these rows."""
        return RowExchange()

    def scattered(self, make: Callable[[], Tensor], height: int, width: int) -> Tensor:
        """This process's rows of the picture [1, 3, height, width] that the first process makes."""
        return make()

    def gathered(self, own: Tensor, height: int, stride: int = 1) -> Tensor | None:
        """The whole picture on the CPU of the first process, None elsewhere; `own`: this process's rows.

        No copy is made of what is there already. stride: of a picture of this height that was shrunk so often, a power
        of two up to ALIGNED.
        """
        return own.cpu()

    def gathered_state(self, state: dict[str, Any], height: int, write: WriteState) -> None:
        """In the first process call `write` with the state of which every process holds its rows.

        Raises OutputError in every process when `write` does.
        """
        write(state)

    def said_by_first(self, value: Any = None) -> Any:
        """Broadcast the first process's value, JSON-able, to every process."""
        return value

    def reporting(self, but: type[Exception] | None = None) -> AbstractContextManager[None]:
        """Tell the others, who cannot go on, of what ends this process; `but`: what does not end it."""
        return nullcontext()


WHOLE = Partition()  # the partition of one process, which owns the whole picture


def shared_summaries(own: Mapping[Key, Summary], partition: Partition) -> Mapping[Key, Summary]:
    """The summaries of the whole picture, given those of one process's part; `own` itself when it is alone."""
    if partition.size == 1:
        return own
    totals = [summary.total.detach().clone() for summary in own.values()]
    counts = torch.tensor([summary.count for summary in own.values()])
    partition.add_up(totals)
    partition.add_up([counts])
    numbers = zip(own, totals, counts.tolist(), strict=True)
    return {key: Summary(total, count) for key, total, count in numbers}
