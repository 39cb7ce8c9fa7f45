"""The style cost of Gaussians: how far the style's distribution of activations has to be moved to become G's.

    W^2 = |mu_S - mu_G|^2 + tr(C_S + C_G - 2 (F^T C_G F)^1/2),    F F^T = C_S

the squared Wasserstein-2 distance of two Gaussians (Dowson and Landau, "The Frechet distance between multivariate
normal distributions", 1982, equation 4; there F is C_S^1/2, and any other F has the same eigenvalues F^T C_G F). In
style transfer it is the cost of crowsonkb's style-transfer-pytorch. Its derivative is

    dW^2/dC_G = 1 - T,    T = F (F^T C_G F)^-1/2 F^T

where T is the map that carries G's distribution to S's. Few positions span few of 512 directions, and in the others
T has no bound; so EPSILON of the mean variance of S is added to every channel's variance in both, as equal noise would.
It bounds T, and W stays 0 where the two are equal.

    J_style^[l](S, G) = sum G_S^2 / (4 n_C^2 tr G_S) * W^2,    G_S the mean Gram matrix

A picture without any activation has W^2 = tr G_S: the factor makes it cost what it costs by Gram matrices, so that
beta has the same unit for both.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.costs.covariance import exact, mean_and_covariance
from impasto.costs.style import StyleTarget
from impasto.costs.term import Summary
from impasto.tensor_types import Gram, Scalar

EPSILON = 1e-3
"""Part of the style's mean variance that is added to every variance, of both pictures."""


def root(C: Gram) -> Gram:
    """A factor F with F F^T = C, a symmetric matrix in float64 without negative eigenvalues beyond rounding.

    >>> root(torch.tensor([[4.0, 0.0], [0.0, 9.0]], dtype=torch.float64)).abs()
    tensor([[2., 0.],
            [0., 3.]], dtype=torch.float64)
    """
    values, vectors = torch.linalg.eigh(C)
    return vectors * values.clamp(min=0).sqrt()


class _Overlap(torch.autograd.Function):
    """tr (F^T C F)^1/2, to be differentiated once by C.

    autograd would differentiate the eigenvectors, and divide by differences of eigenvalues that are often equal.
    """

    @staticmethod
    def forward(ctx: Any, C: Tensor, F: Tensor) -> Tensor:
        product = F.T @ C @ F
        if (
            not product.isfinite().all()
        ):  # eigh would raise; a cost that is no number is the solver's to judge
            product = torch.full_like(product, float("nan"))
            ctx.save_for_backward(product, product[0])
            return product[0, 0].clone()
        values, vectors = torch.linalg.eigh(product)
        roots = values.clamp(min=0).sqrt()
        ctx.save_for_backward(F @ vectors, roots)
        return roots.sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        turned, roots = ctx.saved_tensors
        inverse = torch.where(roots > 0, 1 / roots, 0)
        return 0.5 * gradient * (turned * inverse) @ turned.T, None


def squared_distance(mu_S: Tensor, C_S: Gram, F: Gram, mu_G: Tensor, C_G: Gram) -> Scalar:
    """W^2 of two Gaussians with means mu [n_C] and covariances C [n_C, n_C] in float64; F F^T = C_S."""
    overlap: Tensor = _Overlap.apply(C_G, F)
    return (mu_S - mu_G).square().sum() + C_S.trace() + C_G.trace() - 2 * overlap


@dataclass(frozen=True, eq=False)
class WassersteinTarget(StyleTarget):
    """The fixed Gaussian of the style image at one layer.

    C_S: with `noise` added to each variance. F F^T = C_S. unit: what W^2 is multiplied by.
    """

    mu_S: Tensor
    C_S: Gram
    F: Gram
    noise: Tensor
    unit: float

    reference_factor: ClassVar[float] = 2.0
    bytes_per_pair: ClassVar[int] = 52
    sums: ClassVar[bool] = True

    @classmethod
    def of(cls, summary_S: Summary) -> "WassersteinTarget":
        """What G is compared with, when S has this summary."""
        mu_S, C_S = mean_and_covariance(summary_S)
        noise = EPSILON * C_S.diagonal().mean() * torch.eye(len(mu_S)).to(C_S)
        gram = exact(summary_S.total[:, :-1]) / summary_S.count
        energy = float(gram.trace())
        unit = float(gram.square().sum()) / (4 * len(mu_S) ** 2 * energy) if energy > 0 else 1.0
        return cls(mu_S, C_S + noise, root(C_S + noise), noise, unit)

    def activation_reference(self, activation: float) -> float | None:
        """W^2 of two Gaussians whose channels all lie so far apart: n_C activation^2."""
        return self.unit * len(self.mu_S) * activation**2

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l]."""
        mu_G, C_G = mean_and_covariance(summary)
        distance = squared_distance(self.mu_S, self.C_S, self.F, mu_G, C_G + self.noise)
        return (self.unit * distance).to(summary.total)
