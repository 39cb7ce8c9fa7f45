"""The kinds of style cost, by name, and the term that each of them becomes, of the whole canvas or of a region."""

from dataclasses import dataclass, replace
from typing import Literal

from impasto.costs.covariance import CovarianceTarget
from impasto.costs.region import Guide
from impasto.costs.style import GramTarget, StyleTarget
from impasto.costs.term import EVERYWHERE, Summary, TileWindow
from impasto.costs.wasserstein import WassersteinTarget
from impasto.tensor_types import Features, Scalar

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
