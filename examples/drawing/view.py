"""The demo's content picture: a glass pyramid on a wet plaza before a palace, found by casting rays."""

from dataclasses import dataclass

import numpy as np

from drawing.fields import Field, blur, mix, rgb, sample, shrink, smoothstep, spectral_noise
from drawing.figures import Figure, draw_crowd, figure_shape, light_figure
from drawing.glass import Pyramid, enter_pyramid, glass_normal, on_strut
from drawing.palace import Mask, Section
from drawing.sky import HORIZON, SKYLIGHT, SUN, SUNLIGHT, Sky, draw_sky, sky_light
from drawing.wings import Wing, build_wing, meet_wing, wing_shades

EYE = np.array([0.0, 3.4, 0.0], np.float32)
FOCAL = 0.80  # focal length over the picture's width
HORIZON_ROW = 0.655  # of the picture's height
FAR = np.float32(1e6)
BASIN = (-14.0, 17.0, 14.6, 32.0)  # left, right, near, far: metres
SKY, GROUND, GLASS, FIGURE, WING = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Scene:
    """Everything a ray can meet, and the noise the plaza is paved with."""

    sky: Sky
    wings: list[Wing]
    pyramid: Pyramid
    figures: list[Figure]
    grain: Field
    puddles: Field
    ripples: Field
    slabs: Field


@dataclass
class Hits:
    """For n rays: how far they go (n,), what they meet (n,), and the light of what is already lit (n, 3)."""

    reach: Field
    kind: Field
    light: Field


def build_scene(seed: int) -> Scene:
    """The palace's three wings, the pyramid, the crowd and the weather."""
    rng = np.random.default_rng(seed)
    right, away = np.array([1, 0, 0], np.float32), np.array([0, 0, 1], np.float32)
    pavilion = {"out": 4.0, "eaves": 25.0, "roof": 11.0, "hip": 0.32}
    rear = [
        Section(0, 140),
        Section(0, 20, **pavilion),
        Section(57.5, 82.5, 5.0, 29.0, 12.0, 0.62),
        Section(120, 140, **pavilion),
    ]
    side = [Section(0, 85), Section(20, 40, **pavilion)]
    wings = [
        build_wing((-67.5, 118.0), right, -away, rear, seed + 1),
        build_wing((53.0, 40.0), away, -right, side, seed + 2),
        build_wing((-60.0, 125.0), -away, right, [Section(0, 50)], seed + 3),
    ]
    pyramid = Pyramid(-3.0, 62.0, np.deg2rad(37.0), rng.standard_normal((64, 64, 2)).astype(np.float32))
    figures = [figure for figure in draw_crowd(rng) if stands_free(figure, pyramid)]
    return Scene(
        draw_sky(SUN, np.random.default_rng(seed + 15)),
        wings,
        pyramid,
        figures,
        grain=spectral_noise(rng, 512, 0.8),
        puddles=spectral_noise(rng, 512, 1.5),
        ripples=spectral_noise(rng, 512, 1.3, (1.6, 0.8)),
        slabs=rng.uniform(0.8, 1.12, (64, 64)).astype(np.float32),
    )


def stands_free(figure: Figure, pyramid: Pyramid) -> bool:
    """Whether the figure stands neither in the pyramid nor in the basin."""
    left, right, near, far = BASIN
    in_basin = left - 1 < figure.x < right + 1 and near - 1 < figure.z < far + 1
    return not in_basin and np.hypot(figure.x - pyramid.x, figure.z - pyramid.z) > 25.0


def meet_figures(scene: Scene, origin: Field, way: Field, hits: Hits) -> None:
    """Let rays meet the walkers and lamps, nearest first."""
    for figure in scene.figures:
        t = (figure.z - origin[:, 2]) / (way[:, 2] + 1e-9)
        x, y = origin[:, 0] + t * way[:, 0] - figure.x, origin[:, 1] + t * way[:, 1]
        near = (t > 0.1) & (t < hits.reach) & (np.abs(x) < figure.half_width) & (y > 0) & (y < figure.height)
        ray = np.flatnonzero(near)
        shape = figure_shape(figure, x[ray], y[ray])
        covered = shape.covered > 0
        ray = ray[covered]
        light = light_figure(shape, SUN, SUNLIGHT, SKYLIGHT)
        hits.light[ray], hits.reach[ray], hits.kind[ray] = light[covered], t[ray], FIGURE


def figures_shade(scene: Scene, spot: Field) -> Field:
    """1 where points of the ground (n, 3) lie in the shadow of a figure."""
    shade = np.zeros(len(spot), np.float32)
    for figure in scene.figures:
        t = (figure.z - spot[:, 2]) / SUN[2]
        x, y = spot[:, 0] + t * SUN[0] - figure.x, t * SUN[1]
        near = np.flatnonzero((y > 0) & (y < figure.height) & (np.abs(x) < figure.half_width))
        shade[near] = np.maximum(shade[near], figure_shape(figure, x[near], y[near]).covered)
    return shade


def find_hits(scene: Scene, origin: Field, way: Field, with_glass: bool) -> Hits:
    """What each ray meets first."""
    count = len(way)
    hits = Hits(np.full(count, FAR), np.full(count, SKY), np.zeros((count, 3), np.float32))
    down = np.flatnonzero(way[:, 1] < -1e-4)
    hits.reach[down] = np.maximum(-origin[down, 1] / way[down, 1], 1e-3)
    hits.kind[down] = GROUND
    for wing in scene.wings:
        before = hits.reach.copy()
        reach, light = meet_wing(wing, origin, way, hits.reach)
        closer = reach < before
        hits.kind[closer], hits.light[closer] = WING, light[closer]
    if with_glass:
        t, _ = enter_pyramid(scene.pyramid, origin, way)
        closer = t < hits.reach
        hits.reach[closer], hits.kind[closer] = t[closer], GLASS
    meet_figures(scene, origin, way, hits)
    return hits


def trace(scene: Scene, origin: Field, way: Field, bounces: int, with_glass: bool = True) -> Field:
    """Linear light (n, 3) that reaches `origin` (n, 3) from along `way` (n, 3, unit)."""
    hits = find_hits(scene, origin, way, with_glass)
    spot = origin + hits.reach[:, None] * way
    light = hits.light
    sky, ground, glass = (np.flatnonzero(hits.kind == kind) for kind in (SKY, GROUND, GLASS))
    light[sky] = sky_light(scene.sky, way[sky])
    light[ground] = light_ground(scene, spot[ground], way[ground], bounces)
    light[glass] = light_glass(scene, spot[glass], way[glass], bounces)
    haze = np.where(hits.kind == SKY, 0.0, 1 - np.exp(-hits.reach / 1300.0)).astype(np.float32)
    return mix(light, HORIZON * 0.75, np.minimum(haze, 0.6))


def reflect(way: Field, normal: Field) -> Field:
    """Mirror unit vectors (n, 3)."""
    return way - 2 * np.sum(way * normal, axis=1, keepdims=True) * normal


def fresnel(way: Field, normal: Field, straight: float) -> Field:
    """Schlick's share of mirrored light (n,); `straight` is the share when looking straight on."""
    cosine = np.clip(-np.sum(way * normal, axis=1), 0, 1)
    return straight + (1 - straight) * (1 - cosine) ** 5


def light_glass(scene: Scene, spot: Field, way: Field, bounces: int) -> Field:
    """The pyramid: sky mirrored in uneven panes, the palace dimly through them, and the lattice in front."""
    if len(spot) == 0:
        return np.zeros((0, 3), np.float32)
    pyramid = scene.pyramid
    normal, strut, lit = glass_normal(pyramid, spot, SUN)
    mirrored = trace(scene, spot, reflect(way, normal), bounces - 1, with_glass=False)
    _, t_out = enter_pyramid(pyramid, spot - 0.01 * way, way)
    leave = spot + t_out[:, None] * way
    behind = trace(scene, spot, way, 0, with_glass=False)
    inner = on_strut(pyramid, leave, 0.8)
    behind = mix(behind * rgb(0.34, 0.42, 0.44), rgb(0.16, 0.17, 0.18), 0.8 * inner)
    share = np.clip(fresnel(way, normal, 0.24), 0, 1)
    light = mix(behind, mirrored, share)
    metal = rgb(0.30, 0.31, 0.33) * (lit[:, None] * SUNLIGHT * 0.8 + SKYLIGHT)
    return mix(light, metal, 0.85 * strut)


def light_ground(scene: Scene, spot: Field, way: Field, bounces: int) -> Field:
    """The plaza: slabs in sun and shadow, wet in places, round a basin of still water."""
    if len(spot) == 0:
        return np.zeros((0, 3), np.float32)
    x, z = spot[:, 0], spot[:, 2]
    water = in_basin(x, z, 0.0)
    stone, joint = pave(scene, x, z)
    rim = in_basin(x, z, 0.7) & ~water
    stone = mix(stone, rgb(0.5, 0.46, 0.39), rim.astype(np.float32) * 0.8)
    dry = stone * (sun_on_ground(scene, spot)[:, None] * SUN[1] * SUNLIGHT + SKYLIGHT)
    if bounces <= 0:
        return mix(dry, rgb(0.25, 0.3, 0.36), water.astype(np.float32))
    wet = smoothstep(-0.8, 0.35, sample(scene.puddles, x * 9 + 60, z * 6) - 0.5 * joint)
    wet = np.where(rim, 0.0, np.maximum(wet, 0.2))
    normal = ground_normal(scene, x, z, np.where(water, 0.012, 0.004 + 0.022 * (1 - wet)))
    share = fresnel(way, normal, 0.06) * np.where(water, 1.1, 0.8 * wet)
    mirrored = trace(scene, spot, reflect(way, normal), bounces - 1)
    deep = np.where(water[:, None], rgb(0.05, 0.085, 0.10), dry * (1 - 0.45 * wet[:, None]))
    return mix(deep, mirrored, share.astype(np.float32))


def in_basin(x: Field, z: Field, margin: float) -> Mask:
    """Where the basin, or its rim `margin` metres wide, lies."""
    left, right, near, far = BASIN
    return (x > left - margin) & (x < right + margin) & (z > near - margin) & (z < far + margin)


def pave(scene: Scene, x: Field, z: Field) -> tuple[Field, Field]:
    """Albedo (n, 3) of the slabs, and how much of each point is joint (n,)."""
    row = np.floor(z / 0.8).astype(np.int64)
    along = x / 1.2 + 0.5 * (row % 2)
    tone = scene.slabs[row % 64, np.floor(along).astype(np.int64) % 64]
    edge = np.minimum(
        np.minimum(along % 1, 1 - along % 1) * 1.2, np.minimum(z / 0.8 % 1, 1 - z / 0.8 % 1) * 0.8
    )
    joint = smoothstep(0.05, 0.015, edge) * np.exp(-z / 45)
    band = ((x % 12.0 < 1.2) | (z % 12.8 < 0.8)).astype(np.float32)
    speckle = 1 + 0.10 * sample(scene.grain, x * 40, z * 40) + 0.10 * sample(scene.puddles, x * 9, z * 9)
    stone = rgb(0.36, 0.335, 0.30) * (tone * speckle * (1 + 0.35 * band) * (1 - 0.55 * joint))[:, None]
    return stone.astype(np.float32), joint


def sun_on_ground(scene: Scene, spot: Field) -> Field:
    """How much sun (n,) reaches points of the ground."""
    shade = figures_shade(scene, spot)
    for wing in scene.wings:
        shade = np.maximum(shade, wing_shades(wing, spot))
    towards = np.broadcast_to(SUN, spot.shape)
    t, _ = enter_pyramid(scene.pyramid, spot, towards)
    cloud = 0.25 * smoothstep(0.0, 1.5, sample(scene.puddles, spot[:, 0] * 1.3, spot[:, 2] * 1.3))
    return (1 - shade) * np.where(t < FAR, 0.4, 1.0) * (1 - cloud)


def ground_normal(scene: Scene, x: Field, z: Field, roughness: Field) -> Field:
    """Upright normals (n, 3) tilted by small ripples."""
    tilt_x = sample(scene.ripples, x * 14, z * 14) * roughness
    tilt_z = sample(scene.ripples, x * 14 + 99, z * 14 + 201) * roughness
    normal = np.stack([tilt_x, np.ones_like(x), tilt_z], 1)
    return (normal / np.linalg.norm(normal, axis=1, keepdims=True)).astype(np.float32)


def develop(light: Field, rng: np.random.Generator) -> Field:
    """From linear light to an sRGB photograph: bloom, a film's curve, a darker border, a little grain."""
    height, width = light.shape[:2]
    light = 0.94 * light + 0.06 * blur(np.minimum(light, 3.0), width / 60)
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    film = np.maximum(0.52 * light - 0.01, 0) * (1 - 0.11 * (across**2 + down**2))[..., None]
    film = film * (2.51 * film + 0.03) / (film * (2.43 * film + 0.59) + 0.14)
    film = np.clip(film, 0, 1) ** (1 / 2.2)
    film = mix(film, smoothstep(0.0, 1.0, film), 0.45)
    grain = blur(rng.standard_normal((height, width)).astype(np.float32), 0.6)
    return np.clip(film + 0.012 * grain[..., None], 0, 1)


def draw_view(width: int = 800, height: int = 600, finer: int = 3, seed: int = 7) -> Field:
    """The content picture, sRGB (height, width, 3) in [0, 1], from `finer` x `finer` rays a pixel."""
    scene = build_scene(seed)
    columns, rows = width * finer, height * finer
    across = (np.arange(columns, dtype=np.float32) + 0.5 - columns / 2) / (FOCAL * columns)
    light = np.empty((rows, columns, 3), np.float32)
    band = 12 * finer
    for top in range(0, rows, band):
        up = (HORIZON_ROW * rows - np.arange(top, min(top + band, rows), dtype=np.float32) - 0.5) / (
            FOCAL * columns
        )
        x, y = np.meshgrid(across, up)
        way = np.stack([x.ravel(), y.ravel(), np.ones(x.size, np.float32)], 1)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        light[top : top + band] = trace(scene, np.broadcast_to(EYE, way.shape), way, 2).reshape(*x.shape, 3)
    return develop(shrink(light, finer), np.random.default_rng(seed + 9))
