"""The style cost of a region: its positions measured by a soft mask (Gatys et al. 2017, arXiv 1611.07865, section 3).

    mass_r = sum_p w_r(p)
    G_r  = 1/mass_r sum_p w_r(p) a(p) a(p)^T = A_r A_r^T,   A_r = A with each position times sqrt(w_r / mass_r)
    mu_r = 1/mass_r sum_p w_r(p) a(p),                      C_r = G_r - mu_r mu_r^T
    J_style^[l] = sum_r share_r * J_style^[l](S_r, G_r),    share_r = sum_p w_r(p) / (n_H n_W) before erosion

a(p) is the activation at position p, w_r(p) in [0, 1] says how far p belongs to region r, and S_r is the region's own
style: another painting, or the part of one that a mask over it marks (measured by the same formula). mu_r and C_r, for
the style costs that compare them, are mean and covariance of the distribution that draws a(p) with the probability
w_r(p) / mass_r; where w_r is 0 or 1 they are those of the positions with 1.

Two departures. The paper multiplies activations by a guide T with sum T^2 = 1, resampled from the mask; here
T = sqrt(w / sum w), so that the soft edges of neighbours make up each position exactly once: where the w_r add up to 1,
the sum of mass_r G_r is the Gram matrix of the picture, and that of mass_r mu_r the sum of its activations. And each
region counts by its share of the picture instead of a weight of its own (the paper's lambda_r): a position is then
pulled as strongly as without regions, however large its region is. One region that is white everywhere is the plain
style cost.
"""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Guide:
    """A region in one layer.

    weight: w(p), [n_H, n_W], of the positions that are owned here (all, unless several processes share the picture).
    mass: sum_p w(p) over the whole layer. share: the region's part of the layer, 0 to 1.
    """

    weight: Tensor
    mass: float
    share: float
