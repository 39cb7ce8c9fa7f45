"""The scales of a painting: the sizes of canvas and style images, coarse to fine, and the steps at each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from impasto.errors import SettingsError
from impasto.images.picture import Picture
from impasto.images.resize import fitted_size, scale_ladder
from impasto.inputs.inputs import Inputs
from impasto.settings import FEWEST_FINE_STEPS, FINE_STEPS, FULL_STEPS_SIZE, LARGEST_DEFAULT_SIZE, Settings
from impasto.vgg.layers import deepest, smallest_side

Size = tuple[int, int]
"""Height and width, in pixels."""


@dataclass(frozen=True)
class Scale:
    """One scale: its height and width in pixels, and how many steps it takes at most."""

    size: Size
    steps: int

    @property
    def work(self) -> int:
        """Steps times pixels."""
        return self.steps * self.size[0] * self.size[1]


class ScaleSchedule:
    """The scales of a painting, coarse to fine, and the size of its result.

    size: height and width of the result, in pixels. scales: coarse to fine.
    layers: every layer that some cost looks at.

    Raises SettingsError when the result, or a style image for it, would be too small for the deepest layer.
    """

    def __init__(self, settings: Settings, inputs: Inputs, layers: Sequence[str]):
        self._settings, self._deepest = settings, deepest(tuple(layers))
        self._styles = [style.picture for style in inputs.styles]
        self.size = result_size(settings.size, inputs.content)
        self._check_size(inputs.content)
        scales = self._scales()
        self.scales = scales[-1:] if settings.start_scale == "last" else scales

    def style_sizes(self, size: Size) -> list[Size]:
        """The size of each style image for a canvas: long side times the style scale, never enlarged."""
        wanted = max(1, round(max(size) * self._settings.style_scale))
        sides = [(one.height, one.width) for one in self._styles]
        return [fitted_size(*side, min(wanted, max(side))) for side in sides]

    def _check_size(self, content: Picture) -> None:
        needed = smallest_side(self._deepest)
        names = [content.name, *(f"the style {one.name}" for one in self._styles)]
        sizes = [self.size, *self.style_sizes(self.size)]
        for name, (height, width) in zip(names, sizes, strict=True):
            if min(height, width) < needed:
                raise SettingsError(
                    f"{name} at {width}x{height} pixels is too small for {self._deepest}, which needs {needed} "
                    "on each side; use a larger size, or layers that lie less deep"
                )

    def _scales(self) -> list[Scale]:
        """Coarse to fine; scales at which a picture is too small for the layers are omitted."""
        settings = self._settings
        factor, smallest = settings.scale_factor, settings.smallest_scale
        sizes = scale_ladder(*self.size, max(self.size), settings.scales, factor, smallest)
        needed = smallest_side(self._deepest)
        sizes = [size for size in sizes if min(*size, *map(min, self.style_sizes(size))) >= needed]
        if len(sizes) == 1:
            return [Scale(sizes[0], settings.steps)]
        within = sum(max(size) <= FULL_STEPS_SIZE for size in sizes)
        return [Scale(size, self._steps(size, within - 1 - i)) for i, size in enumerate(sizes)]

    def _steps(self, size: Size, coarser: int) -> int:
        """The steps of a scale; `coarser`: how many scales it lies below the last that takes all its steps."""
        steps = self._settings.steps
        if coarser >= 0:
            return max(1, round(steps * self._settings.coarse_steps**coarser))
        doublings = math.log2(max(size) / FULL_STEPS_SIZE)
        return max(min(steps, FEWEST_FINE_STEPS), round(steps * FINE_STEPS**doublings))


def result_size(long_side: int | None, content: Picture) -> Size:
    """Height and width of a result with this long side; None: the content image's own, up to LARGEST_DEFAULT_SIZE."""
    wanted = long_side or min(max(content.height, content.width), LARGEST_DEFAULT_SIZE)
    return fitted_size(content.height, content.width, wanted)
