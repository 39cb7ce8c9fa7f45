"""The scales of a painting: the sizes of canvas and paintings, coarse to fine, and the steps at each."""

import math
from collections.abc import Sequence

from impasto.errors import SettingsError
from impasto.images.picture import Picture
from impasto.images.resize.resize import fitted_size, scale_ladder
from impasto.inputs.inputs import Inputs
from impasto.painting.loop import Stage
from impasto.settings import (
    FEWEST_FINE_STEPS,
    FINE_STEPS,
    FULL_STEPS_SIZE,
    LARGEST_DEFAULT_SIZE,
    SCALE_FACTOR,
    SMALLEST_SCALE,
    Settings,
)
from impasto.vgg.layers import deepest, smallest_side

Size = tuple[int, int]
"""Height and width, in pixels."""


class Ladder:
    """size: of the result. stages: coarse to fine; none where only colours are taken, and nothing is painted.

    layers: every layer that some cost looks at.

    Raises SettingsError when the result, or a painting beside it, would be too small for the deepest layer.
    """

    def __init__(self, settings: Settings, inputs: Inputs, layers: Sequence[str]):
        self._settings, self._deepest = settings, deepest(tuple(layers))
        self._styles = [style.picture for style in inputs.styles]
        content = inputs.content
        long_side = settings.size or min(max(content.height, content.width), LARGEST_DEFAULT_SIZE)
        self.size = fitted_size(content.height, content.width, long_side)
        self.stages: list[Stage] = []
        if settings.colour != "only":
            self._check_size(content)
            self.stages = self._stages()

    def style_sizes(self, size: Size) -> list[Size]:
        """Of each painting beside a canvas: as long as that times the style scale, and at most its own size: no detail
        is invented.
        """
        wanted = max(1, round(max(size) * self._settings.style_scale))
        return [
            fitted_size(one.height, one.width, min(wanted, max(one.height, one.width)))
            for one in self._styles
        ]

    def _check_size(self, content: Picture) -> None:
        needed = smallest_side(self._deepest)
        sizes = [(content.name, self.size)]
        sizes += [
            (f"the style {one.name}", size)
            for one, size in zip(self._styles, self.style_sizes(self.size), strict=True)
        ]
        for name, (height, width) in sizes:
            if min(height, width) < needed:
                raise SettingsError(
                    f"{name} at {width}x{height} pixels is too small for {self._deepest}, which needs {needed} "
                    "on each side; use a larger size, or layers that lie less deep"
                )

    def _stages(self) -> list[Stage]:
        """Coarse to fine; scales at which a picture is too small for the layers are left out."""
        settings = self._settings
        sizes = scale_ladder(*self.size, max(self.size), settings.scales, SCALE_FACTOR, SMALLEST_SCALE)
        needed = smallest_side(self._deepest)
        sizes = [size for size in sizes if min(*size, *map(min, self.style_sizes(size))) >= needed]
        if len(sizes) == 1:
            return [Stage(sizes[0], settings.steps)]
        within = sum(max(size) <= FULL_STEPS_SIZE for size in sizes)
        return [Stage(size, self._steps(size, within - 1 - i)) for i, size in enumerate(sizes)]

    def _steps(self, size: Size, coarser: int) -> int:
        """The steps of a scale; `coarser`: how many scales it lies below the last that takes all its steps."""
        steps = self._settings.steps
        if coarser >= 0:
            return max(1, round(steps * self._settings.coarse_steps**coarser))
        doublings = math.log2(max(size) / FULL_STEPS_SIZE)
        return max(min(steps, FEWEST_FINE_STEPS), round(steps * FINE_STEPS**doublings))
