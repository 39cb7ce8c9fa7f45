"""The palace's wings in their places: where rays meet their reliefs, and where they keep the sun off."""

from dataclasses import dataclass

import numpy as np

from drawing.fields import Field
from drawing.palace import NOTHING, TEXELS, Mask, Relief, Section, draw_palace
from drawing.sky import SKYLIGHT, SUN, SUNLIGHT

DEEPEST = -7.0  # metres behind a wing's wall where its roof ends


@dataclass(frozen=True)
class Wing:
    """A relief put in its place: where its foot begins, which way it runs, which way it looks (3,)."""

    relief: Relief
    foot: Field
    along: Field
    out: Field


def build_wing(
    foot: tuple[float, float], along: Field, out: Field, sections: list[Section], seed: int
) -> Wing:
    """Draw a front and stand it at `foot` (x, z)."""
    sun = np.array([SUN @ along, SUN[1], SUN @ out], np.float32)
    relief = draw_palace(sections, sun, SUNLIGHT, SKYLIGHT, np.random.default_rng(seed))
    return Wing(relief, np.array([foot[0], 0.0, foot[1]], np.float32), along, out)


def meet_wing(wing: Wing, origin: Field, way: Field, reach: Field) -> tuple[Field, Field]:
    """Where rays meet a relief: (reach (n,), light (n, 3)); a ray that misses keeps its reach."""
    start = np.stack([(origin - wing.foot) @ wing.along, origin[:, 1], (origin - wing.foot) @ wing.out], 1)
    step = np.stack([way @ wing.along, way[:, 1], way @ wing.out], 1)
    height, width = wing.relief.depth.shape
    light = np.zeros_like(way)
    steps = np.linspace(wing.relief.depth.max(), DEEPEST, 56, dtype=np.float32)
    ray = np.flatnonzero((step[:, 2] < -1e-3) & (start[:, 2] > steps[0]))
    first, pace = walk_along(start[ray], step[ray], steps)
    kept = may_meet(first, pace, len(steps), wing, reach[ray])
    ray, first, pace = ray[kept], first[kept], pace[kept]
    for index, out in enumerate(steps):
        at = first + index * pace
        row, column = at[:, 1].astype(np.int32), at[:, 0].astype(np.int32)
        inside = (at[:, 1] >= 0) & (row < height) & (at[:, 0] >= 0) & (column < width)
        met = np.flatnonzero(inside)
        met = met[wing.relief.depth[row[met], column[met]] > out]
        met = met[at[met, 2] < reach[ray[met]]]
        reach[ray[met]] = at[met, 2]
        light[ray[met]] = wing.relief.light[row[met], column[met]]
        left = np.ones(len(ray), np.bool_)
        left[met] = False
        ray, first, pace = ray[left], first[left], pace[left]
    return reach, light


def walk_along(start: Field, step: Field, outs: Field) -> tuple[Field, Field]:
    """Where rays cross the first of the depths `outs`, and how they go on from each to the next.

    Both (n, 3): column and row of the relief's texels, and distance along the ray.
    """
    t = (outs[0] - start[:, 2]) / step[:, 2]
    pace = (outs[1] - outs[0]) / step[:, 2]
    column, row = start[:, 0] + t * step[:, 0], start[:, 1] + t * step[:, 1]
    first = np.stack([column * TEXELS, row * TEXELS, t], 1)
    return first, np.stack([pace * step[:, 0] * TEXELS, pace * step[:, 1] * TEXELS, pace], 1)


def may_meet(first: Field, pace: Field, steps: int, wing: Wing, reach: Field) -> Mask:
    """Which rays are not wholly above, below or beside the relief, nor stopped before it."""
    last = first + (steps - 1) * pace
    height, width = wing.relief.depth.shape
    low, high = np.minimum(first, last), np.maximum(first, last)
    across = (high[:, 0] > 0) & (low[:, 0] < width)
    return across & (high[:, 1] > 0) & (low[:, 1] < height) & (first[:, 2] < reach)


def wing_shades(wing: Wing, spot: Field) -> Mask:
    """Which points (n, 3) a wing hides from the sun."""
    offset = (spot - wing.foot) @ wing.out
    t = -offset / (SUN @ wing.out)
    at = spot + t[:, None] * SUN
    row = np.floor(at[:, 1] * TEXELS).astype(np.int64)
    column = np.floor((at - wing.foot) @ wing.along * TEXELS).astype(np.int64)
    height, width = wing.relief.depth.shape
    inside = (t > 0) & (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return inside & (wing.relief.depth[row % height, column % width] > NOTHING)
