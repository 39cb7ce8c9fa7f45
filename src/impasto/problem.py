"""What the loop paints: two pictures at every scale, and the engine and solver that the settings name."""

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.costs.term import Term
from impasto.encoder.vgg19 import VGG19
from impasto.engines.margin import Mirrored, mirrored
from impasto.engines.targets import content_terms, style_terms
from impasto.engines.whole import Whole
from impasto.errors import SettingsError
from impasto.evaluation import Evaluate
from impasto.images.canvas import first_canvas
from impasto.images.detail import detail_share, fine_detail
from impasto.images.picture import Picture
from impasto.images.resize import fitted_size, resize, resize_picture, scale_ladder
from impasto.layers import deepest, smallest_side
from impasto.run import Stage
from impasto.settings import LARGEST_DEFAULT_SIZE, SCALE_FACTOR, SMALLEST_SCALE, Settings
from impasto.shapes import Image, ResizedImage
from impasto.solvers.adam import Adam
from impasto.solvers.base import Solver
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.smoothing import picture_metric


class PicturesAtEveryScale:
    """The `Problem` that `run` paints: two pictures, the settings, and an encoder.

    Raises SettingsError when the result would be too small for the deepest layer.
    """

    def __init__(
        self, settings: Settings, encoder: VGG19, content: Picture, style: Picture, start: Picture | None
    ):
        self.settings, self.encoder = settings, encoder
        self.content, self.style, self.start = content, style, start
        self.size = fitted_size(content.height, content.width, _long_side(settings, content))
        self._check_size()
        self.stages: Sequence[Stage] = self._stages()

    def _check_size(self) -> None:
        deepest_layer = deepest(tuple(self.settings.layers))
        needed = smallest_side(deepest_layer)
        sizes = {self.content.name: self.size, f"the style {self.style.name}": self._style_size(self.size)}
        for name, (height, width) in sizes.items():
            if min(height, width) < needed:
                raise SettingsError(
                    f"{name} at {width}x{height} pixels is too small for {deepest_layer}, which needs {needed} "
                    "on each side; use a larger size, or layers that lie less deep"
                )

    def _stages(self) -> list[Stage]:
        """Coarse to fine; scales at which either picture is too small for the layers are left out."""
        sizes = scale_ladder(*self.size, max(self.size), self.settings.scales, SCALE_FACTOR, SMALLEST_SCALE)
        needed = smallest_side(deepest(tuple(self.settings.layers)))
        sizes = [size for size in sizes if min(*size, *self._style_size(size)) >= needed]
        coarser = reversed(range(len(sizes)))
        return [
            Stage(size, max(1, round(self.settings.steps * self.settings.coarse_steps**level)))
            for size, level in zip(sizes, coarser, strict=True)
        ]

    def _style_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """As long as the content times the style scale, and at most its own size: no detail is invented."""
        wanted = max(1, round(max(size) * self.settings.style_scale))
        own = max(self.style.height, self.style.width)
        return fitted_size(self.style.height, self.style.width, min(wanted, own))

    def content_at(self, stage: int) -> Image:
        """The content image at the size of a stage."""
        return resize_picture(self.content, self.stages[stage].size).rgb.to(self.encoder.device)

    def alpha(self) -> Tensor | None:
        """The photograph's transparency at the size of the result, None when it is opaque."""
        return resize_picture(self.content, self.size).alpha

    def style_at(self, stage: int) -> Image:
        """The style image at the size that belongs to a stage."""
        size = self._style_size(self.stages[stage].size)
        return resize_picture(self.style, size).rgb.to(self.encoder.device)

    def evaluate_at(self, stage: int) -> Evaluate:
        """The engine for the size of a stage, with the encodings of both pictures as its targets."""
        chosen = self.settings
        content, style = self.content_at(stage), self.style_at(stage)
        if chosen.border == "mirror":
            content, style = mirrored(content), mirrored(style)
        terms: list[Term] = [
            *content_terms(self.encoder, content, chosen.content_layer, chosen.balance),
            *style_terms(self.encoder, style, chosen.style_layers, chosen.balance),
        ]
        engine = Whole(self.encoder, terms, chosen.alpha, chosen.beta)
        return Mirrored(engine) if chosen.border == "mirror" else engine

    def first_canvas(self) -> Image:
        """The first canvas, at the size of the first stage."""
        generator = torch.Generator().manual_seed(self.settings.seed)
        kind = self.settings.start if self.start is None else "picture"
        picture = None if self.start is None else self.start.rgb
        content = self.content_at(0).cpu()
        return first_canvas(kind, content, self.settings.noise, generator, picture).to(self.encoder.device)

    def grow(self, canvas: Image, stage: int) -> ResizedImage:
        """The canvas of the stage before, enlarged, with the photograph's fine detail laid over it.

        Of the detail as much is taken as suits the painting, times the setting `detail`.
        """
        grown = resize(canvas, self.stages[stage].size)
        if self.settings.detail:
            detail = fine_detail(self.content_at(stage), self.content_at(stage - 1))
            share = detail_share(detail, self._style_detail(stage))
            grown = grown + self.settings.detail * share * detail
        return grown.clamp(0, 1)

    def _style_detail(self, stage: int) -> Tensor:
        """The painting's fine detail over as many octaves as the stage adds to the one before."""
        style = self.style_at(stage)
        ratio = max(self.stages[stage - 1].size) / max(self.stages[stage].size)
        coarse = fitted_size(self.style.height, self.style.width, round(max(style.shape[2:]) * ratio))
        return fine_detail(style, resize_picture(self.style, coarse).rgb.to(style))

    def solver(self, canvas: Image) -> Solver:
        """The solver that the settings name."""
        if self.settings.solver == "adam":
            return Adam(canvas, self.settings.learning_rate)
        return LBFGS(canvas, self.settings.history, picture_metric if self.settings.smoothing else None)


def _long_side(settings: Settings, content: Picture) -> int:
    return settings.size or min(max(content.height, content.width), LARGEST_DEFAULT_SIZE)
