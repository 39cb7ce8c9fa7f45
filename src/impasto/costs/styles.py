"""The kinds of style cost, by name, and the term that each of them becomes."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from torch import Tensor

from impasto.costs.covariance import CovarianceTarget
from impasto.costs.style import GramTarget
from impasto.costs.term import Place, Summary, Window
from impasto.costs.wasserstein import WassersteinTarget
from impasto.tensor_types import Features, Scalar


class StyleTarget(Protocol):
    """What is known of the style image at one layer, and how far a picture is from it.

    bytes_per_pair: memory that a term has for each pair of channels: its target, and in an evaluation the sums and the
    matrices that its rule makes of them (`tests/memory/test_further_costs.py`).
    """

    bytes_per_pair: ClassVar[int]

    @staticmethod
    def measure(
        a: Features, place: Place | None = None, weight: Tensor | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums over the positions of `a`, or of some rows and columns of it; the rest as for `Term.measure`.

        weight: what each of them counts [rows, columns]; see `region.py`.
        """
        ...

    @classmethod
    def of(cls, summary_S: Summary) -> "StyleTarget":
        """The target that a style image with this summary is."""
        ...

    def reference(self, summary_S: Summary) -> float:
        """What the preset `paint` divides the cost by, given the style's summary."""
        ...

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l] of a picture with this summary."""
        ...


STYLE_COSTS: dict[str, type[StyleTarget]] = {
    "gram": GramTarget,
    "covariance": CovarianceTarget,
    "wasserstein": WassersteinTarget,
}
"""By the names that the setting `style_cost` has."""


@dataclass(frozen=True, eq=False)
class StyleTerm:
    """The style cost of one layer, of any kind."""

    layer: str
    target: StyleTarget
    weight: float = 1.0
    part: Literal["style"] = "style"

    def measure(
        self, a_G: Features, window: Window | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """What the target compares, of the positions of `a_G` or of its window."""
        return self.target.measure(a_G, None if window is None else window.here, value=value)

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l]."""
        return self.target.rule(summary)
