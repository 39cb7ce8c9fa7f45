"""Brush strokes in relief: ribbons of bristle marks laid on a canvas, and the lamp that shows how thick they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from drawing.fields import Field, blur, mix, smoothstep

Index = npt.NDArray[np.integer[Any]]

BRISTLES = 512  # texels to a side of the noise that tells one bristle from the next
DENSITY = 1.4  # points to a pixel along each side of a ribbon: above sqrt(2) no pixel is missed


@dataclass
class Canvas:
    """The paint so far: colour (h, w, 3) in [0, 1] sRGB, relief (h, w), weave (h, w), pixels to a unit of length."""

    colour: Field
    relief: Field
    weave: Field
    scale: float


@dataclass(frozen=True)
class Strokes:
    """n strokes: their spines (n, k, 2) as x, y in pixels, width (n,), two colours (n, 3) each, and body (n,)."""

    spine: Field
    width: Field
    first: Field
    second: Field
    body: Field


@dataclass(frozen=True)
class Stations:
    """Points along the spines: whose stroke, place along it in [0, 1], middle (m, 2), half width as a vector (m, 2)."""

    owner: Index
    u: Field
    middle: Field
    side: Field


def lay(canvas: Canvas, strokes: Strokes, bristles: Field, batches: int = 6) -> None:
    """Put strokes on the canvas in order, in batches: within one, a later stroke hides an earlier one."""
    for batch in np.array_split(np.arange(len(strokes.width)), batches):
        if len(batch):
            lay_batch(canvas, Strokes(*(part[batch] for part in vars(strokes).values())), bristles)


def lay_batch(canvas: Canvas, strokes: Strokes, bristles: Field) -> None:
    """Scatter every stroke's points; the last point on a pixel decides its paint."""
    height, width = canvas.relief.shape
    stations = walk(strokes, bristles)
    across = np.ceil(strokes.width * DENSITY).astype(np.int32)[stations.owner] + 2
    station = np.repeat(np.arange(len(across), dtype=np.int32), across)
    first = np.cumsum(across, dtype=np.int32) - across
    index = np.arange(len(station), dtype=np.int32) - np.repeat(first, across)
    v = (2 * index / (across[station] - 1) - 1).astype(np.float32)
    x = (stations.middle[:, 0][station] + stations.side[:, 0][station] * v).astype(np.int32)
    y = (stations.middle[:, 1][station] + stations.side[:, 1][station] * v).astype(np.int32)
    grain = bristle_grain(stations, station, v, strokes, bristles)
    lifted = (1.15 * smoothstep(0.55, 1.0, stations.u))[station] + 0.5 * smoothstep(0.75, 1.0, np.abs(v))
    kept = np.flatnonzero((grain - lifted > -1.55) & (x >= 0) & (x < width) & (y >= 0) & (y < height))
    top = np.full(height * width, -1, np.int32)
    top[y[kept] * width + x[kept]] = kept
    pixel = np.flatnonzero(top >= 0)
    point = top[pixel]
    whose, u = stations.owner[station[point]], stations.u[station[point]]
    mark(canvas, strokes, pixel, whose, u, v[point], grain[point])


def walk(strokes: Strokes, bristles: Field) -> Stations:
    """Fine steps along every spine, with the ribbon's half width there: tapered ends, a hand that is not steady."""
    lengths = np.linalg.norm(np.diff(strokes.spine, axis=1), axis=2).sum(1)
    count = np.ceil((lengths + strokes.width) * DENSITY).astype(np.int32) + 3
    owner = np.repeat(np.arange(len(count), dtype=np.int32), count)
    u = (np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)) / (count[owner] - 1)
    steps = strokes.spine.shape[1]
    low = np.minimum((u * (steps - 1)).astype(np.int32), steps - 2)
    part = (u * (steps - 1) - low)[:, None]
    tangent = np.gradient(strokes.spine, axis=1)
    tangent /= np.linalg.norm(tangent, axis=2, keepdims=True) + 1e-6
    middle = strokes.spine[owner, low] * (1 - part) + strokes.spine[owner, low + 1] * part
    way = tangent[owner, low] * (1 - part) + tangent[owner, low + 1] * part
    taper = np.sqrt(np.clip(u * 9, 0.02, 1)) * np.sqrt(np.clip((1.0 - u) * 3.5, 0.02, 1))
    unsteady = 1 + 0.10 * bristles[13 * owner % BRISTLES, (30 * u).astype(np.int32) + owner % 400]
    half = (0.5 * strokes.width[owner] * taper * unsteady)[:, None]
    side = np.stack([-way[:, 1], way[:, 0]], 1) * half
    return Stations(owner, u.astype(np.float32), middle.astype(np.float32), side.astype(np.float32))


def bristle_grain(stations: Stations, station: Index, v: Field, strokes: Strokes, bristles: Field) -> Field:
    """Which way each point's bristle leans from the mean: standard normal, long along the stroke."""
    hairs = np.clip(strokes.width * 0.9, 6, 40).astype(np.float32)[stations.owner]
    column = (stations.u * 40).astype(np.int32) + 37 * stations.owner % 467
    row = (v * hairs[station]).astype(np.int32) + (61 * stations.owner % BRISTLES)[station]
    return bristles.ravel()[(row % BRISTLES) * BRISTLES + column[station]]


def mark(
    canvas: Canvas, strokes: Strokes, pixel: Index, owner: Index, u: Field, v: Field, grain: Field
) -> None:
    """Blend the paint of the topmost points into the canvas and let it stand up."""
    colour, relief = canvas.colour.reshape(-1, 3), canvas.relief.reshape(-1)
    split = smoothstep(-0.5, 0.5, v + 0.5 * grain)
    fresh = mix(strokes.first[owner], strokes.second[owner], split) * (1 + 0.055 * grain[:, None])
    cover = np.clip(1.0 - 0.5 * u**3 + 0.12 * grain, 0.25, 0.97)
    colour[pixel] = mix(colour[pixel], fresh, cover)
    edge = np.abs(v)
    ridge = 0.55 + 0.5 * smoothstep(0.45, 0.85, edge) * smoothstep(1.0, 0.9, edge)
    load = (ridge + 0.26 * grain) * (1 - 0.45 * u) + 0.5 * smoothstep(0.12, 0.03, u)
    relief[pixel] = 0.45 * relief[pixel] + strokes.body[owner] * np.clip(load, 0, 2)


def light_relief(canvas: Canvas) -> Field:
    """The canvas under a lamp at the upper left: slopes lit and shaded, ridges with a wet glint."""
    height = 0.7 * canvas.relief + 0.3 * blur(canvas.relief, 1.2 * canvas.scale) + 0.10 * canvas.weave
    down, across = np.gradient(height)
    slope = np.clip(-(0.65 * across + 0.75 * down) * canvas.scale, -1.5, 1.5)
    hollow = np.clip(blur(height, 3 * canvas.scale) - height, 0, 1)
    shade = 1 + 0.42 * np.tanh(1.1 * slope) - 0.22 * hollow
    glint = smoothstep(0.35, 1.3, slope) * 0.16
    return np.clip(canvas.colour * shade[..., None] + glint[..., None], 0, 1)
