"""The demo's style picture: tens of thousands of brush strokes in relief, from broad to fine, on woven canvas."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from drawing.fields import Field, blur, mix, rgb, sample, shrink, spectral_noise
from drawing.landscape import (
    COBALT,
    CREAM,
    CRIMSON,
    LEMON,
    OCHRE,
    OLIVE,
    ORANGE,
    ROSE,
    SKYLINE,
    SUN,
    TEAL,
    ULTRAMARINE,
    VERMILION,
    VIRIDIAN,
    Landscape,
    lay_out_landscape,
)
from drawing.strokes import BRISTLES, Canvas, Index, Strokes, lay, light_relief

THREAD = 2.1  # radians of weave to a pixel of a picture `WIDTH` wide
WIDTH = 800.0  # every length below is in pixels of a picture this wide
COMPANIONS = np.stack([ULTRAMARINE, COBALT, TEAL, OCHRE, ORANGE, VERMILION, CREAM, ROSE, LEMON])


@dataclass(frozen=True)
class Brush:
    """One pass over the canvas: how many strokes, their size, how thick the paint, how free the hand."""

    strokes: int
    length: float
    width: float
    body: float  # how high the paint stands, 1 for a full load
    jitter: float  # spread of brightness from stroke to stroke
    foreign: float = 0.06  # share of strokes leaning to another colour of the palette
    wander: float = 0.22  # radians off the motif's direction
    everywhere: float = 1.0  # share of strokes kept where the motif has no detail


PASSES = [
    Brush(280, 200, 34, 0.5, 0.05, 0.0),
    Brush(1100, 120, 19, 0.75, 0.06, 0.02),
    Brush(3600, 70, 11, 0.95, 0.07, 0.09, 0.25, 0.75),
    Brush(9000, 38, 6.2, 1.0, 0.08, 0.10, 0.3, 0.22),
    Brush(14000, 22, 3.4, 0.95, 0.08, 0.06, 0.3, 0.05),
]
BROAD = 15.0  # brushes wider than this stay out of the trees
POPPIES = [  # from and to, in parts of the width from the top; how many tries; size
    (0.455, 0.51, 12000, 2.8),
    (0.51, 0.58, 7000, 5.0),
    (0.58, 0.66, 5500, 8.0),
    (0.66, 0.80, 3600, 11.0),
]


def prime(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Woven canvas under a thin warm ground."""
    scale = width / WIDTH
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / scale
    over = np.sin(x * THREAD) * np.sin(y * THREAD)
    weave = 0.5 + 0.5 * np.where(over > 0, np.cos(x * THREAD), np.cos(y * THREAD))
    blotch = sample(spectral_noise(rng, 256, 1.3), x * 0.5, y * 0.5)
    tone = 0.55 + 0.05 * blotch + 0.10 * weave
    colour = tone[..., None] * rgb(1.0, 0.72, 0.45)
    return Canvas(colour.astype(np.float32), np.zeros_like(x), weave.astype(np.float32), scale)


def pick(field: Field, at: Field) -> Field:
    """Values of a field at the pixels nearest to points (n, 2); outside, at its border."""
    height, width = field.shape[:2]
    column = np.clip(at[:, 0], 0, width - 1).astype(np.int64)
    row = np.clip(at[:, 1], 0, height - 1).astype(np.int64)
    return field[row, column]


def follow(motif: Landscape, start: Field, offset: Field, length: Field, steps: int = 15) -> Field:
    """Spines (n, steps, 2) that run through `start` (n, 2) both ways along the motif's directions.

    A brush lifts where the motif's colour has become another one (Hertzmann, 1998).
    """
    half = steps // 2
    spine = np.empty((len(start), steps, 2), np.float32)
    ends = np.full((len(start), 2), half, np.int64)
    pace, own = (length / (steps - 1))[:, None], pick(motif.colour, start)
    for side, sign in enumerate((-1, 1)):
        at, heading, down = start, None, np.ones(len(start), np.bool_)
        spine[:, half] = at
        for k in range(1, half + 1):
            angle = pick(motif.angle, at) + offset
            way = np.stack([np.cos(angle), np.sin(angle)], 1)
            heading = (
                sign * way if heading is None else way * np.sign(np.sum(way * heading, 1, keepdims=True))
            )
            at = at + pace * heading
            spine[:, half + sign * k] = at
            down &= np.abs(pick(motif.colour, at) - own).sum(1) < 0.75
            ends[down, side] = half + sign * k
    return trim(spine, ends)


def trim(spine: Field, ends: Index) -> Field:
    """Spines (n, k, 2) cut to the part between two of their points, again with k points; at least two steps."""
    steps = spine.shape[1]
    first, last = np.minimum(ends[:, :1], steps // 2 - 1), np.maximum(ends[:, 1:], steps // 2 + 1)
    place = first + (last - first) * np.linspace(0, 1, steps)
    low = np.minimum(place.astype(np.int64), steps - 2)
    part = (place - low)[..., None]
    stroke = np.arange(len(spine))[:, None]
    return (spine[stroke, low] * (1 - part) + spine[stroke, low + 1] * part).astype(np.float32)


def detail_of(motif: Landscape, size: float) -> Field:
    """0 where the motif is plain at this size in pixels, towards 1 where shapes meet."""
    change = np.abs(motif.colour - blur(motif.colour, size)).sum(-1)
    return np.clip(3.0 * blur(change, 0.5 * size), 0, 1)


def place_strokes(brush: Brush, motif: Landscape, scale: float, rng: np.random.Generator) -> Field:
    """Where a pass touches the canvas (n, 2): all over, but fine brushes mostly where there is detail."""
    height, width = motif.angle.shape
    at = (rng.uniform(-0.03, 1.03, (brush.strokes, 2)) * (width, height)).astype(np.float32)
    wanted = np.maximum(pick(detail_of(motif, brush.width * scale), at), brush.everywhere)
    if brush.width > BROAD:
        wanted = wanted * (1 - pick(motif.trees, at))
    return at[rng.random(len(at)) < wanted]


def plan(brush: Brush, motif: Landscape, scale: float, rng: np.random.Generator, at: Field) -> Strokes:
    """Choose course, size and colours of strokes through the points `at` (n, 2)."""
    n = len(at)
    size = np.exp(rng.normal(0, 0.28, n)) * scale
    spine = follow(motif, at.astype(np.float32), rng.normal(0, brush.wander, n), size * brush.length)
    seen = pick(blur(motif.colour, max(0.15 * brush.width * scale, 0.3)), at)
    first = vary(seen, brush, rng)
    second = mix(first, vary(seen, brush, rng), rng.uniform(0.2, 1.0, n)).astype(np.float32)
    body = brush.body * rng.uniform(0.6, 1.25, n)
    return Strokes(spine, (size * brush.width).astype(np.float32), first, second, body.astype(np.float32))


def vary(colour: Field, brush: Brush, rng: np.random.Generator) -> Field:
    """Colours (n, 3) as a painter mixes them: never twice the same, now and then a touch of another tube."""
    n = len(colour)
    other = COMPANIONS[rng.integers(len(COMPANIONS), size=n)]
    share = np.where(rng.random(n) < brush.foreign, rng.uniform(0.3, 0.75, n), rng.uniform(0, 0.10, n))
    grey = colour.mean(1, keepdims=True)
    rich = grey + (colour - grey) * rng.uniform(0.9, 1.3, (n, 1))
    bright = rng.normal(0, brush.jitter, (n, 1)) + rng.normal(0, 0.025, (n, 3))
    return np.clip(mix(rich, other, share) + bright, 0.02, 0.99).astype(np.float32)


def draw_canvas(width: int = 800, height: int = 600, finer: int = 2, seed: int = 11) -> Field:
    """The style picture, sRGB (height, width, 3) in [0, 1], painted `finer` times larger and shrunk."""
    rng = np.random.default_rng(seed)
    motif = lay_out_landscape(width * finer, height * finer, seed)
    canvas = prime(width * finer, height * finer, rng)
    bristles = spectral_noise(rng, BRISTLES, 0.9, (6.0, 1.0))
    for brush in PASSES:
        at = place_strokes(brush, motif, canvas.scale, rng)
        lay(canvas, plan(brush, motif, canvas.scale, rng, at), bristles)
    for flourish in (flick_leaves, dab_lights, draw_grass, dab_poppies):
        for strokes in flourish(motif, canvas.scale, rng):
            lay(canvas, strokes, bristles)
    return shrink(light_relief(canvas), finer)


def scatter(count: int, chance: Field, rng: np.random.Generator) -> Field:
    """Points (n, 2) kept out of `count` with the probability the field `chance` has there, far ones first."""
    height, width = chance.shape
    at = (rng.uniform(0, 1, (count, 2)) * (width, height)).astype(np.float32)
    at = at[rng.random(count) < pick(chance, at)]
    return at[np.argsort(at[:, 1], kind="stable")]


def flick_leaves(motif: Landscape, scale: float, rng: np.random.Generator) -> Iterator[Strokes]:
    """Curling strokes up the trees."""
    at = scatter(16000, motif.trees, rng)
    yield plan(Brush(0, 30, 5.0, 1.2, 0.05, 0.03, 0.3), motif, scale, rng, at)


def dab_lights(motif: Landscape, scale: float, rng: np.random.Generator) -> Iterator[Strokes]:
    """Loaded strokes of broken white and yellow where the sky is brightest, thickest round the sun."""
    height, width = motif.angle.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width
    far = np.hypot(x - SUN[0], y - SUN[1])
    bright = np.clip(1.6 * (motif.colour.mean(-1) - 0.45), 0, 1) * (y < SKYLINE) * (1 - motif.trees)
    at = scatter(6000, bright * np.exp(-far), rng)
    strokes = plan(Brush(0, 34, 6.5, 1.6, 0.04, 0.0, 0.15), motif, scale, rng, at)
    first = mix(strokes.first, CREAM, rng.uniform(0.1, 0.7, len(at)))
    yield replace(strokes, first=first.astype(np.float32))


def draw_grass(motif: Landscape, scale: float, rng: np.random.Generator) -> Iterator[Strokes]:
    """Long thin blades in the foreground, cool and warm by turns."""
    height, width = motif.angle.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width
    near = np.clip((y - 0.50) / 0.25, 0, 1)
    at = scatter(2200, near * motif.field, rng)
    sway = -np.pi / 2 + 0.7 * (x - 0.5) + 0.3 * np.sin(23 * x + 31 * y)
    strokes = plan(Brush(0, 44, 4.2, 1.2, 0.06, 0.0, 0.16), replace(motif, angle=sway), scale, rng, at)
    blades = np.stack([VIRIDIAN, OLIVE, TEAL, ULTRAMARINE, OCHRE])
    first = mix(
        strokes.first,
        blades[rng.choice(5, len(at), p=[0.3, 0.28, 0.14, 0.16, 0.12])],
        rng.uniform(0.4, 1, len(at)),
    )
    yield replace(strokes, first=first.astype(np.float32))


def dab_poppies(motif: Landscape, scale: float, rng: np.random.Generator) -> Iterator[Strokes]:
    """Poppies, larger towards the viewer: a crimson shadow, a vermilion cup, an orange light, each one dab."""
    height, width = motif.angle.shape
    y = np.mgrid[0:height, 0:width][0] / width
    red = np.clip(2.0 * (motif.colour[..., 0] - 1.5 * motif.colour[..., 1]), 0.03, 1) * motif.field
    level = replace(motif, angle=0.3 * np.sin(motif.angle))
    for low, high, count, size in POPPIES:
        at = scatter(count, red * (y >= low) * (y < high), rng)
        for tone, part, shift, share in [
            (CRIMSON, 1.1, 0.3, 0.8),
            (VERMILION, 1.0, 0.0, 1.0),
            (ORANGE, 0.45, -0.25, 0.45),
        ]:
            brush = Brush(0, 1.8 * size * part, size * part, 1.4, 0.06, 0.0, 0.7)
            chosen = at[rng.random(len(at)) < share]
            moved = chosen + rng.normal(0, 0.25, chosen.shape) * size * scale + (0, shift * size * scale)
            strokes = plan(brush, level, scale, rng, moved)
            first = mix(tone, strokes.first, rng.uniform(0, 0.3, len(chosen)))
            yield replace(strokes, first=vary(first, brush, rng), second=mix(first, strokes.second, 0.3))
