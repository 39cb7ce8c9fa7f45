"""Which layout fits: the search for the best one whose peak stays within the limit."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from impasto.errors import SettingsError
from impasto.layout import Layout
from impasto.memory.peak import MemoryRequest, ScaleSizes
from impasto.objective.passes import can_split, evaluation_work
from impasto.settings.values import bytes_text
from impasto.solvers.make import LEAST_MEMORY, SOLVERS

TILES = (2048, 1536, 1024, 768, 512, 384, 256)
"""Sides that are tried, largest first. Below, the halo is most of what a tile sees."""
DEEP_TILES = (8192, 4096, 3072, 2048, 1536, 1024)
"""Sides that are tried for the deep blocks, after one piece; only those that are larger than the others'."""
_KEEPING = {
    ("float32", "memory"): 1.0,
    ("float16", "memory"): 1.02,
    ("bfloat16", "memory"): 1.05,
    ("disk", "memory"): 1.3,
    ("float32", "disk"): 1.05,
    ("disk", "disk"): 1.35,
    ("bfloat16", "disk"): 1.1,
}
"""Time of a step by where (pairs or moments, encoding) are kept, about: it only orders what fits."""
LAST_TILES = (192, 128, 64)
"""Tried only where nothing else helps."""


def choose(demand: MemoryRequest, scale: ScaleSizes, base: int, limit: int) -> tuple[Layout, int]:
    """The best layout whose peak stays within `limit` bytes, and that peak.

    Raises SettingsError, with what would be needed, when there is none.
    """
    for candidate in candidates(demand, scale):
        peak = demand.peak(scale, candidate, base)
        if peak <= limit:
            return candidate, peak
    height, width = scale.size
    raise SettingsError(
        f"{width}x{height} pixels need at least {bytes_text(least(demand, scale, base))} of {demand.where}, and "
        f"{bytes_text(limit)} is allowed: {_advice(demand)}"
    )


def least(demand: MemoryRequest, scale: ScaleSizes, base: int, solver: str | None = None) -> int:
    """Bytes below which a scale cannot be painted, by any solver or by this one."""
    return min(
        demand.peak(scale, one, base)
        for one in candidates(demand, scale)
        if solver is None or one.solver == solver
    )


def candidates(demand: MemoryRequest, scale: ScaleSizes) -> Iterator[Layout]:
    """Every layout that the demand allows for a scale, best first: L-BFGS before Adam, and then what takes least time.

    The smallest tiles come last of all, and only with what needs least memory.
    """
    layouts = [one for one in _ways(demand, scale.steps) if demand.written(scale, one) <= demand.disk]
    free = demand.tile is None and demand.engine != "whole"
    sides = _sides(demand, max(scale.size))
    times = {
        (tile, deep): evaluation_work(demand.passes(scale, Layout(tile=tile, deep_tile=deep)))
        for tile, deep in sides
    }
    pairs = sorted(
        itertools.product(layouts, sides),
        key=lambda pair: (pair[0].solver != demand.solver, times[pair[1]] * _KEEPING[_where(pair[0])]),
    )
    last = [(side, None) for side in LAST_TILES] if free else []
    for layout, (side, deep) in [*pairs, *itertools.product(layouts[-1:], last)]:
        style_tile = side if side and max(scale.style_size) > side else None
        yield replace(layout, tile=side, style_tile=style_tile, deep_tile=deep)


def _ways(demand: MemoryRequest, steps: int) -> Iterator[Layout]:
    """The layouts that differ in the solver and in where its memory is, best first.

    Where the solver that was asked for does not fit, the one that needs least memory paints.
    """
    for name in dict.fromkeys([demand.solver, LEAST_MEMORY]):
        yield from SOLVERS[name].layouts(demand, steps)


def _sides(demand: MemoryRequest, longest: int) -> list[tuple[int | None, int | None]]:
    """Sides of tiles to try for a picture with this longest side: those of all blocks, and of the deep ones."""
    sides: list[int | None] = [] if demand.engine == "tiled" else [None]
    if demand.engine != "whole":
        sides += [one for one in TILES if demand.engine == "tiled" or one < longest]
    if demand.tile is not None:
        sides = [demand.tile]
    return [(side, deep) for side in sides for deep in _deep_sides(demand, side, longest)]


def _deep_sides(demand: MemoryRequest, side: int | None, longest: int) -> list[int | None]:
    if side is None or side >= longest or demand.ranks > 1 or not can_split(demand.network.layers):
        return [None]
    return [longest, *(one for one in DEEP_TILES if side < one < longest), None]


def _where(layout: Layout) -> tuple[str, str]:
    return (layout.moments if layout.kept == "float32" else layout.kept, layout.encoding)


def _advice(demand: MemoryRequest) -> str:
    if demand.engine == "whole":
        return "let it be tiled (--engine auto), use a smaller --size, or more --memory"
    if demand.tile is not None:
        return "omit --tile, use a smaller --size, or more --memory"
    return "use a smaller --size, or more --memory"
