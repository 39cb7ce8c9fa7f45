"""The palette cost: how far G's colours are from S's, as distributions of all pixels.

    J_palette(S, G) = 1/3 W^2(N(mu_S, C_S), N(mu_G, C_G))

mu and C are mean and covariance over the pixels of y = 4 OKLab(pixel); W is the Wasserstein-2 distance of
`wasserstein.py`. OKLab (Ottosson 2020) is a space in which a distance is about as large as it looks; times 4 its
numbers are as large as those of activations that are divided by their mean. The layers of VGG-19 see
colours through patches; this cost holds the colours themselves.

The sums are over pixels: 1, y and y y^T, so the cost is exact in strips and among processes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.costs.term import Summary
from impasto.costs.wasserstein import root, squared_distance
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.tensor_types import Scalar

SCALE = 4.0
NOISE = 1e-4
"""Part of the style's mean variance that is added to every variance of both pictures."""
_DARKEST = 1e-5
"""Linear light from which on the cube root of OKLab has a derivative that can be used."""


def colors(image: Tensor) -> Tensor:
    """y [3, K] of the pixels of an image [1, 3, H, W] in [0, 1]."""
    return SCALE * oklab_from_linear(linear_from_srgb(image).clamp_min(_DARKEST))[0].flatten(1)


def color_sums(image: Tensor, weight: Tensor | None = None) -> Summary:
    """The sums of y y^T and y over the pixels, [3, 4] in float64, each pixel times its weight [H, W]."""
    y = colors(image).double()
    w = torch.ones_like(y[0]) if weight is None else weight.flatten().to(y)
    return Summary(torch.cat([(y * w) @ y.T, (y * w).sum(1, keepdim=True)], 1), float(w.sum()))


@dataclass(frozen=True, eq=False)
class PaletteTarget:
    """The palette of the style: mu_S [3], C_S with noise, and F with F F^T = C_S."""

    mu_S: Tensor
    C_S: Tensor
    F: Tensor
    noise: Tensor

    @classmethod
    def of(cls, summary_S: Summary) -> "PaletteTarget":
        """What G is compared with, when S has these sums."""
        mu, C = _moments(summary_S.mean)
        noise = NOISE * C.diagonal().mean() * torch.eye(3).to(C)
        return cls(mu, C + noise, root(C + noise), noise)

    def rule(self, summary: Summary) -> Scalar:
        """J_palette of a picture with these sums."""
        mu, C = _moments(summary.mean)
        return squared_distance(self.mu_S, self.C_S, self.F, mu, C + self.noise) / 3


def _moments(mean: Tensor) -> tuple[Tensor, Tensor]:
    mu = mean[:, 3]
    return mu, mean[:, :3] - mu[:, None] * mu
