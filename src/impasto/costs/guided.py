"""The style cost of a region: Gram matrices guided by a soft mask (Gatys et al. 2017, arXiv 1611.07865, section 3).

    G_r = sum_p w_r(p) a(p) a(p)^T / sum_p w_r(p) = A_r A_r^T,   A_r = A with each position times sqrt(w_r / sum w_r)
    J_style^[l] = sum_r share_r * J_style^[l](S_r, G_r),         share_r = sum_p w_r(p) / (n_H n_W) before erosion

a(p) is the activation at position p, w_r(p) in [0, 1] says how far p belongs to region r, and S_r is the region's own
style: another painting, or the part of one that a mask over it marks (measured by the same formula).

Two departures. The paper multiplies activations by a guide T with sum T^2 = 1, resampled from the mask; here
T = sqrt(w / sum w), so that the soft edges of neighbours make up each position exactly once: where the w_r add up to 1,
the sum of mass_r G_r is the Gram matrix of the picture. And each region counts by its share of the picture instead of a
weight of its own (the paper's lambda_r): a position is then pulled as strongly as without regions, however large its
region is. One region that is white everywhere is the plain style cost.
"""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.costs.term import Place, Summary, Term, Window
from impasto.native.guided_product import guided_product
from impasto.shapes import Features, Gram, Scalar

_EVERYWHERE: Place = (slice(None), slice(None))


@dataclass(frozen=True, eq=False)
class Guide:
    """A region in one layer.

    weight: w(p), [n_H, n_W], of the positions that are owned here (all, unless several processes share the picture).
    mass: sum_p w(p) over the whole layer. share: the region's part of the layer, 0 to 1.
    """

    weight: Tensor
    mass: float
    share: float


def guided_gram_matrix(a: Features, weight: Tensor) -> Gram:
    """G_r, [n_C, n_C], of activations `a` [1, n_C, n_H, n_W] with the weights [n_H, n_W] of their positions.

    >>> import torch
    >>> a = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 1, 2)
    >>> guided_gram_matrix(a, torch.tensor([[1.0, 0.0]]))
    tensor([[1., 3.],
            [3., 9.]])
    >>> guided_gram_matrix(a, torch.tensor([[0.5, 0.5]]))  # (G_1 + G_2) / 2
    tensor([[ 2.5000,  5.5000],
            [ 5.5000, 12.5000]])
    """
    total: Tensor = guided_product(a, weight)[0] / weight.sum()
    return total


def guided_summary(
    a: Features, guide: Guide, window: Window | None = None, *, value: bool = True
) -> tuple[Summary, Features]:
    """sum_p w(p) a(p) a(p)^T over the positions of `a`, or of its window; and `a` to go on with.

    The count is that of the positions; what the sum is to be divided by is `guide.mass`.
    """
    there, here = (_EVERYWHERE, None) if window is None else (window.there, window.here)
    weight = guide.weight[there]
    total, passed_on = guided_product(a, weight, here, value=value)
    return Summary(total, weight.numel()), passed_on


def guided_mean(summary: Summary, guide: Guide) -> Summary:
    """The summary of an average position of the region."""
    return Summary(summary.total / guide.mass, 1)


@dataclass(frozen=True, eq=False)
class GuidedTerm:
    """The style cost of one region in one layer.

    target: the term that compares the region's average position with its style. weight: the region's, its share in it.
    """

    layer: str
    target: Term
    guide: Guide
    weight: float = 1.0
    part: Literal["style"] = "style"

    def measure(
        self, a_G: Features, window: Window | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The guided sum over the positions of `a_G`, or of its window."""
        return guided_summary(a_G, self.guide, window, value=value)

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l](S_r, G_r)."""
        return self.target.rule(guided_mean(summary, self.guide))
