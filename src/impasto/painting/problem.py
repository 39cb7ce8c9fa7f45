"""The problem that the loop solves: the inputs at every scale, with its layout, solver and objective."""

import threading
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from impasto.costs.custom import CustomCost, custom_layers
from impasto.costs.image_cost import ImageCost
from impasto.distributed.partition import Partition
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.inputs.color_transfer import recolored
from impasto.inputs.inputs import Inputs
from impasto.inputs.parts import Parts
from impasto.inputs.places import InputPlaces
from impasto.inputs.underpainting import underpainting
from impasto.layout import Layout
from impasto.memory.request import has_to_compile
from impasto.objective.build import Encodings, build_objective, encode, protection_at
from impasto.objective.encode_neighbours import found_neighbours
from impasto.objective.encode_style import StyleEncodings, encode_styles
from impasto.objective.scale_setup import KnownNeighbours, ScaleSetup
from impasto.objective.transforms import grayscale
from impasto.painting.adjust import Adjustment, adjusted
from impasto.painting.canvas import Upscaler, first_canvas
from impasto.painting.scales import ScaleSchedule
from impasto.settings import Settings
from impasto.solvers.adam import ENOUGH
from impasto.solvers.make import make_solver
from impasto.solvers.solver import Solver
from impasto.tensor_types import Image, ResizedImage, Span
from impasto.vgg.vgg19 import VGG19

FROM_PHOTOGRAPH = ("content", "recoloured", "underpainting")
LARGEST_CHECKED = 256
"""Up to this long side of the first scale, in pixels, it is asked whether the photograph is painted already."""


class PaintingProblem:
    """The `Problem` of `loop.py`.

    settings, inputs: as they are now; adjustments change weights in both. schedule: sizes and steps.
    layouts: how each scale is computed; set before the first step.
    partition: the processes that share the picture; canvases are this process's rows [1, 3, rows, W].
    costs, image_costs: of the user's own. styles: the cache of style encodings that later paintings share.
    neighbours: those that the last scale is to know; once it is encoded, all that it has.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        inputs: Inputs,
        partition: Partition,
        costs: Sequence[CustomCost] = (),
        image_costs: Sequence[ImageCost] = (),
        styles: StyleEncodings | None = None,
        neighbours: KnownNeighbours = (),
    ):
        self.settings, self.encoder, self.inputs, self.partition = settings, encoder, inputs, partition
        self.costs, self.image_costs = tuple(costs), tuple(image_costs)
        self.styles, self.neighbours = styles, neighbours
        self._first_styles: StyleEncodings | None = styles or StyleEncodings()
        self.encoded = {name: tuple(getattr(settings, name)) for name in ("content_layer", "style_layers")}
        layers = list(dict.fromkeys([*settings.layers, *custom_layers(self.costs)]))
        self._at_first = settings, inputs
        self.schedule = ScaleSchedule(settings, inputs, layers)
        self.scales = self.schedule.scales
        self.layouts: Sequence[Layout] = ()
        self.adjustments: list[Adjustment] = []
        self._adjusted = 0  # so many of the adjustments are in settings and inputs
        self._changed = False
        self._cancelled = threading.Event()

    # What the loop asks for.

    def initial_canvas(self) -> Image:
        """This process's rows of the first canvas, which the first process makes."""
        if self.photograph_is_painted:
            return self._photograph(0)
        height, width = self.scales[0].size
        canvas = self.partition.scattered(self._whole_canvas, height, width)
        return canvas.to(self.encoder.device)

    def _photograph(self, scale: int) -> Image:
        """This process's rows of the content image at a scale."""
        return self.setup(scale).content_rows(self.partition.rows_of(self.scales[scale].size[0]))

    @cached_property
    def photograph_is_painted(self) -> bool:
        """Whether the photograph is in the style's manner already: each scale then starts from it.

        It is where its statistics are those of the style at the first scale. The answer does not depend on
        adjustments, so that a painting that is resumed finds the same one.
        """
        settings, inputs = self._at_first
        size = self.scales[0].size
        moved = settings.start == "underpainting" or settings.smoothness > 0
        if not moved or settings.start not in FROM_PHOTOGRAPH or max(size) > LARGEST_CHECKED or inputs.start:
            return False
        members, photograph, nothing = self.partition.members(size[0]), self._photograph(0), False
        if members is not None:
            setup = replace(self.setup(0, members), settings=_statistics_only(settings), inputs=inputs)
            cost = build_objective(setup, encode(setup, photograph, self._first_styles))(photograph).cost
            nothing = cost.total < ENOUGH
        return self.partition.anywhere(nothing)

    def _inputs_after(self, adjustments: Iterable[Adjustment]) -> Inputs:
        """The inputs after some adjustments. Raises SettingsError for one that cannot be made."""
        settings, inputs = self._at_first
        for one in adjustments:
            settings, inputs = adjusted(settings, inputs, one.changes, self.encoded)
        return inputs

    @cached_property
    def _places(self) -> InputPlaces:
        return InputPlaces.of(self.encoder, self.inputs)

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self._places)

    def _whole_canvas(self) -> Image:
        start = self.inputs.start
        canvas = first_canvas(
            self.settings.start if start is None else "picture",
            self._content_to_start_from(),
            self.settings.noise,
            torch.Generator().manual_seed(self.settings.seed),
            None if start is None else start.rgb,
        )
        return grayscale(canvas) if self.settings.colour == "photograph" else canvas

    def _content_to_start_from(self) -> Image:
        size = self.scales[0].size
        if self.settings.start == "recoloured" and self.inputs.start is None:
            return recolored(self.inputs, size, 0.0)
        if self.settings.start == "underpainting" and self.inputs.start is None:
            return underpainting(self._places, self.inputs, size)
        return self.setup(0).content_rows(Span(0, size[0])).cpu()

    def upscaled(self, canvas: Image, scale: int) -> ResizedImage:
        """The canvas of the scale before, upscaled, with the photograph's fine detail laid over it.

        The photograph itself, where it is painted in the style's manner already.
        """
        if self.photograph_is_painted:
            return self._photograph(scale)
        before, size = self.scales[scale - 1].size, self.scales[scale].size
        style_sizes, settings = self.schedule.style_sizes(size), self.settings
        upscaler = Upscaler(
            self.inputs, settings.detail, before, size, style_sizes, self.partition, settings.soften
        )
        return upscaler(canvas)

    def solver(self, canvas: Image, scale: int) -> Solver:
        """The solver of a scale, as its layout says."""
        height = self.scales[scale].size[0]
        return make_solver(canvas, self.layouts[scale], self.settings, self.partition, height)

    def first_canvas_saved(self, canvas: Image) -> Tensor | None:
        """The canvas with which a scale begins, in 8 bits, where neighbours are searched in it; None elsewhere."""
        if not self.settings.neighbours:
            return None
        return (canvas * 255).round_().to(torch.uint8)

    def encode(self, scale: int, begun: Tensor | None, steps: int = 0) -> Encodings | None:
        """The encodings of all pictures at a scale; None in a process that owns no row of the canvas.

        They depend on the styles' weights as they were when the scale began.
        """
        members = self.partition.members(self.scales[scale].size[0])
        if members is None:
            return None
        canvas = None if begun is None else begun.to(self.encoder.precision.measured) / 255
        cache = self.styles
        if scale == 0 and self._first_styles is not None:
            # `photograph_is_painted` has encoded them at this size.
            cache, self._first_styles = self._first_styles, None
        inputs = self._inputs_after(one for one in self.adjustments if one.step <= steps)
        setup = replace(self.setup(scale, members), inputs=inputs)
        parts = self._parts if setup.settings.palette else None
        if setup.grows:
            return encode(setup, canvas, cache, parts)
        encodings = encode(replace(setup, known_neighbours=self.neighbours), canvas, cache, parts)
        if members.size == 1:
            self.neighbours = found_neighbours(setup, encodings.neighbours)
        return encodings

    def encode_styles(self) -> None:
        """Encode the style images for every scale, into the cache."""
        for scale in range(len(self.scales)):
            members = self.partition.members(self.scales[scale].size[0])
            if members is not None and self.styles is not None:
                encode_styles(self.setup(scale, members), self.styles)

    def objective(self, scale: int, encodings: Encodings | None) -> Evaluate:
        """J and dJ/dG at a scale, with the weights as they are now.

        A photograph that is painted already is neither smoothed nor drawn to its neighbours.
        """
        painted = self.photograph_is_painted
        members = self.partition.members(self.scales[scale].size[0])
        if members is None or encodings is None:
            return _evaluates_nothing
        setup = self.setup(scale, members)
        if painted:
            setup = replace(setup, settings=_statistics_only(setup.settings))
        return build_objective(setup, encodings)

    def adjust(self, number: int) -> bool:
        """Take over the adjustments that are due after so many steps; whether there were any since the last call."""
        while self._adjusted < len(self.adjustments) and self.adjustments[self._adjusted].step <= number:
            changes = self.adjustments[self._adjusted].changes
            self.settings, self.inputs = adjusted(self.settings, self.inputs, changes, self.encoded)
            self._adjusted += 1
            self._changed = True
        changed, self._changed = self._changed, False
        return changed

    def compiles(self) -> bool:
        """Whether the first evaluation will compile code."""
        return has_to_compile(self.settings, self.encoder)

    def cancelled(self) -> bool:
        """Whether the painting is to end before the next evaluation; all processes that share it ask together."""
        return self.partition.anywhere(self._cancelled.is_set())

    # What the painting asks for.

    def setup(self, scale: int, partition: Partition | None = None) -> ScaleSetup:
        """The parts of the objective of a scale; partition: the processes that own rows, None for all."""
        size = self.scales[scale].size
        return ScaleSetup(
            encoder=self.encoder,
            inputs=self.inputs,
            settings=self.settings,
            content_layers=self.encoded["content_layer"],
            style_layers=self.encoded["style_layers"],
            size=size,
            style_sizes=self.schedule.style_sizes(size),
            layout=self.layouts[scale] if self.layouts else Layout(),
            partition=partition or self.partition,
            costs=self.costs,
            image_costs=self.image_costs,
            grows=scale + 1 < len(self.scales),
        )

    def shown(self, canvas: Image, scale: int) -> Image:
        """The picture that a canvas of a scale stands for: the canvas, with what is protected laid over it."""
        protection = protection_at(self.setup(scale), self.partition.rows_of(self.scales[scale].size[0]))
        return canvas if protection is None else protection.over(canvas)

    def plan_adjustments(self, adjustments: Sequence[Adjustment]) -> None:
        """Make these on the way, sorted by step. Raises SettingsError for one that cannot be made."""
        self._inputs_after(adjustments)
        self.adjustments = list(adjustments)

    def add_adjustment(self, step: int, changes: Mapping[str, Any], *, later: bool = False) -> None:
        """Change weights after so many steps, which have been taken, and remember it; later: they are still to come.

        Raises SettingsError for a change that cannot be made; nothing is changed then.
        """
        found = adjusted(self.settings, self.inputs, changes, self.encoded)
        if later:
            insort(self.adjustments, Adjustment.of(step, changes), key=lambda one: one.step)
            return
        self.settings, self.inputs = found
        self.adjustments.insert(self._adjusted, Adjustment.of(step, changes))
        self._adjusted += 1
        self._changed = True

    def cancel(self) -> None:
        """End before the next evaluation; may be called in any thread."""
        self._cancelled.set()


def _statistics_only(settings: Settings) -> Settings:
    """The settings without those costs that even a picture in its own manner has."""
    return replace(settings, smoothness=0.0, neighbours=0.0)


def _evaluates_nothing(image: Image) -> Evaluation:
    """The evaluation of a process that owns no row of the canvas; see `WatchedSolver`."""
    return Evaluation(Cost(0.0, 0.0, 0.0), torch.zeros_like(image))
