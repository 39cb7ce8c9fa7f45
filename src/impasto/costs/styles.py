"""The kinds of style cost, by name, and the term that each of them becomes, of the whole canvas or of a region."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Protocol

from torch import Tensor

from impasto.costs.covariance import CovarianceTarget
from impasto.costs.region import Guide
from impasto.costs.style import GramTarget
from impasto.costs.term import EVERYWHERE, Slices, Summary, TileWindow
from impasto.costs.wasserstein import WassersteinTarget
from impasto.tensor_types import Features, Scalar


class StyleTarget(Protocol):
    """The statistics of the style image at one layer, and the distance of a picture from them.

    reference_factor: a balanced cost is divided by so many times the cost of a picture without any activation; chosen
    so that the same beta leads about equally far away from the photograph, whatever the kind. Without factors,
    Tuebingen in the manner of the Starry Night (160 pixels) ended with Gram matrices and beta 20 at a content cost of
    0.73, with covariances at 0.68 (beta 5) and 1.12 (20), with Gaussians at 0.54 (8) and 0.91 (20). With them, beta
    20 changed the pixels of Louvre x Monet (128 pixels) by 0.237, 0.234 and 0.228, root mean square.
    bytes_per_pair: memory that a term has for each pair of channels: its target, and in an evaluation the sums and the
    matrices that its rule makes of them (`tests/memory/test_further_costs.py`).
    """

    reference_factor: ClassVar[float]
    bytes_per_pair: ClassVar[int]

    @staticmethod
    def measure(
        a: Features, place: Slices | None = None, weight: Tensor | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums over the positions of `a`, or of some rows and columns of it; the rest as for `Term.measure`.

        weight: what each of them counts [rows, columns]; see `region.py`.
        """

    @classmethod
    def of(cls, summary_S: Summary) -> "StyleTarget":
        """The target that a style image with this summary is."""

    def activation_reference(self, activation: float) -> float | None:
        """The cost of being off by so much in every channel; None where that is not known."""

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l] of a picture with this summary."""


STYLE_COSTS: dict[str, type[StyleTarget]] = {
    "gram": GramTarget,
    "covariance": CovarianceTarget,
    "wasserstein": WassersteinTarget,
}
"""The kinds of style cost, by the names that the setting `style_cost` has."""


def style_summary(
    cost: StyleTarget | type[StyleTarget],
    a: Features,
    guide: Guide | None = None,
    window: TileWindow | None = None,
    *,
    value: bool = True,
) -> tuple[Summary, Features]:
    """The sums of a style cost over the positions of `a`, or of its window, and `a` to continue with.

    guide: the region whose positions count, each by its weight; None: all count alike.
    """
    there, here = (EVERYWHERE, None) if window is None else (window.in_layer, window.in_tile)
    return cost.measure(a, here, None if guide is None else guide.weight[there], value=value)


def of_region(summary: Summary, guide: Guide | None) -> Summary:
    """The summary of a region whose positions sum up to this: its count is the mass."""
    return summary if guide is None else Summary(summary.total, guide.mass)


@dataclass(frozen=True, eq=False)
class StyleTerm:
    """The style cost of one layer, of any kind; guide: the region that it is the cost of, None for the whole canvas."""

    layer: str
    target: StyleTarget
    weight: float = 1.0
    guide: Guide | None = None
    part: Literal["style"] = "style"

    def within(self, guide: Guide, weight: float = 1.0) -> "StyleTerm":
        """The same cost of a region of the canvas; weight: of the region among others of its size."""
        return replace(self, guide=guide, weight=weight * guide.share * self.weight)

    def measure(
        self, a_G: Features, window: TileWindow | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums that the target compares."""
        return style_summary(self.target, a_G, self.guide, window, value=value)

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l], of S and G or of S_r and G_r."""
        return self.target.rule(of_region(summary, self.guide))
