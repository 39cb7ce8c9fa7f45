"""Walkers and lamp posts: flat upright shapes with rounded shading, each standing at a point of the plaza."""

from dataclasses import dataclass

import numpy as np

from drawing.fields import Field, mix, rgb

SKIN = rgb(0.45, 0.29, 0.2)
IRON = rgb(0.05, 0.06, 0.06)
LANTERN = rgb(0.85, 0.8, 0.66)
COATS = np.array(
    [[0.24, 0.05, 0.04], [0.05, 0.08, 0.16], [0.3, 0.27, 0.22], [0.05, 0.05, 0.06], [0.22, 0.15, 0.08]],
    np.float32,
)


@dataclass(frozen=True)
class Figure:
    """A walker (or a lamp) at (x, z) metres; `stride` is half the distance between the feet, signed by heading."""

    x: float
    z: float
    height: float
    stride: float = 0.0
    clothes: tuple[Field, Field] | None = None  # colours of coat and trousers; a lamp has none

    @property
    def half_width(self) -> float:
        """Metres to each side that the shape may reach."""
        return 0.6 if self.clothes is not None else 0.7


@dataclass
class Shape:
    """What has been drawn so far at n points.

    `covered` (n,) is 0 or 1, `round` (n,) runs from -1 at a limb's left edge to 1 at its right, `colour` is (n, 3).
    """

    covered: Field
    round: Field
    colour: Field


def add_limb(
    shape: Shape, at: tuple[Field, Field], ends: tuple[float, ...], radius: tuple[float, float], colour: Field
) -> None:
    """Lay a tapering capsule from (x0, y0) to (x1, y1) over the shape."""
    (x, y), (x0, y0, x1, y1) = at, ends
    dx, dy = x1 - x0, y1 - y0
    t = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9), 0, 1)
    width = radius[0] + (radius[1] - radius[0]) * t
    off_x, off_y = x - x0 - t * dx, y - y0 - t * dy
    inside = np.hypot(off_x, off_y) < width
    shape.covered[inside] = 1.0
    shape.round[inside] = (off_x / width)[inside]
    shape.colour[inside] = colour


def figure_shape(figure: Figure, x: Field, y: Field) -> Shape:
    """The figure at points (x, y) in metres from its foot, (n,) each."""
    shape = Shape(np.zeros_like(x), np.zeros_like(x), np.zeros((*x.shape, 3), np.float32))
    if figure.clothes is None:
        add_lamp(shape, (x, y), figure.height)
    else:
        scale = figure.height / 1.75
        add_walker(shape, (x / scale, y / scale), figure.stride, *figure.clothes)
    return shape


def add_walker(shape: Shape, at: tuple[Field, Field], stride: float, coat: Field, trousers: Field) -> None:
    """Legs, coat, arms and head of a walker 1.75 m tall."""
    s = stride
    dark = coat * 0.8
    for foot in (s, -s):
        add_limb(shape, at, (0.0, 0.88, 0.45 * foot, 0.48), (0.1, 0.075), trousers)
        add_limb(shape, at, (0.45 * foot, 0.48, foot - 0.06 * np.sign(s), 0.06), (0.075, 0.05), trousers)
    add_limb(shape, at, (0.0, 1.3, -0.9 * s, 0.84), (0.07, 0.05), dark)
    add_limb(shape, at, (0.02 * np.sign(s), 1.34, 0.0, 0.82), (0.19, 0.17), coat)
    add_limb(shape, at, (0.03, 1.3, 0.8 * s, 0.86), (0.075, 0.05), dark)
    add_limb(shape, at, (0.04 * np.sign(s), 1.6, 0.04 * np.sign(s), 1.66), (0.1, 0.1), SKIN)
    add_limb(shape, at, (0.02 * np.sign(s), 1.67, 0.03 * np.sign(s), 1.7), (0.105, 0.095), 0.12 * SKIN)


def add_lamp(shape: Shape, at: tuple[Field, Field], height: float) -> None:
    """A cast-iron post with a collar and a glazed lantern."""
    add_limb(shape, at, (0.0, 0.0, 0.0, 0.9), (0.22, 0.1), IRON)
    add_limb(shape, at, (0.0, 0.8, 0.0, height - 1.0), (0.075, 0.055), IRON)
    add_limb(shape, at, (-0.3, height - 1.25, 0.3, height - 1.25), (0.04, 0.04), IRON)
    add_limb(shape, at, (0.0, height - 0.95, 0.0, height - 0.4), (0.15, 0.28), LANTERN)
    add_limb(shape, at, (0.0, height - 0.28, 0.0, height - 0.05), (0.3, 0.05), IRON)


def light_figure(shape: Shape, sun: Field, sunlight: Field, skylight: Field) -> Field:
    """Linear light (n, 3) of a rounded shape."""
    across = np.clip(shape.round, -1, 1)
    outwards = np.sqrt(1 - across**2)
    facing = np.clip(across * sun[0] - outwards * sun[2], 0, 1)
    return shape.colour * (facing[:, None] * sunlight + (0.5 + 0.5 * outwards)[:, None] * skylight)


def draw_crowd(rng: np.random.Generator) -> list[Figure]:
    """Walkers scattered in twos and threes over the plaza, and two rows of lamps."""
    crowd = []
    for _ in range(36):
        z = rng.uniform(22, 88)
        x = z * rng.uniform(-0.62, 0.62)
        heading = rng.choice([-1.0, 1.0])
        for beside in range(int(rng.integers(1, 4))):
            coat = mix(COATS[rng.integers(len(COATS))], rgb(0.12, 0.12, 0.12), rng.uniform(0, 0.6))
            trousers = rgb(0.05, 0.055, 0.08) * rng.uniform(0.5, 3.0)
            stride = heading * rng.uniform(0.08, 0.33)
            place = (x + beside * rng.uniform(0.6, 0.9), z + rng.uniform(-0.4, 0.4))
            crowd.append(Figure(*place, rng.uniform(1.58, 1.88), stride, (coat, trousers)))
    lamps = [Figure(side * 27.0, z, 6.0) for side in (-1, 1) for z in (30.0, 46.0, 66.0, 90.0)]
    return crowd + lamps
