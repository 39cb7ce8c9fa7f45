"""How long a painting will take: a few seconds of calibration on this machine, then arithmetic.

The encoder is timed at two sizes, which gives what a walk costs whatever its size (reading the kernels) and what each
multiplication adds. A vector that is added to another is timed for the solver, and a file for one that keeps its past
steps on disk. The rest is counted: steps, tiles, halos (`tile_work.py`).
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from impasto.costs.term import Summary, Term
from impasto.files import scratch
from impasto.memory.network_memory import VECTOR
from impasto.memory.peak import Demand
from impasto.memory.plan import Plan, PlannedScale
from impasto.memory.tile_work import FORWARD, evaluation_walks, evaluation_work, work
from impasto.objective.targets import content_terms, style_terms
from impasto.objective.tiling.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.vgg.layers import deepest, smallest_side
from impasto.vgg.vgg19 import VGG19

SMALL, LARGE = 192, 448
"""Pixels per side of what the encoder is timed with."""
LARGE_ON_GPU = 1024
"""Below that a GPU is not busy: it waits for the next layer to be asked for."""
ROUNDS = 3
"""Of so many times the shortest counts: a machine is disturbed, never hurried."""
VALUES = 2**23
"""Values of the vectors that are timed: too many for a processor's cache."""
FILE_BYTES = 2**26
EVALUATIONS = 1.07
"""Evaluations of a step of L-BFGS: 1.05 to 1.1 were counted. Adam takes one."""
LBFGS_PASSES, ADAM_PASSES = 24, 8
"""A step's work on vectors without pairs, counted in additions of one vector to another; the metric is most of it."""
PAIR_PASSES = {"float32": 3.3, "float16": 5.0, "disk": 3.3}
"""Likewise for each pair: two products and two additions, and half precision converted."""
GROWING_PASSES = 150
"""A canvas grown, with its detail, the targets' pictures resized (additions, per pixel of the larger canvas)."""
WRITING = 3e-7
"""Seconds a pixel for a PNG with 8 bits."""


@dataclass(frozen=True)
class Speed:
    """What was measured, in seconds.

    walk, work: for any walk, and for each unit of `tile_work.work`, both with the gradient. value: for each value of
    `x += alpha * y`. byte: for each byte read from a file; None: not measured. rules: for those of the style cost in an
    evaluation, where they take any: the roots of matrices in that of Gaussians. Each region has rules of its own.
    """

    walk: float
    work: float
    value: float
    byte: float | None = None
    rules: float = 0.0


def calibrate(encoder: VGG19, demand: Demand, *, disk: bool) -> Speed:
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
    return Speed(walk, rate, _vector_time(encoder.device), byte, rules)


def forecast(plan: Plan, speed: Speed) -> Plan:
    """The same plan with its times."""
    scales = tuple(replace(one, seconds=_seconds(plan.demand, one, speed)) for one in plan.scales)
    growing = sum(GROWING_PASSES * _values(one) * speed.value for one in plan.scales)
    return replace(plan, scales=scales, seconds_beside=growing + WRITING * _values(plan.scales[-1]) / 3)


def _seconds(demand: Demand, one: PlannedScale, speed: Speed) -> float:
    """Targets, then steps of evaluations and the solver's own work."""
    content, style = sorted(demand.network.content), sorted(demand.network.style)
    walked = demand.passes(one.scale, one.layout)
    evaluation = speed.walk * evaluation_walks(walked) + speed.work * evaluation_work(walked)
    evaluation += speed.rules * max(1, demand.regions)
    targets = 0.0
    for count, size, tile, looked_at in (
        (1, one.scale.size, one.layout.tile, content),
        (demand.styles, one.scale.style_size, one.layout.style_tile, style),
    ):
        own = demand.tiling(size, tile, looked_at)
        targets += count * FORWARD * (speed.walk * len(own.tiles) + speed.work * work(own))
    steps = one.scale.steps
    evaluations = EVALUATIONS * steps + 1 if one.layout.solver == "lbfgs" else steps
    return targets + evaluations * evaluation + steps * _solver_step(one, speed)


def _solver_step(one: PlannedScale, speed: Speed) -> float:
    values = _values(one)
    if one.layout.solver == "adam":
        return ADAM_PASSES * values * speed.value
    # At first there are fewer pairs than there is room for.
    steps, most = one.scale.steps, one.layout.history
    pairs = most - most * (most + 1) / (2 * steps) if steps > most else (steps - 1) / 2
    seconds = (LBFGS_PASSES + PAIR_PASSES[one.layout.kept] * pairs) * values * speed.value
    if one.layout.kept == "disk":
        seconds += 4 * pairs * VECTOR / 3 * values * (speed.byte or 0.0)  # each vector is read twice
    return seconds


def _values(one: PlannedScale) -> int:
    return 3 * one.scale.size[0] * one.scale.size[1]


def _evaluation(encoder: VGG19, demand: Demand, side: int) -> Callable[[], object]:
    """One evaluation of a picture of noise."""
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, side, side, generator=generator).to(encoder.device)
    content, style = (
        dict.fromkeys(sorted(one), 1.0) for one in (demand.network.content, demand.network.style)
    )
    terms: list[Term] = [
        *content_terms(encoder, image, content, balance=False),
        *style_terms(encoder, image, style, balance=False),
    ]
    whole = Whole(encoder, terms, alpha=1.0, beta=1.0)
    return lambda: _wait_for(whole(image).gradient)


def _rules_time(encoder: VGG19, demand: Demand) -> float:
    """The rules of the style cost and their derivatives, without a walk."""
    side = 2 * smallest_side(deepest(tuple(demand.network.style)))
    image = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(encoder.device)
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
