"""The kinds of style cost, by name, and the term that each of them becomes."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from torch import Tensor

from impasto.costs.covariance import CovarianceTarget
from impasto.costs.style import GramTarget
from impasto.costs.term import Slices, Summary, TileWindow
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


@dataclass(frozen=True, eq=False)
class StyleTerm:
    """The style cost of one layer, of any kind."""

    layer: str
    target: StyleTarget
    weight: float = 1.0
    part: Literal["style"] = "style"

    def measure(
        self, a_G: Features, window: TileWindow | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums that the target compares, over the positions of `a_G` or of its window."""
        return self.target.measure(a_G, None if window is None else window.in_tile, value=value)

    def rule(self, summary: Summary) -> Scalar:
        """J_style^[l]."""
        return self.target.rule(summary)
