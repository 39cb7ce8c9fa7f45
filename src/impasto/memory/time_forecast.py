"""How long a painting will take: what was measured of this machine (`calibration.py`), times what is counted.

Counted are steps, tiles and halos (`tile_work.py`), and the candidates among which neighbours are searched.
"""

import math
from dataclasses import replace

from impasto.costs.neighbours import NEIGHBOUR_LAYERS, POSITIONS
from impasto.memory.calibration import Speed
from impasto.memory.network_memory import VECTOR
from impasto.memory.peak import MemoryRequest
from impasto.memory.plan import Plan, PlannedScale
from impasto.memory.tile_work import FORWARD, evaluation_walks, evaluation_work, work
from impasto.solvers.make import SOLVERS
from impasto.vgg.layers import LAYERS

UPSCALING_PASSES = 150
"""A canvas grown, with its detail, the targets' pictures resized (additions, per pixel of the larger canvas)."""
WRITING = 3e-7
"""Seconds a pixel for a PNG with 8 bits."""


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
