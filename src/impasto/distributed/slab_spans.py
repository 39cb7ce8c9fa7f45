"""The rows of a picture that each process owns: arithmetic only."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from impasto.distributed.partition import ALIGNED
from impasto.tensor_types import Span

FEWEST_ROWS = 128
"""A slab has at least as many: below, what it must see of its neighbours is more than its own. A picture that is too
small for all ranks is painted by the first ones, or the first one, alone."""


@dataclass(frozen=True)
class Slabs:
    """The rows of a picture, shared out. spans: by rank; those beyond `members` have none."""

    spans: tuple[Span, ...]
    members: int

    @classmethod
    def of(cls, height: int, ranks: int) -> "Slabs":
        """Slabs as equal as they can be; the last one also takes the odd rows."""
        units = height // ALIGNED
        members = max(1, min(ranks, height // FEWEST_ROWS))
        cuts = [ALIGNED * (units * rank // members) for rank in range(members)] + [height]
        cuts += [height] * (ranks - members)
        return cls(tuple(Span(*pair) for pair in pairwise(cuts)), members)

    @property
    def largest(self) -> int:
        """Rows of the largest slab."""
        return max(span.stop - span.start for span in self.spans)


def overlap(one: Span, other: Span) -> Span | None:
    """The rows that are in both."""
    start, stop = max(one.start, other.start), min(one.stop, other.stop)
    return Span(start, stop) if start < stop else None


def everything_at_rank_0(height: int, ranks: int) -> Sequence[Span]:
    """The spans of a picture that is in one place."""
    return [Span(0, height)] + [Span(height, height)] * (ranks - 1)
