"""What the loop paints: two pictures at every scale, and the engine and solver that the settings name."""

import math
from collections.abc import Sequence
from functools import cached_property, partial

import torch
from torch import Tensor

from impasto import memory, scratch
from impasto.costs.custom import CustomCost
from impasto.costs.encoding import InMemory, OnDisk
from impasto.costs.term import Term
from impasto.encoder.vgg19 import VGG19
from impasto.engines.margin import MARGIN, Mirrored
from impasto.engines.targets import content_terms, custom_terms, style_terms
from impasto.engines.tiled import Tiled
from impasto.engines.tiling import Tiling
from impasto.engines.variation import WithVariation, variation
from impasto.engines.whole import Whole
from impasto.errors import SettingsError
from impasto.evaluation import Evaluate
from impasto.images.canvas import first_canvas
from impasto.images.detail import detail_share, fine_detail
from impasto.images.picture import Picture
from impasto.images.resize import fitted_size, resize, resize_picture, scale_ladder
from impasto.layers import canonical, deepest, smallest_side
from impasto.native import can_compile
from impasto.plan.budget import Demand, Scale
from impasto.plan.compiled import to_be_compiled
from impasto.plan.footprint import Network
from impasto.plan.layout import Layout
from impasto.plan.plan import Plan, make_plan
from impasto.run import Stage
from impasto.settings import (
    FEWEST_FINE_STEPS,
    FINE_STEPS,
    FULL_STEPS_SIZE,
    LARGEST_DEFAULT_SIZE,
    SCALE_FACTOR,
    SMALLEST_SCALE,
    Settings,
)
from impasto.shapes import Image, ResizedImage
from impasto.solvers.adam import Adam
from impasto.solvers.base import Solver
from impasto.solvers.kept import keeper
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.smoothing import picture_metric

SAFE_PART = 0.8
"""How much of the memory that is free a painting plans to take, when no amount is named."""


class PicturesAtEveryScale:
    """The `Problem` that `run` paints: two pictures, the settings, and an encoder.

    layouts: how each scale is computed, for a painting that goes on; None: planned when first needed.
    costs: of the user's own, see `costs/custom.py`.
    Raises SettingsError when the result would be too small for the deepest layer.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        content: Picture,
        style: Picture,
        start: Picture | None,
        layouts: Sequence[Layout] | None = None,
        costs: Sequence[CustomCost] = (),
    ):
        self.settings, self.encoder, self.costs = settings, encoder, tuple(costs)
        self.content, self.style, self.start = content, style, start
        self.size = fitted_size(content.height, content.width, _long_side(settings, content))
        self._check_size()
        self.stages: Sequence[Stage] = self._stages()
        if layouts is not None:
            self.layouts = list(layouts)

    @cached_property
    def layouts(self) -> list[Layout]:
        """How each scale is computed: the best that fits into the memory there is.

        Raises SettingsError when nothing fits.
        """
        return [one.layout for one in self.plan.scales]

    @cached_property
    def plan(self) -> Plan:
        """For each scale the layout, and the most bytes that the process will hold; no times.

        Raises SettingsError when nothing fits into the memory there is, or that the settings allow.
        """
        base = memory.resident()
        allowed = self.settings.memory
        limit = memory.bytes_of(allowed) if allowed else base + int(SAFE_PART * memory.available())
        return make_plan(
            self._demand(),
            self.scales(),
            base,
            limit,
            named=allowed is not None,
            reached=memory.peak(),
        )

    def scales(self) -> list[Scale]:
        """What the planner has to know of each stage."""
        return [Scale(stage.size, self._style_size(stage.size), stage.steps) for stage in self.stages]

    def _demand(self) -> Demand:
        chosen = self.settings
        compiled = (
            self.encoder.device.type == "cpu"
            and chosen.precision == "float32"
            and chosen.convolution in ("auto", "winograd")
            and can_compile()
        )
        return Demand(
            network=Network(
                frozenset(chosen.content_layer),
                frozenset(chosen.style_layers),
                chosen.pooling,
                compiled,
                chosen.threads or torch.get_num_threads(),
                frozenset(self._custom_layers),
            ),
            engine=chosen.engine,
            tile=chosen.tile,
            solver=chosen.solver,
            history=chosen.history,
            margin=self._margin,
            disk=self._disk,
            style_cost=chosen.style_cost,
            fresh=self.encoder.device.type == "cpu" and to_be_compiled(compiled),
        )

    @property
    def _disk(self) -> int:
        """Bytes that this process may write beside the picture."""
        return scratch.room()

    @property
    def _margin(self) -> int:
        return MARGIN if self.settings.border == "mirror" else 0

    @property
    def _custom_layers(self) -> list[str]:
        return list(dict.fromkeys(canonical(cost.layer) for cost in self.costs))

    @property
    def layers(self) -> list[str]:
        """Every layer that some cost looks at."""
        return list(dict.fromkeys([*self.settings.layers, *self._custom_layers]))

    def _check_size(self) -> None:
        deepest_layer = deepest(tuple(self.layers))
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
        needed = smallest_side(deepest(tuple(self.layers)))
        sizes = [size for size in sizes if min(*size, *self._style_size(size)) >= needed]
        if len(sizes) == 1:
            return [Stage(sizes[0], self.settings.steps)]
        within = sum(max(size) <= FULL_STEPS_SIZE for size in sizes)
        return [Stage(size, self._steps(size, within - 1 - i)) for i, size in enumerate(sizes)]

    def _steps(self, size: tuple[int, int], coarser: int) -> int:
        """The steps of a scale; `coarser`: how many scales it lies below the last that takes all its steps."""
        steps = self.settings.steps
        if coarser >= 0:
            return max(1, round(steps * self.settings.coarse_steps**coarser))
        doublings = math.log2(max(size) / FULL_STEPS_SIZE)
        return max(min(steps, FEWEST_FINE_STEPS), round(steps * FINE_STEPS**doublings))

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
        evaluate = self._network_cost(stage)
        if not self.settings.variation:
            return evaluate
        height, width = self.stages[stage].size
        reference = 1.0
        if self.settings.balance:
            reference = variation(self.content_at(stage)) / (3 * height * width)
        return WithVariation(evaluate, self.settings.variation, reference, height * width)

    def _network_cost(self, stage: int) -> Evaluate:
        """The engine for all that VGG-19 sees."""
        chosen, layout, size = self.settings, self.layouts[stage], self.stages[stage].size
        on_disk = partial(OnDisk, scratch.folder())
        terms: list[Term] = [
            *content_terms(
                self.encoder,
                self.content_at(stage),
                chosen.content_layer,
                chosen.balance,
                Tiling(*size, list(chosen.content_layer), layout.tile, self._margin),
                on_disk if layout.encoding == "disk" else InMemory,
            ),
            *style_terms(
                self.encoder,
                self.style_at(stage),
                chosen.style_layers,
                chosen.balance,
                Tiling(*self._style_size(size), list(chosen.style_layers), layout.style_tile, self._margin),
                cost=chosen.style_cost,
            ),
            *(self._custom_terms(stage) if self.costs else ()),
        ]
        if layout.tile is None:
            whole = Whole(self.encoder, terms, chosen.alpha, chosen.beta)
            return Mirrored(whole) if self._margin else whole
        tiling = Tiling(*size, self.layers, layout.tile, self._margin)
        return Tiled(self.encoder, terms, chosen.alpha, chosen.beta, tiling)

    def _custom_terms(self, stage: int) -> Sequence[Term]:
        layout, layers = self.layouts[stage], self._custom_layers
        return custom_terms(
            self.encoder,
            self.content_at(stage),
            self.style_at(stage),
            self.costs,
            Tiling(*self.stages[stage].size, layers, layout.tile, self._margin),
            Tiling(*self._style_size(self.stages[stage].size), layers, layout.style_tile, self._margin),
        )

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
            grown.add_(detail, alpha=self.settings.detail * share)
        return grown.clamp_(0, 1)

    def _style_detail(self, stage: int) -> Tensor:
        """The painting's fine detail over as many octaves as the stage adds to the one before."""
        style = self.style_at(stage)
        ratio = max(self.stages[stage - 1].size) / max(self.stages[stage].size)
        coarse = fitted_size(self.style.height, self.style.width, round(max(style.shape[2:]) * ratio))
        return fine_detail(style, resize_picture(self.style, coarse).rgb.to(style))

    def solver(self, canvas: Image, stage: int) -> Solver:
        """The solver for a stage, as its layout says."""
        layout = self.layouts[stage]
        if layout.solver == "adam":
            moments = getattr(torch, layout.moments)
            return Adam(canvas, self.settings.learning_rate, moments)
        metric = picture_metric if self.settings.smoothing else None
        return LBFGS(canvas, layout.history, metric, keeper(layout.kept))


def _long_side(settings: Settings, content: Picture) -> int:
    return settings.size or min(max(content.height, content.width), LARGEST_DEFAULT_SIZE)
