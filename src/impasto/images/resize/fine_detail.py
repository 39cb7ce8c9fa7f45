"""Fine detail: what a picture shows at one size, and not yet at the size before.

It is never there as a whole, because a canvas may be gigabytes: it is made for some rows at a time.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.images.picture import Picture
from impasto.images.pixel_store import strips
from impasto.images.resize.resize import enlarged_rows, rows_at, source_rows


@dataclass(frozen=True)
class FineDetail:
    """The detail that `picture` shows at `size` and not at the size `coarse`, both (height, width)."""

    picture: Picture
    size: tuple[int, int]
    coarse: tuple[int, int]

    def rows(self, first: int, last: int) -> Tensor:
        """Rows `first` to `last` - 1: [1, 3, last - first, W] on the CPU, values in [-1, 1]."""
        begin, end = source_rows(first, last, self.size[0], self.coarse[0])
        coarse = rows_at(self.picture, self.coarse, begin, end)
        lost = enlarged_rows(coarse, begin, self.coarse, self.size, first, last)
        return rows_at(self.picture, self.size, first, last) - lost

    def squares(self, first: int, last: int) -> float:
        """The sum of the squares of all values in these rows."""
        rows = (self.rows(first + a, first + b) for a, b in strips(last - first, self.size[1]))
        return sum(float(strip.square().sum(dtype=torch.float64)) for strip in rows)


def detail_share(photograph: float, painting: float) -> float:
    """How much of the photograph's fine detail suits the painting, 0 to 1, given both details' root mean squares.

    The share at which the photograph's detail is as strong as the painting's own, and 1 when it is weaker: a soft
    painting takes the grain off a crisp photograph, a crisp one leaves it alone.

    >>> detail_share(0.2, 0.1), detail_share(0.1, 0.2), detail_share(0.0, 0.0)
    (0.5, 1.0, 1.0)
    """
    return 1.0 if photograph <= painting else painting / photograph
