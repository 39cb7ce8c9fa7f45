"""The style cost of covariances: the Gram cost of activations whose mean was taken away.

    mu = 1/N sum a        C = 1/N sum (a - mu)(a - mu)^T = 1/N A A^T - mu mu^T,    N = n_H n_W positions

    J_style^[l](S, G) = 1 / (4 n_C^2) * sum (C_S - C_G)^2

Sun and Saenko, "Deep CORAL" (arXiv 1607.01719), equation 1; for painting it is known as the mean-subtracted Gram
matrix. How strongly a channel is active on average counts in the Gram matrix only: its mean is left to the content.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from impasto.costs.style import StyleTarget, style_rule
from impasto.costs.term import Summary
from impasto.tensor_types import Gram, Scalar


def mean_and_covariance(summary: Summary) -> tuple[Tensor, Gram]:
    """mu [n_C] and C [n_C, n_C], in float64, of the sums that `gram_summary(a, sums=True)` gives.

    In float64 because a mean that is large compared with the deviations from it leaves few digits of their difference.

    >>> import torch
    >>> from impasto.costs.gram import gram_summary
    >>> a = torch.tensor([[1.0, 3.0], [2.0, 6.0]]).reshape(1, 2, 1, 2)
    >>> mean_and_covariance(gram_summary(a, sums=True)[0])
    (tensor([2., 4.], dtype=torch.float64), tensor([[1., 2.],
            [2., 4.]], dtype=torch.float64))
    """
    moments = exact(summary.total) / summary.count
    mu = moments[:, -1]
    return mu, moments[:, :-1] - mu[:, None] * mu


def exact(x: Tensor) -> Tensor:
    """x in float64; on the CPU where its device has none."""
    return x.cpu().double() if x.device.type == "mps" else x.double()


@dataclass(frozen=True, eq=False)
class CovarianceTarget(StyleTarget):
    """The fixed covariance of the style image at one layer."""

    C_S: Gram

    reference_factor: ClassVar[float] = 4.0
    bytes_per_pair: ClassVar[int] = 28
    sums: ClassVar[bool] = True

    @classmethod
    def of(cls, summary_S: Summary) -> "CovarianceTarget":
        """The target for G, when S has this summary."""
        return cls(mean_and_covariance(summary_S)[1])

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l]."""
        _, C_G = mean_and_covariance(summary)
        return style_rule(self.C_S, C_G).to(summary.total)
