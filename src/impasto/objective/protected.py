"""A part of the picture that stays as photographed: G = (1 - m) X + m C.

C is the photograph, m in [0, 1] how far it is kept, and X the canvas that the solver moves. The cost is that of G, so
the network sees what is kept, and strokes join it; dJ/dX = (1 - m) dJ/dG. Where m = 1, G is C to the bit.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.objective.transform import Transform
from impasto.tensor_types import Image


@dataclass(frozen=True, eq=False)
class Protection:
    """content: C [1, 3, H, W]. mask: m [1, 1, H, W]; where several processes share a picture, the own rows of both."""

    content: Tensor
    mask: Tensor

    def over(self, canvas: Image) -> Image:
        """G, given X."""
        # lerp counts from the nearer end: exactly X where m = 0, and exactly C where m = 1.
        return torch.lerp(canvas, self.content.to(canvas), self.mask.to(canvas))

    def transform(self) -> Transform:
        """G as a function of X; dJ/dX = (1 - m) dJ/dG."""
        return Transform(self.over, lambda gradient: gradient.mul_(1 - self.mask.to(gradient)))
