"""Named tensor types, and spans of rows. The names inside the brackets are the paper's.

They are read everywhere and checked in the tests only (`--jaxtyping-packages` in pyproject.toml).
"""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

Image = Float[Tensor, "1 3 height width"]
"""RGB, sRGB-coded, in [0, 1]."""

ResizedImage = Float[Tensor, "1 3 new_height new_width"]
"""An image used together with another of a different size."""

Features = Float[Tensor, "1 n_C n_H n_W"]
"""Activations of one layer, after its ReLU."""

Input = Float[Tensor, "1 channels height width"]
"""The input of a walk through some blocks of the network: an image, or the pooled activations before a block."""

Piece = Float[Tensor, "1 channels rows columns"]
"""The part of an input that a tile sees or owns."""

Gram = Float[Tensor, "n_C n_C"]
"""A A^T: how similar channels i and j are, summed over the positions."""

Scalar = Float[Tensor, ""]
"""One number that can be differentiated."""


class Span(NamedTuple):
    """Rows or columns: from `start` up to, and without, `stop`."""

    start: int
    stop: int

    def within(self, outer: "Span") -> slice:
        """This span as a slice of an array that holds `outer`."""
        return slice(self.start - outer.start, self.stop - outer.start)

    def widened(self, by: int, length: int) -> "Span":
        """This span with `by` more on each side, as far as there are any in [0, length)."""
        return Span(max(0, self.start - by), min(length, self.stop + by)) if self.start < self.stop else self
