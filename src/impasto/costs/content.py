"""The content cost: how far G's activations are from C's, position by position.

J_content(C, G) = 1 / (4 n_H n_W n_C) * sum (a_C - a_G)^2
"""

from dataclasses import dataclass
from typing import Literal

from impasto.costs.content_store import Encoding
from impasto.costs.term import EVERYWHERE, Summary, TileWindow
from impasto.tensor_types import Features, Scalar


def content_cost(a_C: Features | Summary, a_G: Features | None = None) -> Scalar:
    """J_content of one layer.

    a_C, a_G: activations [1, n_C, n_H, n_W] of the content and the generated image, of one shape. The engines give
    instead of both what was measured of them, `squared_difference`, added up over the tiles of a picture.
    Raises ValueError when the shapes differ.

    >>> import torch
    >>> content_cost(torch.ones(1, 3, 5, 4), torch.zeros(1, 3, 5, 4)).item()
    0.25
    """
    if isinstance(a_C, Summary):
        return a_C.total / (4 * a_C.count)
    if a_G is None or a_C.shape != a_G.shape:
        raise ValueError(
            f"content_cost compares positions: a_C is {tuple(a_C.shape)}, a_G is "
            f"{None if a_G is None else tuple(a_G.shape)}"
        )
    return content_cost(squared_difference(a_C, a_G))


def squared_difference(a_C: Features, a_G: Features) -> Summary:
    """sum (a_C - a_G)^2, and n_H n_W n_C."""
    return Summary((a_C - a_G).square().sum(), a_G.numel())


@dataclass(frozen=True, eq=False)
class ContentTerm:
    """The content cost of one layer, against fixed activations a_C of the whole content image."""

    layer: str
    a_C: Encoding
    weight: float = 1.0
    part: Literal["content"] = "content"

    def measure(
        self, a_G: Features, window: TileWindow | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """sum (a_C - a_G)^2 over the positions of `a_G`, or of its window."""
        if window is None:
            return squared_difference(self.a_C.at(EVERYWHERE), a_G), a_G
        return squared_difference(
            self.a_C.at(window.in_layer), a_G[..., window.in_tile[0], window.in_tile[1]]
        ), a_G

    def rule(self, summary: Summary) -> Scalar:
        """J_content."""
        return content_cost(summary)
