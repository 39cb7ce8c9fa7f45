"""Rows that go from the ranks that own them to those that need them, and gradients that come back."""

from collections.abc import Sequence

from torch import Tensor

from impasto.distributed.group import Group, Message
from impasto.distributed.slab_spans import overlap
from impasto.tensor_types import Span


class SlabExchange:
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
