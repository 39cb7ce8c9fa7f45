"""The partition of several processes: each owns a slab of every picture, a band of its rows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from impasto.distributed.gather import gathered, save_together
from impasto.distributed.group import Group
from impasto.distributed.partition import WHOLE, Partition
from impasto.distributed.row_exchange import SlabExchange
from impasto.distributed.slab_spans import Slabs, everything_at_rank_0
from impasto.errors import RankError
from impasto.tensor_types import Span


class SlabPartition:
    """The `Partition` of the processes of a group.

    on_machine: how many of them run on this machine, and share its memory and disk; local_rank: which of them this is.
    """

    def __init__(self, group: Group, on_machine: int = 1, local_rank: int = 0):
        self.group, self.on_machine, self.local_rank = group, on_machine, local_rank
        self.rank, self.size = group.rank, group.size
        self.total, self.largest, self.add_up = group.total, group.largest, group.add_up
        self.everywhere, self.said_by_first = group.everywhere, group.tell

    def anywhere(self, x: bool) -> bool:
        """See `Partition`."""
        return self.group.anywhere(x)

    def rows_of(self, height: int, rank: int | None = None) -> Span:
        """See `Partition`."""
        return Slabs.of(height, self.size).spans[self.rank if rank is None else rank]

    def largest_part(self, height: int) -> int:
        """See `Partition`."""
        return Slabs.of(height, self.size).largest

    def members(self, height: int) -> Partition | None:
        """See `Partition`."""
        count = Slabs.of(height, self.size).members
        group = self.group.first(count)
        if self.rank >= count:
            return None
        return WHOLE if count == 1 else SlabPartition(group, self.on_machine, self.local_rank)

    def exchange(self, height: int, wanted: Callable[[int], Span]) -> SlabExchange:
        """See `Partition`."""
        spans = Slabs.of(height, self.size).spans
        return SlabExchange(self.group, spans, [wanted(rank) for rank in range(self.size)])

    def scattered(self, make: Callable[[], Tensor], height: int, width: int) -> Tensor:
        """See `Partition`."""
        whole = make() if self.rank == 0 else torch.empty(1, 3, 0, width)
        owned = everything_at_rank_0(height, self.size)
        return SlabExchange(self.group, owned, Slabs.of(height, self.size).spans).widened(whole)

    def gathered(self, own: Tensor, height: int, stride: int = 1) -> Tensor | None:
        """See `Partition`."""
        spans = Slabs.of(height, self.size).spans
        return gathered(self.group, [Span(*(-(-row // stride) for row in span)) for span in spans], own)

    def gathered_state(
        self, state: dict[str, Any], height: int, write: Callable[[dict[str, Any]], object]
    ) -> None:
        """See `Partition`."""
        save_together(self.group, Slabs.of(height, self.size).spans, state, write)

    def reporting(self, but: type[Exception] | None = None) -> AbstractContextManager[None]:
        """See `Partition`."""
        return self.group.reporting(but or RankError)
