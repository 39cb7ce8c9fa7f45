"""What the demo's style picture shows, before any paint: colours and brush directions of a field at sunset."""

from dataclasses import dataclass

import numpy as np

from drawing.fields import Field, blur, mix, rgb, sample, smoothstep, spectral_noise

COBALT = rgb(0.13, 0.30, 0.66)
ULTRAMARINE = rgb(0.10, 0.13, 0.42)
TEAL = rgb(0.10, 0.45, 0.52)
PETROL = rgb(0.03, 0.17, 0.22)
VIRIDIAN = rgb(0.06, 0.28, 0.25)
OLIVE = rgb(0.36, 0.38, 0.12)
OCHRE = rgb(0.80, 0.56, 0.17)
LEMON = rgb(0.99, 0.85, 0.38)
ORANGE = rgb(0.95, 0.52, 0.13)
VERMILION = rgb(0.86, 0.20, 0.10)
CRIMSON = rgb(0.52, 0.05, 0.12)
ROSE = rgb(0.87, 0.52, 0.47)
VIOLET = rgb(0.33, 0.25, 0.50)
UMBER = rgb(0.13, 0.13, 0.12)
CREAM = rgb(0.97, 0.92, 0.76)
PALE = rgb(0.45, 0.66, 0.76)

SUN = (0.66, 0.335)  # of the width from the left, of the width from the top
WHIRLS = [(0.33, 0.13, 0.085, 3.2), (0.86, 0.07, 0.075, 2.6)]  # x, y, radius, turn
SKYLINE = 0.40  # of the width from the top


@dataclass(frozen=True)
class Landscape:
    """The motif on a grid (h, w): colours (h, w, 3), brush angle in radians, and where trees and field lie."""

    colour: Field
    angle: Field
    trees: Field
    field: Field


def colour_of(tones: list[tuple[float, Field]], position: Field) -> Field:
    """Colours (h, w, 3) read off a ramp of (position, colour) at `position` (h, w)."""
    places = [place for place, _ in tones]
    channels = [np.interp(position, places, [tone[c] for _, tone in tones]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def hill_line(x: Field, base: float, heights: list[tuple[float, float, float]]) -> Field:
    """A skyline: sums of (height, waves, phase) above `base`, all over the picture's width."""
    return base - sum(height * np.sin(2 * np.pi * waves * x + phase) for height, waves, phase in heights)


def stir(x: Field, y: Field) -> tuple[Field, Field]:
    """Points as the sky's whirls carry them round."""
    for middle_x, middle_y, radius, turns in WHIRLS:
        dx, dy = x - middle_x, y - middle_y
        turn = turns * np.exp(-(dx**2 + dy**2) / radius**2)
        x, y = (
            middle_x + np.cos(turn) * dx - np.sin(turn) * dy,
            middle_y + np.sin(turn) * dx + np.cos(turn) * dy,
        )
    return x, y


def paint_sky(x: Field, y: Field, noise: Field) -> tuple[Field, Field]:
    """Bands of cloud wheel round a low sun and curl into whirls, cobalt against orange; colours and angles."""
    stirred_x, stirred_y = stir(x, y)
    dx, dy = stirred_x - SUN[0], (stirred_y - SUN[1]) * 1.3
    down, across = np.gradient(np.hypot(dx, dy))
    along_bands = np.arctan2(-across, down)
    turn = np.arctan2(dy, dx)
    far = np.hypot(dx, dy) + 0.03 * sample(noise, stirred_x * 300, stirred_y * 420)
    base = colour_of(
        [
            (0.0, LEMON),
            (0.09, ORANGE),
            (0.17, ROSE),
            (0.24, TEAL),
            (0.36, COBALT),
            (0.55, ULTRAMARINE),
            (0.8, COBALT),
        ],
        far,
    )
    rings = np.sin(62 * far + 1.5 * np.sin(2 * turn + 9 * far))
    light = smoothstep(0.1, 0.9, rings) * smoothstep(0.07, 0.14, far)
    cloud = colour_of(
        [
            (0.0, LEMON),
            (0.17, ORANGE),
            (0.26, CREAM),
            (0.36, ROSE),
            (0.45, CREAM),
            (0.53, PALE),
            (0.66, TEAL),
            (0.9, PALE),
        ],
        far,
    )
    dark = smoothstep(0.3, 1.0, -rings) * smoothstep(0.12, 0.3, far)
    colour = mix(mix(base, cloud, 0.8 * light), ULTRAMARINE, 0.55 * dark)
    round_sun = np.hypot(x - SUN[0], y - SUN[1])
    disc = colour_of([(0.0, CREAM), (0.03, CREAM), (0.045, LEMON), (0.06, ORANGE)], round_sun)
    colour = mix(colour, disc, smoothstep(0.066, 0.05, round_sun))
    return colour, along_bands + 0.22 * sample(noise, x * 260 + 90, y * 260)


def paint_hills(colour: Field, angle: Field, x: Field, y: Field, noise: Field) -> tuple[Field, Field]:
    """Two ranges, violet and teal, their crests warm where the sun rakes them."""
    ranges = [
        (hill_line(x, SKYLINE, [(0.022, 1.1, 0.4), (0.010, 2.7, 1.3)]), VIOLET, ROSE),
        (hill_line(x, SKYLINE + 0.035, [(0.014, 1.6, 3.6), (0.006, 4.1, 0.5)]), TEAL, OCHRE),
    ]
    for line, shade, light in ranges:
        below = smoothstep(-0.002, 0.004, y - line)
        crest = np.exp(-np.clip(y - line, 0, 1) / 0.014) * (0.6 + 0.3 * sample(noise, x * 900, y * 900))
        colour = mix(colour, mix(shade, light, np.clip(crest, 0, 0.9)), below)
        slope = np.gradient(line, axis=1) / np.gradient(x, axis=1)
        angle = np.where(below > 0.5, np.arctan(slope) + 0.25 * sample(noise, x * 500, y * 500), angle)
    return colour, angle


def paint_field(colour: Field, angle: Field, x: Field, y: Field, noise: Field) -> tuple[Field, Field, Field]:
    """A field in rows that run towards the sun: ochre, olive, and drifts of poppies."""
    edge = hill_line(x, SKYLINE + 0.062, [(0.006, 1.3, 2.0), (0.003, 3.1, 0.0)])
    near = np.clip((y - edge) / (0.75 - edge), 0, 1)
    below = smoothstep(-0.002, 0.004, y - edge)
    rows = (x - SUN[0]) / (y - SUN[1] + 0.03)
    furrow = np.sin(9.5 * rows + 0.7 * sample(noise, x * 200, y * 260))
    drift = sample(noise, rows * 70 + 40, y * 460)
    base = colour_of([(0.0, ORANGE), (0.16, OCHRE), (0.5, OLIVE), (0.9, VIRIDIAN)], near + 0.10 * drift)
    base = mix(base, OCHRE, 0.65 * smoothstep(0.1, 0.9, furrow))
    base = mix(base, ULTRAMARINE, 0.55 * smoothstep(0.2, 1.0, -furrow) * (0.3 + 0.7 * near))
    poppies = smoothstep(-0.1, 0.7, drift + 0.55 * furrow) * smoothstep(0.02, 0.2, near)
    base = mix(base, VERMILION, 0.6 * poppies)
    along = np.arctan2(y - SUN[1] + 0.03, x - SUN[0])
    sway = along * 0.75 + 0.25 * np.pi / 2 + 0.35 * sample(noise, x * 420, y * 420 + 77)
    return mix(colour, base, below), np.where(below > 0.5, sway, angle), below


def paint_trees(colour: Field, angle: Field, x: Field, y: Field, noise: Field) -> tuple[Field, Field, Field]:
    """Dark poplars on the left, one far off on the right, a hedge between; each flickers like a flame."""
    trees = np.zeros_like(x)
    group = [(0.105, 0.53, 0.034, 0.42), (0.255, 0.50, 0.026, 0.30), (0.175, 0.56, 0.042, 0.53)]
    group += [(0.93, 0.475, 0.018, 0.17), (0.965, 0.48, 0.015, 0.12)]
    group += [(0.36 + 0.03 * k, 0.47, 0.017, 0.034 + 0.012 * np.sin(5 * k)) for k in range(6)]
    for foot_x, foot_y, half, tall in group:
        up = (foot_y - y) / tall
        lean = x - foot_x + 0.25 * half * np.sin(6 * up + 30 * foot_x) * up
        outline = half * np.sqrt(np.clip(up * 5, 0, 1)) * np.clip(1 - up, 0, 1) ** 0.55
        ragged = outline * (1 + 0.3 * sample(noise, x * 1400 + 33, y * 900))
        inside = smoothstep(0.003, -0.003, np.abs(lean) - ragged) * (up > 0) * (up < 1)
        side = lean / half + 0.35 * sample(noise, x * 1500, y * 700)
        leaf = colour_of([(-1.0, PETROL), (-0.3, UMBER), (0.2, VIRIDIAN), (0.9, OLIVE), (1.8, OCHRE)], side)
        colour, trees = mix(colour, leaf, inside), np.maximum(trees, inside)
        flame = -np.pi / 2 + 0.55 * lean / half + 0.35 * np.sin(9 * up + 40 * foot_x)
        angle = np.where(inside > 0.5, flame, angle)
    return colour, angle, trees


def lay_out_landscape(width: int, height: int, seed: int) -> Landscape:
    """The whole motif at `width` x `height`; lengths inside are parts of the width."""
    noise = spectral_noise(np.random.default_rng(seed), 512, 1.4)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / width
    colour, angle = paint_sky(x, y, noise)
    colour, angle = paint_hills(colour, angle, x, y, noise)
    colour, angle, field = paint_field(colour, angle, x, y, noise)
    colour, angle, trees = paint_trees(colour, angle, x, y, noise)
    return Landscape(colour.astype(np.float32), smooth_angle(angle, width / 130), trees, field * (1 - trees))


def smooth_angle(angle: Field, sigma: float) -> Field:
    """Angles of undirected lines, blurred without a jump at half a turn."""
    turn = np.stack([np.cos(2 * angle), np.sin(2 * angle)], -1).astype(np.float32)
    soft = blur(turn, sigma)
    return np.arctan2(soft[..., 1], soft[..., 0]) / 2
