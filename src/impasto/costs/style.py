"""The style cost: how far G's Gram matrices are from S's, whatever stands where.

    J_style^[l](S, G) = 1 / (4 n_C^2 (n_H n_W)^2) * sum (G_S - G_G)^2        J_style = sum_l lambda_l J_style^[l]

S and G may differ in size: each Gram matrix is divided by its own n_H n_W.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from impasto.costs.gram import gram_summary
from impasto.costs.term import Slices, Summary
from impasto.tensor_types import Features, Gram, Scalar


def layer_style_cost(a_S: Features | Summary, a_G: Features | Summary) -> Scalar:
    """J_style^[l] of one layer.

    a_S, a_G: activations [1, n_C, n_H, n_W] of the style and the generated image; n_H and n_W may differ. The engines
    give what was measured of them, `gram_summary`, added up over the tiles of a picture.
    Raises ValueError when n_C differs.

    >>> import torch
    >>> layer_style_cost(torch.ones(1, 3, 5, 4), torch.zeros(1, 3, 2, 7)).item()
    0.25
    """
    S, G = (one if isinstance(one, Summary) else gram_summary(one)[0] for one in (a_S, a_G))
    if S.total.shape != G.total.shape:
        raise ValueError(
            f"layer_style_cost compares one layer: a_S has {len(S.total)} channels, a_G has {len(G.total)}"
        )
    return style_rule(S.mean, G.mean)


def style_cost(
    features_S: Mapping[str, Features],
    features_G: Mapping[str, Features],
    layer_weights: Mapping[str, float],
) -> Scalar:
    """J_style: the layers' costs, each times its lambda.

    features_S, features_G: activations by layer name; layer_weights: lambda by layer name.
    Raises ValueError when a weighted layer has no activations, or no layer is weighted.
    """
    missing = [name for name in layer_weights if name not in features_S or name not in features_G]
    if missing or not layer_weights:
        raise ValueError(
            f"style_cost needs the activations of every weighted layer; missing: {missing or 'all'}"
        )
    costs = [
        weight * layer_style_cost(features_S[name], features_G[name])
        for name, weight in layer_weights.items()
    ]
    return sum(costs[1:], start=costs[0])


def style_rule(mean_gram_S: Gram, mean_gram_G: Gram) -> Scalar:
    """1 / (4 n_C^2) * sum of the squared differences of two mean Gram matrices."""
    n_C = mean_gram_G.shape[0]
    return (mean_gram_S - mean_gram_G).square().sum() / (4 * n_C**2)


class StyleTarget:
    """The statistics of the style image at one layer, and the distance of a picture from them; see `styles.py`.

    reference_factor: a balanced cost is divided by so many times the cost of a picture without any activation; chosen
    so that the same beta leads about equally far away from the photograph, whatever the kind. Without factors,
    Tuebingen in the manner of the Starry Night (160 pixels) ended with Gram matrices and beta 20 at a content cost of
    0.73, with covariances at 0.68 (beta 5) and 1.12 (20), with Gaussians at 0.54 (8) and 0.91 (20). With them, beta
    20 changed the pixels of Louvre x Monet (128 pixels) by 0.237, 0.234 and 0.228, root mean square.
    bytes_per_pair: memory that a term has for each pair of channels: its target, and in an evaluation the sums and the
    matrices that its rule makes of them (`tests/memory/test_further_costs.py`).
    sums: whether the sum of each channel is measured beside the Gram matrix.
    """

    reference_factor: ClassVar[float]
    bytes_per_pair: ClassVar[int]
    sums: ClassVar[bool] = False

    @classmethod
    def measure(
        cls, a: Features, place: Slices | None = None, weight: Tensor | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums over the positions of `a`; the arguments, and what is returned, as for `gram_summary`."""
        return gram_summary(a, place, weight, value=value, sums=cls.sums)

    @classmethod
    def of(cls, summary_S: Summary) -> "StyleTarget":
        """The target that a style image with this summary is."""
        raise NotImplementedError

    def activation_reference(self, activation: float) -> float | None:
        """The cost of being off by so much in every channel; None where the statistics have no mean."""
        return None

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l] of a picture with this summary."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class GramTarget(StyleTarget):
    """The fixed Gram matrix of the style image at one layer."""

    summary_S: Summary

    reference_factor: ClassVar[float] = 1.0
    bytes_per_pair: ClassVar[int] = 12

    @classmethod
    def of(cls, summary_S: Summary) -> "GramTarget":
        """The target for G, when S has this summary."""
        return cls(summary_S)

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l]."""
        return layer_style_cost(self.summary_S, summary)
