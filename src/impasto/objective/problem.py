"""What the loop paints: the pictures at every scale, and the engine and solver that the settings name."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor

from impasto.costs.content_store import InMemory, OnDisk
from impasto.costs.custom import CustomCost, custom_layers
from impasto.costs.term import Term
from impasto.costs.total_variation import WithVariation, variation
from impasto.files import scratch
from impasto.images.resize.resize import alpha_at, resize_picture
from impasto.inputs.inputs import Inputs
from impasto.kernels import can_compile
from impasto.kernels.cache import to_be_compiled
from impasto.memory.available import Room, room_on
from impasto.memory.layout import Layout
from impasto.memory.network_memory import Network
from impasto.memory.peak import Demand, Scale
from impasto.memory.plan import Plan, make_plan
from impasto.objective.evaluation import Evaluate
from impasto.objective.grayscale import Neutral, neutral
from impasto.objective.margin import MARGIN, Mirrored
from impasto.objective.protected import Protected, Protection
from impasto.objective.style_targets import check_regions, custom_terms_of, style_terms_of
from impasto.objective.targets import content_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiling.passes import stages
from impasto.objective.tiling.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.painting.initial_canvas import first_canvas
from impasto.painting.loop import Stage
from impasto.painting.resuming import SavedState
from impasto.painting.scales import Ladder
from impasto.painting.upscale import Growth
from impasto.settings import Settings
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.smoothing_metric import picture_metric
from impasto.solvers.solver import Solver
from impasto.solvers.vector_store import keeper
from impasto.tensor_types import Image, ResizedImage
from impasto.vgg.vgg19 import VGG19


class PicturesAtEveryScale:
    """The `Problem` that `run` paints: what goes into the painting, the settings, and an encoder.

    layouts: how each scale is computed, for a painting that goes on; None: planned when first needed.
    costs: of the user's own, see `costs/custom.py`.
    Raises SettingsError when the result would be too small for the deepest layer.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        inputs: Inputs,
        layouts: Sequence[Layout] | None = None,
        costs: Sequence[CustomCost] = (),
    ):
        self.settings, self.encoder, self.inputs, self.costs = settings, encoder, inputs, tuple(costs)
        check_regions(inputs, settings)
        self._ladder = Ladder(settings, inputs, self.layers)
        self.size = self._ladder.size
        self.stages: Sequence[Stage] = self._ladder.stages  # none where nothing is painted
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
        room = self.room
        return make_plan(
            self._demand(), self.scales(), room.base, room.limit, named=room.named, reached=room.reached
        )

    @cached_property
    def room(self) -> Room:
        """What the process holds, and may hold, of the memory in which it computes."""
        return room_on(self.encoder.device, self.settings.memory)

    @cached_property
    def peaks(self) -> list[int]:
        """For each scale the most bytes that the process will hold, in the layout that it has."""
        scales = self.scales()
        demand = replace(self._demand(), final=scales[-1].size)
        return [
            demand.peak(scale, layout, self.room.base)
            for scale, layout in zip(scales, self.layouts, strict=True)
        ]

    def scales(self) -> list[Scale]:
        """What the planner has to know of each stage."""
        coarser = [None, *(stage.size for stage in self.stages)]
        return [
            Scale(stage.size, max(self._ladder.style_sizes(stage.size), key=math.prod), stage.steps, before)
            for stage, before in zip(self.stages, coarser, strict=False)
        ]

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
                frozenset(custom_layers(self.costs)),
            ),
            engine=chosen.engine,
            tile=chosen.tile,
            solver=chosen.solver,
            history=chosen.history,
            margin=self._margin,
            disk=self._disk,
            style_cost=chosen.style_cost,
            fresh=self.encoder.device.type == "cpu" and to_be_compiled(compiled),
            start=0 if self.inputs.start is None else self.inputs.start.height * self.inputs.start.width,
            styles=len(self.inputs.styles),
            regions=len(self.inputs.masks),
            style_masks=max(
                sum(part is not None for part in self.inputs.parts_of(number))
                for number in range(len(self.inputs.styles))
            ),
            protected=self.inputs.protect is not None,
            transparent=self.inputs.content.opacity is not None,
            gpu=self.encoder.device.type == "cuda",
        )

    @property
    def _disk(self) -> int:
        """Bytes that this process may write beside the picture."""
        return scratch.room()

    @property
    def _margin(self) -> int:
        return MARGIN if self.settings.border == "mirror" else 0

    @property
    def _paints_greys(self) -> bool:
        """Whether the pictures are neutral (`inputs/color_transfer.py`), and so the canvas."""
        return self.settings.colour == "photograph"

    @property
    def layers(self) -> list[str]:
        """Every layer that some cost looks at."""
        return list(dict.fromkeys([*self.settings.layers, *custom_layers(self.costs)]))

    def content_at(self, stage: int) -> Image:
        """The content image at the size of a stage."""
        return resize_picture(self.inputs.content, self.stages[stage].size).rgb.to(self.encoder.device)

    def alpha(self) -> Tensor | None:
        """The photograph's transparency at the size of the result, None when it is opaque."""
        return alpha_at(self.inputs.content, self.size)

    def style_at(self, stage: int, number: int = 0) -> Image:
        """A painting at the size that belongs to a stage."""
        size = self._ladder.style_sizes(self.stages[stage].size)[number]
        picture = self.inputs.styles[number].picture
        return resize_picture(picture, size).rgb.to(self.encoder.device)

    def protection_at(self, stage: int) -> Protection | None:
        """What is kept of the photograph at the size of a stage; None without a protect mask."""
        mask, size = self.inputs.protect, self.stages[stage].size
        if mask is None:
            return None
        kept = self.settings.protect_strength * mask.rows(size, 0, size[0])
        return Protection(self.content_at(stage), kept[None, None].to(self.encoder.device))

    def shown(self, canvas: Image, stage: int) -> Image:
        """What a canvas of a stage stands for: the canvas, with what is protected laid over it."""
        protection = self.protection_at(stage)
        return canvas if protection is None else protection.over(canvas)

    def evaluate_at(self, stage: int) -> Evaluate:
        """The engine for the size of a stage, with the encodings of all pictures as its targets."""
        evaluate = self._network_cost(stage)
        if self.settings.variation:
            height, width = self.stages[stage].size
            reference = 1.0
            if self.settings.balance:
                reference = variation(self.content_at(stage)) / (3 * height * width)
            evaluate = WithVariation(evaluate, self.settings.variation, reference, height * width)
        return self._in_greys(self._protected(evaluate, stage))

    def _in_greys(self, evaluate: Evaluate) -> Evaluate:
        return Neutral(evaluate) if self._paints_greys else evaluate

    def _protected(self, evaluate: Evaluate, stage: int) -> Evaluate:
        protection = self.protection_at(stage)
        return evaluate if protection is None else Protected(evaluate, protection)

    def _network_cost(self, stage: int) -> Evaluate:
        """The engine for all that VGG-19 sees."""
        chosen, layout, size = self.settings, self.layouts[stage], self.stages[stage].size
        on_disk = partial(OnDisk, scratch.folder())
        tiling = Tiling(*size, self.layers, layout.tile, self._margin)
        terms: list[Term] = [
            *content_terms(
                self.encoder,
                self.content_at(stage),
                chosen.content_layer,
                chosen.balance,
                Tiling(*size, list(chosen.content_layer), layout.tile, self._margin),
                on_disk if layout.encoding == "disk" else InMemory,
            ),
            *style_terms_of(self.encoder, self.inputs, chosen, partial(self._painting, stage), tiling, size),
            *(self._custom_terms(stage) if self.costs else ()),
        ]
        if layout.tile is None:
            whole = Whole(self.encoder, terms, chosen.alpha, chosen.beta)
            return Mirrored(whole) if self._margin else whole
        walked = stages(*size, self.layers, layout.tile, layout.deep_tile, self._margin)
        return Tiled(self.encoder, terms, chosen.alpha, chosen.beta, walked)

    def _painting(
        self, stage: int, number: int, layers: Sequence[str]
    ) -> tuple[Image, Tiling, tuple[int, int]]:
        """For `objective/style_targets.py`."""
        size = self._ladder.style_sizes(self.stages[stage].size)[number]
        tiling = Tiling(*size, layers, self.layouts[stage].style_tile, self._margin)
        return self.style_at(stage, number), tiling, size

    def _custom_terms(self, stage: int) -> Sequence[Term]:
        size, tile = self.stages[stage].size, self.layouts[stage].tile
        return custom_terms_of(
            self.encoder,
            self.inputs,
            self.costs,
            self.content_at(stage),
            partial(self._painting, stage),
            Tiling(*size, custom_layers(self.costs), tile, self._margin),
        )

    def first_canvas(self) -> Image:
        """The first canvas, at the size of the first stage."""
        generator = torch.Generator().manual_seed(self.settings.seed)
        start = self.inputs.start
        kind = self.settings.start if start is None else "picture"
        picture = None if start is None else start.rgb
        content = self.content_at(0).cpu()
        canvas = first_canvas(kind, content, self.settings.noise, generator, picture)
        return (neutral(canvas) if self._paints_greys else canvas).to(self.encoder.device)

    def grow(self, canvas: Image, stage: int) -> ResizedImage:
        """The canvas of the stage before, enlarged, with the photograph's fine detail laid over it."""
        return self.growth(stage).rows(canvas, 0)

    def growth(self, stage: int) -> Growth:
        """How the canvas of the stage before becomes that of this one."""
        size = self.stages[stage].size
        style_sizes = self._ladder.style_sizes(size)
        return Growth(self.inputs, self.settings.detail, self.stages[stage - 1].size, size, style_sizes)

    def solver(self, canvas: Image, stage: int) -> Solver:
        """The solver for a stage, as its layout says."""
        layout = self.layouts[stage]
        if layout.solver == "adam":
            moments = getattr(torch, layout.moments)
            return Adam(canvas, self.settings.learning_rate, moments)
        metric = picture_metric if self.settings.smoothing else None
        return LBFGS(canvas, layout.history, metric, keeper(layout.kept))

    def part_of(self, state: Mapping[str, Any], stage: int) -> SavedState:
        """Of a saved state what this process needs."""
        return SavedState(state, self.encoder.device)
