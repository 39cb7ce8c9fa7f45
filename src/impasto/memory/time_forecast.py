"""How long a painting will take: how fast this machine is, measured in a few seconds, times what is counted.

Counted are steps, tiles and halos (`objective/passes.py`), and the candidates among which neighbours are searched.

The encoder is timed at two sizes, which gives what a walk costs whatever its size (reading the kernels) and what each
multiplication adds. Where they are asked for, the search for neighbours and a picture's palette are timed, too; for the
solver a vector that is added to another, and a file for one that keeps its past steps on disk.
"""

import math
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from impasto.costs.neighbours import NEIGHBOUR_LAYERS, POSITIONS, Candidates, NeighbourTerm, nearest
from impasto.costs.palette import PaletteTarget, histograms
from impasto.costs.term import Summary, Term
from impasto.distributed.partition import WHOLE
from impasto.evaluation import Cost, Evaluation
from impasto.files import scratch
from impasto.memory.network_memory import VECTOR
from impasto.memory.peak import MemoryRequest
from impasto.memory.plan import Plan, PlannedScale
from impasto.objective.palette import PaletteTerm, Selection, WithPalettes
from impasto.objective.passes import FORWARD, evaluation_walks, evaluation_work, work
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.solvers.make import SOLVERS
from impasto.vgg.layers import LAYERS, deepest, smallest_side
from impasto.vgg.vgg19 import VGG19

UPSCALING_PASSES = 150
"""A canvas grown, with its detail, the targets' pictures resized (additions, per pixel of the larger canvas)."""
WRITING = 3e-7
"""Seconds a pixel for a PNG with 8 bits."""
SMALL, LARGE = 192, 448
"""Pixels per side of what the encoder is timed with."""
LARGE_ON_GPU = 1024
"""Below that a GPU is not busy: it waits for the next layer to be asked for."""
ROUNDS = 3
"""Of so many times the shortest counts: a machine is disturbed, never hurried."""
VALUES = 2**23
"""Values of the vectors that are timed: too many for a processor's cache."""
FILE_BYTES = 2**26
SEARCHED = 512
"""Positions for which neighbours are searched, to time it."""


@dataclass(frozen=True)
class Speed:
    """What was measured, in seconds.

    walk, work: for any walk, and for each unit of `passes.work`, both with the gradient. value: for each value of
    `x += alpha * y`. byte: for each byte read from a file; None: not measured. rules: for those of the style cost in an
    evaluation, where they take any: the roots of matrices in that of Gaussians. Each region has rules of its own.
    palette: for each pixel and region, in an evaluation. search: for each multiplication with a candidate's channel.
    """

    walk: float
    work: float
    value: float
    byte: float | None = None
    rules: float = 0.0
    palette: float = 0.0
    search: float = 0.0


def forecast(plan: Plan, speed: Speed) -> Plan:
    """The same plan with its times."""
    scales = tuple(replace(one, seconds=_seconds(plan.demand, one, speed)) for one in plan.scales)
    upscaling = sum(UPSCALING_PASSES * _values(one) * speed.value for one in plan.scales)
    return replace(plan, scales=scales, other_seconds=upscaling + WRITING * _values(plan.scales[-1]) / 3)


def _seconds(demand: MemoryRequest, one: PlannedScale, speed: Speed) -> float:
    """Targets and neighbours, then steps of evaluations and the solver's own work."""
    content, style = sorted(demand.network.content), sorted(demand.network.style)
    regions = max(1, demand.regions)
    walked = demand.passes(one.scale, one.layout)
    evaluation = speed.walk * evaluation_walks(walked) + speed.work * evaluation_work(walked)
    evaluation += regions * (speed.rules + speed.palette * math.prod(one.scale.size))
    targets = 0.0
    for count, size, tile, looked_at in (
        (1, one.scale.size, one.layout.tile, content),
        (demand.styles, one.scale.style_size, one.layout.style_tile, style),
        # The photograph's mean, the photograph, the canvas; and the candidates.
        (3 * demand.neighbours, one.scale.size, one.layout.tile, NEIGHBOUR_LAYERS),
        (demand.neighbours * demand.styles, one.scale.style_size, one.layout.style_tile, NEIGHBOUR_LAYERS),
    ):
        walk = demand.tiling(size, tile, list(looked_at))
        targets += count * FORWARD * (speed.walk * len(walk.tiles) + speed.work * work(walk))
    targets += regions * speed.search * _searched(demand, one)
    solver = SOLVERS[one.layout.solver].work(one.layout, one.scale.steps)
    own = solver.additions * speed.value + solver.reads * VECTOR / 3 * (speed.byte or 0.0)
    return targets + solver.evaluations * evaluation + own * _values(one)


def _searched(demand: MemoryRequest, one: PlannedScale) -> int:
    """Multiplications of the search for neighbours, in all layers."""
    if not demand.neighbours:
        return 0
    canvas, style = (
        demand.tiling(size, None, list(NEIGHBOUR_LAYERS)) for size in (one.scale.size, one.scale.style_size)
    )
    return sum(
        math.prod(canvas.layer_size(layer))
        * min(POSITIONS, math.prod(style.layer_size(layer)))
        * LAYERS[layer].n_out
        for layer in NEIGHBOUR_LAYERS
    )


def _values(one: PlannedScale) -> int:
    return 3 * one.scale.size[0] * one.scale.size[1]


def calibrate(encoder: VGG19, demand: MemoryRequest, *, disk: bool) -> Speed:
    """Measure the speed of this machine with this encoder: a few seconds, and the memory of the larger size.

    disk: whether a file is timed, too; in the folder where past steps would go. Its pages may come from the system's
    cache, as those of a painting do while there is memory for them.
    """
    smallest = smallest_side(deepest(tuple(demand.network.layers)))
    large = LARGE_ON_GPU if encoder.device.type == "cuda" else LARGE
    sides = [max(side, 2 * smallest) for side in (SMALL, large)]
    times, works = [], []
    for side in sides:
        tiling = Tiling(side, side, demand.network.layers)
        times.append(_shortest(_evaluation(encoder, demand, side)))
        works.append(work(tiling))
    rate = max((times[1] - times[0]) / (works[1] - works[0]), 0.5 * times[1] / works[1])
    walk = max(0.0, times[1] - rate * works[1])
    byte = _byte_time() if disk else None
    rules = _rules_time(encoder, demand) if demand.style_cost != "gram" else 0.0
    palette = _palette_time(encoder.device) if demand.palette else 0.0
    search = _search_time(encoder.device) if demand.neighbours else 0.0
    return Speed(walk, rate, _vector_time(encoder.device), byte, rules, palette, search)


def _evaluation(encoder: VGG19, demand: MemoryRequest, side: int) -> Callable[[], object]:
    """One evaluation of a picture of noise."""
    image = _noise(1, 3, side, side).to(encoder.device)
    content, style = (
        dict.fromkeys(sorted(one), 1.0) for one in (demand.network.content, demand.network.style)
    )
    terms: list[Term] = [
        *content_terms(encoder, image, content, balance=False),
        *style_terms(encoder, image, style, balance=False),
        *(_neighbour_terms(encoder, image) if demand.neighbours else ()),
    ]
    whole = Whole(encoder, terms, alpha=1.0, beta=1.0)
    return lambda: _wait_for(whole(image).gradient)


def _neighbour_terms(encoder: VGG19, image: Tensor) -> list[NeighbourTerm]:
    """With any position of the picture for a neighbour."""
    with torch.no_grad():
        features = encoder(image, list(NEIGHBOUR_LAYERS))
    terms = []
    for layer, a in features.items():
        rows = a[0].flatten(1).T[:POSITIONS].contiguous()
        index = (_noise(*a.shape[2:]) * len(rows)).int().to(a.device)
        terms.append(NeighbourTerm(layer, Candidates.of(rows, a.new_zeros(len(rows))), index))
    return terms


def _search_time(device: torch.device) -> float:
    """Of the middle one of the layers in which neighbours are searched, in a strip."""
    channels = sorted(LAYERS[layer].n_out for layer in NEIGHBOUR_LAYERS)[1]
    b = _noise(POSITIONS, channels).to(device)
    candidates = Candidates.of(b, b.new_zeros(POSITIONS))
    a, height = b[:SEARCHED], b.new_zeros(SEARCHED)
    search = partial(nearest, a, a, candidates.mean, height, candidates, 0.5)
    return _shortest(lambda: _wait_for(search())) / (SEARCHED * POSITIONS * channels)


def _palette_time(device: torch.device) -> float:
    image = _noise(1, 3, SMALL, SMALL).to(device)
    palette = PaletteTerm(PaletteTarget.of(histograms(image.cpu())), Selection(), 1.0)
    evaluate = WithPalettes(_costs_nothing, [palette], 1.0, 1.0, WHOLE)
    return _shortest(lambda: _wait_for(evaluate(image).gradient)) / SMALL**2


def _costs_nothing(image: Tensor) -> Evaluation:
    return Evaluation(Cost(0.0, 0.0, 0.0), torch.zeros_like(image))


def _rules_time(encoder: VGG19, demand: MemoryRequest) -> float:
    """The rules of the style cost and their derivatives, without a walk."""
    side = 2 * smallest_side(deepest(tuple(demand.network.style)))
    image = _noise(1, 3, side, side).to(encoder.device)
    layers = dict.fromkeys(sorted(demand.network.style), 1.0)
    terms = style_terms(encoder, image, layers, balance=False, cost=demand.style_cost)
    with torch.no_grad():
        features = encoder(image, list(layers))
        sums = {term: term.measure(features[term.layer])[0] for term in terms}

    def rules() -> None:
        for term, summary in sums.items():
            total = summary.total.requires_grad_(True)
            _wait_for(torch.autograd.grad(term.rule(Summary(total, summary.count)), total)[0])

    return _shortest(rules)


def _noise(*size: int) -> Tensor:
    """From 0 to 1, seeded: the host's own random numbers stay as they are."""
    return torch.rand(*size, generator=torch.Generator().manual_seed(0))


def _wait_for(x: Tensor) -> float:
    """A GPU computes while the program goes on; a number can only be had when it is done."""
    return float(x.flatten()[0])


def _vector_time(device: torch.device) -> float:
    x, y = torch.zeros(VALUES, device=device), torch.ones(VALUES, device=device)
    return _shortest(lambda: _wait_for(x.add_(y, alpha=0.5))) / VALUES


def _byte_time() -> float:
    with tempfile.TemporaryFile(dir=scratch.folder(), buffering=0) as file:
        written = file.write(os.urandom(2**20) * (FILE_BYTES // 2**20)) or 1
        room = bytearray(2**22)

        def read() -> None:
            file.seek(0)
            while file.readinto(room):
                pass

        return _shortest(read) / written


def _shortest(run: Callable[[], object]) -> float:
    """Seconds; the first run is not timed."""
    run()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)
