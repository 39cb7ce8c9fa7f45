"""The partition of several processes: each owns a slab of every picture, a band of its rows.

Rows go from the ranks that own them to those that need them, and gradients come back. Pictures, and the solver's state
tensor by tensor, are sent to rank 0: so one tensor at a time is whole.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from impasto.distributed.group import Group, Message
from impasto.distributed.partition import ALIGNED, WHOLE, Partition, RowExchange, WriteState
from impasto.errors import OutputError, RankError
from impasto.files.tensor_file import Stored, is_stored
from impasto.tensor_types import Span

_SEND, _DONE, _FAILED = "send", "done", "failed"  # what rank 0 tells while it gathers a state
FEWEST_ROWS = 128
"""A slab has at least as many: below, what it must see of its neighbours is more than its own. A picture that is too
small for all ranks is painted by the first ones, or the first one, alone."""


def slabs_of(height: int, ranks: int) -> Sequence[Span]:
    """The rows of a picture by rank: slabs as equal as they can be, the last one with the odd rows; then empty ones."""
    units = height // ALIGNED
    members = max(1, min(ranks, height // FEWEST_ROWS))
    cuts = [ALIGNED * (units * rank // members) for rank in range(members)]
    cuts += [height] * (ranks + 1 - members)
    return [Span(*pair) for pair in pairwise(cuts)]


def overlap(one: Span, other: Span) -> Span | None:
    """The rows that are in both."""
    start, stop = max(one.start, other.start), min(one.stop, other.stop)
    return Span(start, stop) if start < stop else None


def everything_at_rank_0(height: int, ranks: int) -> Sequence[Span]:
    """The spans of a picture that is in one place."""
    return [Span(0, height)] + [Span(height, height)] * (ranks - 1)


class SlabExchange(RowExchange):
    """The `RowExchange` of processes that own slabs.

    owned: the rows of the picture that each rank has. wanted: those that each needs, of its own and of others.
    """

    def __init__(self, group: Group, owned: Sequence[Span], wanted: Sequence[Span]):
        self._group, self._rank = group, group.rank
        self._owned, self._wanted = owned[group.rank], wanted[group.rank]
        others = [rank for rank in range(len(owned)) if rank != group.rank]
        self._lent = [(rank, rows) for rank in others if (rows := overlap(self._owned, wanted[rank]))]
        self._borrowed = [(rank, rows) for rank in others if (rows := overlap(owned[rank], self._wanted))]
        self._kept = overlap(self._owned, self._wanted)

    def widened(self, own: Tensor) -> Tensor:
        """The wanted rows, a new tensor [1, n, rows, W], given the owned ones."""
        wide = self._strip(own, self._wanted)
        if self._kept:
            wide[:, :, self._kept.within(self._wanted)] = own[:, :, self._kept.within(self._owned)]
        landed = [(rank, self._strip(wide, rows)) for rank, rows in self._borrowed]
        self._swap([(rank, own[:, :, rows.within(self._owned)]) for rank, rows in self._lent], landed)
        for (_, rows), (_, strip) in zip(self._borrowed, landed, strict=True):
            wide[:, :, rows.within(self._wanted)] = strip
        return wide

    def folded(self, wide: Tensor) -> Tensor:
        """The reverse: of gradients by the wanted rows the sum over all ranks, for the owned ones; a new tensor."""
        own = self._strip(wide, self._owned).zero_()
        if self._kept:
            own[:, :, self._kept.within(self._owned)] = wide[:, :, self._kept.within(self._wanted)]
        landed = [(rank, self._strip(wide, rows)) for rank, rows in self._lent]
        self._swap([(rank, wide[:, :, rows.within(self._wanted)]) for rank, rows in self._borrowed], landed)
        for (_, rows), (_, strip) in zip(self._lent, landed, strict=True):
            own[:, :, rows.within(self._owned)] += strip  # rank by rank, always in the same order
        return own

    def cropped(self, wide: Tensor) -> Tensor:
        """The owned ones of the wanted rows, a view; nothing is exchanged."""
        return wide[:, :, self._owned.within(self._wanted)]

    def _swap(self, sent: list[Message], received: list[Message]) -> None:
        if sent or received:
            self._group.exchange(sent, received)

    @staticmethod
    def _strip(like: Tensor, rows: Span) -> Tensor:
        return like.new_empty(1, like.shape[1], rows.stop - rows.start, like.shape[3])


class SlabPartition(Partition):
    """The `Partition` of the processes of a group.

    on_machine: how many of them run on this machine, and share its memory and disk; local_rank: which of them this is.
    `Partition` explains the methods.
    """

    def __init__(self, group: Group, on_machine: int = 1, local_rank: int = 0):
        super().__init__(group.rank, group.size, local_rank, on_machine)
        self.group = group

    def total(self, x: float) -> float:
        return self.group.total(x)

    def largest(self, x: float) -> float:
        return self.group.largest(x)

    def everywhere(self, x: bool) -> bool:
        return self.group.everywhere(x)

    def anywhere(self, x: bool) -> bool:
        return self.group.anywhere(x)

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        self.group.add_up(tensors)

    def said_by_first(self, value: Any = None) -> Any:
        return self.group.tell(value)

    def rows_of(self, height: int, rank: int | None = None) -> Span:
        return slabs_of(height, self.size)[self.rank if rank is None else rank]

    def largest_part(self, height: int) -> int:
        return max(span.stop - span.start for span in slabs_of(height, self.size))

    def members(self, height: int) -> Partition | None:
        count = sum(span.start < span.stop for span in slabs_of(height, self.size))
        group = self.group.first(count)
        if self.rank >= count:
            return None
        return WHOLE if count == 1 else SlabPartition(group, self.on_machine, self.local_rank)

    def exchange(self, height: int, wanted: Callable[[int], Span]) -> SlabExchange:
        spans = slabs_of(height, self.size)
        return SlabExchange(self.group, spans, [wanted(rank) for rank in range(self.size)])

    def scattered(self, make: Callable[[], Tensor], height: int, width: int) -> Tensor:
        whole = make() if self.rank == 0 else torch.empty(1, 3, 0, width)
        owned = everything_at_rank_0(height, self.size)
        return SlabExchange(self.group, owned, slabs_of(height, self.size)).widened(whole)

    def gathered(self, own: Tensor, height: int, stride: int = 1) -> Tensor | None:
        spans = slabs_of(height, self.size)
        return gathered(self.group, [Span(*(-(-row // stride) for row in span)) for span in spans], own)

    def gathered_state(self, state: dict[str, Any], height: int, write: WriteState) -> None:
        save_together(self.group, slabs_of(height, self.size), state, write)

    def reporting(self, but: type[Exception] | None = None) -> AbstractContextManager[None]:
        return self.group.reporting(but or RankError)


def gathered(group: Group, spans: Sequence[Span], own: Tensor) -> Tensor | None:
    """The whole picture [1, n, H, W] on the CPU of rank 0, None elsewhere; `own`: this rank's rows."""
    if group.rank:
        if own.numel():
            group.exchange([(0, own)], [])
        return None
    height = max(span.stop for span in spans)
    whole = torch.empty(*own.shape[:2], height, own.shape[3], dtype=own.dtype)
    whole[:, :, slice(*spans[0])] = own
    for rank, span in enumerate(spans[1:], 1):
        if span.start < span.stop:
            strip = torch.empty(*own.shape[:2], span.stop - span.start, own.shape[3], dtype=own.dtype)
            group.exchange([], [(rank, strip)])
            whole[:, :, slice(*span)] = strip
    return whole


def save_together(group: Group, spans: Sequence[Span], state: dict[str, Any], write: WriteState) -> None:
    """Rank 0 calls `write` with the state of the whole picture; the others send their rows of a tensor when asked.

    state: of this rank's solver; its tensors are rows of the picture, all else is the same in every rank.
    Raises OutputError in every rank when `write` does in rank 0.
    """
    if group.rank:
        _answer(group, spans, state)
        return
    whole: dict[str, Any] = {
        name: _Gathered(group, spans, name, value) if isinstance(value, Tensor) or is_stored(value) else value
        for name, value in state.items()
    }
    try:
        write(whole)
    except OutputError as error:
        group.tell([_FAILED, str(error)])
        raise
    group.tell([_DONE, ""])


def _answer(group: Group, spans: Sequence[Span], state: dict[str, Any]) -> None:
    while True:
        command, text = group.tell()
        if command == _FAILED:
            raise OutputError(text)
        if command == _DONE:
            return
        if text in state:
            gathered(group, spans, _tensor(state[text]))


class _Gathered:
    """A tensor of the whole picture, `Stored` in the slabs of all ranks."""

    def __init__(self, group: Group, spans: Sequence[Span], name: str, own: Tensor | Stored):
        self._group, self._spans, self._name, self._own = group, spans, name, own
        self.dtype = own.dtype

    @property
    def shape(self) -> torch.Size:
        height = max(span.stop for span in self._spans)
        return torch.Size((*self._own.shape[:2], height, self._own.shape[3]))

    def tensor(self) -> Tensor:
        self._group.tell([_SEND, self._name])
        whole = gathered(self._group, self._spans, _tensor(self._own))
        assert whole is not None  # this is rank 0
        return whole


def _tensor(value: Tensor | Stored) -> Tensor:
    return value if isinstance(value, Tensor) else value.tensor()
