"""The table of convolutions x inputs: a new algorithm, or a new hard case, joins by one line."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

ALGORITHMS = (
    # name, n_in, n_out
    ("direct", 3, 8),
    ("direct", 64, 32),
    ("patches", 3, 64),
    ("patches", 1, 32),
    ("winograd", 64, 64),
    ("winograd", 32, 96),
    ("winograd", 256, 32),
    ("winograd", 256, 288),  # so large that its kernel is kept in one form
)

SIZES = (
    # height, width, padding
    (16, 16, 1),
    (21, 34, 1),  # the last row and column belong to unfinished tiles
    (9, 6, 0),
    (7, 10, 2),
    (3, 2, 1),  # less than a tile
)

SMALLEST = (
    # height, width, padding: a single activation
    (1, 1, 1),
    (3, 3, 0),
)

POOLINGS = (None, "max", "average")
UNDECIDED = 1e-4


@dataclass(frozen=True)
class Case:
    """Random input and kernel, and what float64 makes of them."""

    x: Tensor
    kernel: Tensor
    bias: Tensor
    padding: int
    pooling: str | None

    @classmethod
    def random(
        cls, n_in: int, n_out: int, height: int, width: int, padding: int, pooling: str | None
    ) -> "Case":
        source = torch.Generator().manual_seed(n_in + 1000 * height)
        x = torch.randn(1, n_in, height, width, generator=source)
        kernel = torch.randn(n_out, n_in, 3, 3, generator=source) * (2 / (9 * n_in)) ** 0.5
        return cls(x, kernel, 0.1 * torch.randn(n_out, generator=source), padding, pooling)

    def exact(self, x: Tensor) -> Tensor:
        """The layer in float64, differentiable."""
        y = F.relu(self._before_relu(x))
        if self.pooling is None:
            return y
        return F.max_pool2d(y, 2) if self.pooling == "max" else F.avg_pool2d(y, 2)

    def incoming(self, y: Tensor) -> Tensor:
        """A random gradient by y, zero where rounding decides a ReLU's sign or a maximum's place."""
        decided = self._before_relu(self.x.double()).abs() > UNDECIDED
        if self.pooling is not None:
            rows, columns = y.shape[2] * 2, y.shape[3] * 2
            decided = -F.max_pool2d(-decided[..., :rows, :columns].double(), 2) > 0
        if self.pooling == "max":
            before = F.relu(self._before_relu(self.x.double()))[..., :rows, :columns]
            first, second = F.unfold(before[0][:, None], 2, stride=2).topk(2, dim=1).values.unbind(1)
            decided &= ((first - second > UNDECIDED) | (first == 0)).reshape(y.shape)
        source = torch.Generator().manual_seed(7)
        return torch.randn(y.shape, generator=source) * decided

    def _before_relu(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.kernel.double(), self.bias.double(), padding=self.padding)


def relative(found: Tensor, exact: Tensor) -> float:
    """|found - exact| / |exact|."""
    return float((found.detach() - exact.detach()).norm() / exact.detach().norm())
