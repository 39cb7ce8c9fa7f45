"""What the loop paints when several processes share it: the pictures of `problem.py`, each rank with its own slab."""

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
from impasto.distributed.gather import gathered
from impasto.distributed.group import Group
from impasto.distributed.idle_rank_solver import Onlookers
from impasto.distributed.process_info import place
from impasto.distributed.row_exchange import Rows
from impasto.distributed.slabs import Slabs, everything_at_rank_0
from impasto.files import scratch
from impasto.images.picture import Picture
from impasto.images.resize.resize import rows_at, source_rows
from impasto.inputs.inputs import Inputs
from impasto.memory.available import Room, room_on
from impasto.memory.layout import Layout
from impasto.memory.peak import Demand, Scale
from impasto.objective.evaluation import Evaluate, Evaluation
from impasto.objective.problem import PicturesAtEveryScale
from impasto.objective.protected import Protection
from impasto.objective.style_targets import custom_terms_of, style_terms_of
from impasto.objective.targets import content_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiling.tiles import Span
from impasto.objective.tiling.tiling import Tiling
from impasto.painting.resuming import SavedState
from impasto.painting.upscale import Growth
from impasto.settings import Settings
from impasto.solvers.history import Metric
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.smoothing_metric import LEVELS, picture_metric
from impasto.solvers.solver import Solver
from impasto.solvers.vector_store import keeper
from impasto.tensor_types import Image, ResizedImage
from impasto.vgg.vgg19 import VGG19

METRIC_HALO = 3 * 2**LEVELS
"""Rows beyond a slab that the smoothing metric reaches: 3/2 pixels of each of its levels, down and up again, are 93."""


class PicturesInSlabs(PicturesAtEveryScale):
    """The `Problem` of one rank. Its canvases [1, 3, rows, W] are its own rows; every method is called by all ranks.

    A scale too small for all ranks is painted by the first ones, or by the first alone, as it would be without others;
    see `distributed/slabs.py`. The others then have no rows.
    layouts: how each scale is computed, for a painting that goes on; None: planned when first needed.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        inputs: Inputs,
        layouts: Sequence[Layout] | None,
        group: Group,
        costs: Sequence[CustomCost] = (),
    ):
        self.group = group
        super().__init__(settings, encoder, inputs, layouts, costs)

    def slabs(self, stage: int) -> Slabs:
        """Who owns which rows of the canvas."""
        return Slabs.of(self.stages[stage].size[0], self.group.size)

    def _own(self, stage: int) -> Span:
        return self.slabs(stage).spans[self.group.rank]

    @cached_property
    def room(self) -> Room:
        """Of every rank: the one with the least memory decides; processes on one machine share what is free there."""
        own = room_on(self.encoder.device, self.settings.memory, place().beside)
        base = int(self.group.largest(own.base))
        spare = -int(self.group.largest(own.base - own.limit))
        return Room(base, base + spare, own.named, int(self.group.largest(own.reached)))

    @property
    def _disk(self) -> int:
        """Processes on one machine share its disk, and the one with the least room decides."""
        return -int(self.group.largest(-scratch.room() / place().beside))

    def scales(self) -> list[Scale]:
        """What the planner has to know of the largest slab of each stage, with what its tiles and the metric see."""

        def seen(size: tuple[int, int]) -> tuple[int, int]:
            height, width = size
            return min(height, Slabs.of(height, self.group.size).largest + 2 * METRIC_HALO), width

        return [
            Scale(seen(one.size), seen(one.style_size), one.steps, one.coarser and seen(one.coarser))
            for one in super().scales()
        ]

    def _demand(self) -> Demand:
        return replace(super()._demand(), ranks=self.group.size)

    def evaluate_at(self, stage: int) -> Evaluate:
        """The cost of the whole picture, and the gradient by this rank's rows."""
        slabs = self.slabs(stage)
        if slabs.members == 1 and self.group.rank == 0:
            return super().evaluate_at(stage)
        members = self.group.first(slabs.members)
        if self.group.rank >= slabs.members:
            return _not_asked
        chosen, layout, size = self.settings, self.layouts[stage], self.stages[stage].size
        on_disk = partial(OnDisk, scratch.folder())
        tilings = [
            Tiling(*size, self.layers, layout.tile, self._margin, span)
            for span in slabs.spans[: slabs.members]
        ]
        terms: list[Term] = [
            *self._content_terms(stage, members, on_disk if layout.encoding == "disk" else InMemory),
            *style_terms_of(
                self.encoder,
                self.inputs,
                chosen,
                partial(self._part_of_painting, stage, members),
                tilings[members.rank],
                size,
                members.add_up,
            ),
            *(self._slab_custom_terms(stage, members) if self.costs else ()),
        ]
        tiled = Tiled(self.encoder, terms, chosen.alpha, chosen.beta, [tilings[members.rank]], members.add_up)
        rows = Rows(members, slabs.spans[: slabs.members], [one.rows for one in tilings])
        evaluate: Evaluate = _InSlabs(tiled, rows)
        if chosen.variation:
            evaluate = self._slab_variation(evaluate, stage, members)
        return self._in_greys(self._protected(evaluate, stage))

    def protection_at(self, stage: int) -> Protection | None:
        """As of the whole picture, for this rank's rows."""
        mask, size, own = self.inputs.protect, self.stages[stage].size, self._own(stage)
        if mask is None:
            return None
        kept = self.settings.protect_strength * mask.rows(size, *own)
        return Protection(
            self._rows(self.inputs.content, size, own), kept[None, None].to(self.encoder.device)
        )

    def _slab_variation(self, evaluate: Evaluate, stage: int, members: Group) -> Evaluate:
        """With the total variation; each rank borrows a row from its neighbours on either side."""
        slabs, (height, width) = self.slabs(stage), self.stages[stage].size
        spans, wanted = (all_[: members.size] for all_ in (slabs.spans, slabs.widened(1)))
        rows, own = Rows(members, spans, wanted), Span(*spans[members.rank])
        seen = wanted[members.rank]
        here = Span(own.start - seen.start, own.stop - seen.start)
        reference = 1.0
        if self.settings.balance:
            content = self._rows(self.inputs.content, (height, width), seen)
            reference = members.total(variation(content, here)) / (3 * height * width)
        return WithVariation(
            evaluate,
            self.settings.variation,
            reference,
            height * width,
            lambda image: (rows.widened(image), here),
            members.total,
        )

    def _content_terms(self, stage: int, members: Group, make: Any) -> Sequence[Term]:
        size, chosen = self.stages[stage].size, self.settings
        layers = list(chosen.content_layer)
        tiling = Tiling(*size, layers, self.layouts[stage].tile, self._margin, self._own(stage))
        content = self._rows(self.inputs.content, size, tiling.rows)
        return content_terms(
            self.encoder, content, chosen.content_layer, chosen.balance, tiling, make, members.add_up
        )

    def _part_of_painting(
        self, stage: int, members: Group, number: int, layers: Sequence[str]
    ) -> tuple[Image, Tiling, tuple[int, int]]:
        """For `style_targets.py`: the paintings are shared out, too, as they may be as large as the photograph."""
        size = self._ladder.style_sizes(self.stages[stage].size)[number]
        own = Slabs.of(size[0], members.size).spans[members.rank]
        side = self.layouts[stage].style_tile
        tiling = Tiling(*size, layers, side, self._margin, own)
        return self._rows(self.inputs.styles[number].picture, size, tiling.rows), tiling, size

    def _slab_custom_terms(self, stage: int, members: Group) -> Sequence[Term]:
        size, tile = self.stages[stage].size, self.layouts[stage].tile
        tiling = Tiling(*size, custom_layers(self.costs), tile, self._margin, self._own(stage))
        content = self._rows(self.inputs.content, size, tiling.rows)
        painting_at = partial(self._part_of_painting, stage, members)
        return custom_terms_of(
            self.encoder, self.inputs, self.costs, content, painting_at, tiling, members.add_up
        )

    def _rows(self, picture: Picture, size: tuple[int, int], rows: Span) -> Tensor:
        """Rows of a picture at a size, on the encoder's device; of its file only what they need is read."""
        return rows_at(picture, size, *rows).to(self.encoder.device)

    def first_canvas(self) -> Image:
        """This rank's rows of the first canvas, which rank 0 makes: the first scale is a small one by default."""
        height, width = self.stages[0].size
        whole = super().first_canvas() if self.group.rank == 0 else torch.empty(1, 3, 0, width)
        there = everything_at_rank_0(height, self.group.size)
        return Rows(self.group, there, self.slabs(0).spans).widened(whole.to(self.encoder.device))

    def grow(self, canvas: Image, stage: int) -> ResizedImage:
        """This rank's rows of the canvas of the stage before, enlarged, with the photograph's fine detail over it."""
        height, before = self.stages[stage].size[0], self.stages[stage - 1].size[0]
        spans = self.slabs(stage).spans
        wanted = [Span(*source_rows(*span, height, before)) for span in spans]
        coarse = Rows(self.group, self.slabs(stage - 1).spans, wanted).widened(canvas)
        return self.growth(stage).rows(coarse, wanted[self.group.rank].start)

    def growth(self, stage: int) -> Growth:
        """Likewise, of this rank's rows; the strength of details is that of the whole pictures."""
        return replace(
            super().growth(stage),
            own_rows=lambda height: Slabs.of(height, self.group.size).spans[self.group.rank],
            total=self.group.total,
        )

    def solver(self, canvas: Image, stage: int) -> Solver:
        """The solver of this rank's rows, which takes every decision together with the others."""
        slabs = self.slabs(stage)
        members, own = self.group.first(slabs.members), None
        if slabs.members == 1 and self.group.rank == 0:
            own = super().solver(canvas, stage)
        elif self.group.rank < slabs.members:
            own = self._slab_solver(canvas, stage, members)
        if own is None or slabs.members < self.group.size:
            return Onlookers(self.group, own, canvas)
        return own

    def _slab_solver(self, canvas: Image, stage: int, members: Group) -> Solver:
        layout = self.layouts[stage]
        if layout.solver == "adam":
            return super().solver(canvas, stage)  # it decides nothing
        metric = self._metric(stage, members) if self.settings.smoothing else None
        return LBFGS(
            canvas, layout.history, metric, keeper(layout.kept, reductions=members), reductions=members
        )

    def _metric(self, stage: int, members: Group) -> Metric:
        slabs = self.slabs(stage)
        spans = slabs.spans[: members.size]
        rows = Rows(members, spans, slabs.widened(METRIC_HALO)[: members.size])

        def metric(change: Tensor) -> Tensor:
            return rows.cropped(picture_metric(rows.widened(change)))

        return metric

    def whole(self, canvas: Image, stage: int) -> Image | None:
        """The whole canvas on the CPU of rank 0; None elsewhere."""
        return gathered(self.group, self.slabs(stage).spans, canvas.detach())

    def part_of(self, state: Mapping[str, Any], stage: int) -> SavedState:
        """Of a saved state this rank's rows."""
        return SavedState(state, self.encoder.device, self._own(stage))


class _InSlabs:
    """`evaluate(slab)`: asks the neighbours for the rows around it, and gives them the gradient of those."""

    def __init__(self, tiled: Tiled, rows: Rows):
        self._tiled, self._rows = tiled, rows

    def __call__(self, image: Image) -> Evaluation:
        evaluation = self._tiled(self._rows.widened(image.detach()))
        return Evaluation(evaluation.cost, self._rows.folded(evaluation.gradient))


def _not_asked(image: Image) -> Evaluation:
    raise AssertionError("a rank without rows evaluates nothing")
