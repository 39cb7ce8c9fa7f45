"""The parts of the objective of one scale, and the tilings of its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from impasto.costs.custom import CustomCost, custom_layers
from impasto.costs.image_cost import ImageCost
from impasto.costs.neighbours import NEIGHBOUR_LAYERS
from impasto.distributed.partition import Partition
from impasto.images.picture import Picture
from impasto.images.resize import rows_at
from impasto.inputs.inputs import Inputs
from impasto.layout import Layout
from impasto.objective.tiling import Tiling
from impasto.objective.transforms import MARGIN
from impasto.settings import Settings
from impasto.tensor_types import Image, Span
from impasto.vgg.vgg19 import VGG19

KnownNeighbours = Sequence[Mapping[str, np.ndarray]]
"""The number of the neighbour of each position over a picture, for each region and layer: int32 [n_H, n_W]; -1 where it
is not known."""


@dataclass(frozen=True)
class ScaleSetup:
    """The parts of the objective of one scale.

    settings, inputs: as they are now; a painting that is steered changes weights in both. content_layers,
    style_layers: those that are encoded, whatever weight they have now. size: height and width of the canvas.
    style_sizes: of each style image for it. layout: how the scale is computed. partition: the processes that own
    rows of the canvas. costs, image_costs: of the user's own. grows: whether a larger scale follows.
    known_neighbours: which need not be searched, for a process that owns the whole canvas.
    """

    encoder: VGG19
    inputs: Inputs
    settings: Settings
    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    size: tuple[int, int]
    style_sizes: Sequence[tuple[int, int]]
    layout: Layout
    partition: Partition
    costs: Sequence[CustomCost] = ()
    image_costs: Sequence[ImageCost] = ()
    grows: bool = False
    known_neighbours: KnownNeighbours = ()

    @property
    def margin(self) -> int:
        """Pixels of mirrored margin on each side of every picture."""
        return MARGIN if self.settings.border == "mirror" else 0

    @property
    def reference_pooling(self) -> str | None:
        """The pooling for which typical activations are the references of costs; None where they are measured."""
        return self.settings.pooling if self.settings.reference == "activation" else None

    @property
    def neighbour_layers(self) -> tuple[str, ...]:
        """The layers in which neighbours are searched; none where their cost has no weight."""
        return tuple(NEIGHBOUR_LAYERS) if self.settings.neighbours else ()

    @property
    def layers(self) -> list[str]:
        """Every layer that some cost looks at, each once."""
        own = [*self.content_layers, *self.style_layers, *self.neighbour_layers]
        return list(dict.fromkeys([*own, *custom_layers(self.costs)]))

    @property
    def own_rows(self) -> Span:
        """The rows of the canvas that this process owns."""
        return self.partition.rows_of(self.size[0])

    def canvas_tiling(self, layers: Sequence[str], rank: int | None = None) -> Tiling:
        """The tiles in which a process walks its part of the canvas for some layers."""
        return Tiling(*self.size, layers, self.layout.tile, self.margin, self._band(self.size[0], rank))

    def style_tiling(self, number: int, layers: Sequence[str]) -> Tiling:
        """The tiles in which this process walks its part of a style image for some layers."""
        size = self.style_sizes[number]
        return Tiling(*size, layers, self.layout.style_tile, self.margin, self._band(size[0]))

    def _band(self, height: int, rank: int | None = None) -> Span | None:
        return self.partition.rows_of(height, rank) if self.partition.size > 1 else None

    def content_rows(self, rows: Span) -> Image:
        """Rows of the content image at the size of the canvas, on the encoder's device."""
        return self._rows(self.inputs.content, self.size, rows)

    def protected_rows(self, rows: Span) -> Image:
        """Rows of the content image as the result shows them where it is protected."""
        return rows_at(self.inputs.content, self.size, *rows).to(self.encoder.device)

    def style_rows(self, number: int, rows: Span) -> Image:
        """Rows of a style image at its size for the canvas, on the encoder's device."""
        return self._rows(self.inputs.styles[number].picture, self.style_sizes[number], rows)

    def _rows(self, picture: Picture, size: tuple[int, int], rows: Span) -> Tensor:
        return rows_at(picture, size, *rows, light=self.settings.light).to(self.encoder.device)
