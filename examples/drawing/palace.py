"""A baroque palace as a relief: how far its stone stands out, what colour it is, and how the sun lights it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drawing.fields import Field, blur, mix, rgb, sample, smoothstep, spectral_noise

Mask = npt.NDArray[np.bool_]

TEXELS = 16.0  # per metre
SKYLINE = 48.0  # metres of stone and air above the ground that the relief covers
BAY = 5.0  # metres from one window to the next
EAVES = 21.5  # metres; a pavilion's storeys are stretched to reach its own
NOTHING = np.float32(-1e3)  # the depth of a texel that is sky

STONE = rgb(0.66, 0.56, 0.42)
SLATE = rgb(0.13, 0.155, 0.20)
GLASS = rgb(0.03, 0.04, 0.055)


@dataclass(frozen=True)
class Relief:
    """A lit front: `depth` (h, w) in metres towards the viewer and linear `light` (h, w, 3); row 0 is the ground."""

    depth: Field
    light: Field


@dataclass(frozen=True)
class Front:
    """A front being built: metres along it and up it (h, w), its depth, how much is glass, how much is slate."""

    along: Field
    up: Field
    depth: Field
    glass: Field
    slate: Field


@dataclass(frozen=True)
class Section:
    """A piece of a front between two points along it, `out` metres forward, with its eaves at `eaves` metres."""

    start: float
    end: float
    out: float = 0.0
    eaves: float = EAVES
    roof: float = 8.0
    hip: float = 0.0  # metres the roof's ends lean inwards for each metre up


def empty_front(length: float) -> Front:
    """A front of `length` metres on which nothing stands yet."""
    along = (np.arange(int(length * TEXELS), dtype=np.float32) + 0.5) / TEXELS
    up = (np.arange(int(SKYLINE * TEXELS), dtype=np.float32) + 0.5) / TEXELS
    along, up = np.meshgrid(along, up)
    return Front(along, up, np.full_like(along, NOTHING), np.zeros_like(along), np.zeros_like(along))


def build(front: Front, section: Section) -> None:
    """Raise one section: walls, storeys, cornice, roof."""
    columns = slice(int(section.start * TEXELS), int(section.end * TEXELS))
    piece = Front(*(field[:, columns] for field in vars(front).values()))
    bay = (piece.along - (section.start + section.end) / 2 + BAY / 2) % BAY - BAY / 2
    if round((section.end - section.start) / BAY) % 2 == 0:
        bay = (bay + BAY) % BAY - BAY / 2
    storey = piece.up * EAVES / section.eaves
    raise_walls(piece, section, bay, storey)
    open_windows(piece, bay, storey)
    raise_ornament(piece, bay, storey)
    raise_roof(piece, section, bay)
    raise_balustrade(piece, section, bay)


def raise_walls(piece: Front, section: Section, bay: Field, storey: Field) -> None:
    """The plain wall, its rusticated ground floor, and pilasters between the bays."""
    piece.depth[:], piece.glass[:], piece.slate[:] = NOTHING, 0.0, 0.0
    wall = storey < EAVES
    piece.depth[wall] = section.out
    joint = (storey < 7.2) & ((storey % 0.6) < 0.09)
    piece.depth[joint] -= 0.10
    pilaster = (np.abs(bay) > BAY / 2 - 0.5) & (storey > 7.9) & (storey < 20.6)
    piece.depth[pilaster] += 0.45
    capital = (np.abs(bay) > BAY / 2 - 0.65) & (storey > 15.0) & (storey < 16.0)
    piece.depth[capital] += 0.25


def arch(bay: Field, up: Field, half: float, sill: float, spring: float) -> Mask:
    """Where an opening `half` metres to each side, with a round head above `spring`, lies."""
    body = (np.abs(bay) < half) & (up > sill) & (up <= spring)
    return body | ((up > spring) & (np.hypot(bay, up - spring) < half))


def open_windows(piece: Front, bay: Field, storey: Field) -> None:
    """An arcade below, tall arched windows above it, small square ones in the attic; each with its frame."""
    openings = [(1.35, 0.4, 4.6, 1.1), (1.0, 9.0, 12.9, 0.8), (0.75, 17.9, 19.2, 0.6)]
    for half, sill, spring, recess in openings:
        frame = arch(bay, storey, half + 0.32, sill - 0.3, spring)
        hole = arch(bay, storey, half, sill, spring)
        piece.depth[frame & ~hole] += 0.2
        piece.depth[hole] -= recess
        piece.glass[hole] = 1.0
        bar = hole & ((np.abs(bay) < 0.07) | ((storey - sill) % 1.25 < 0.11))
        piece.glass[bar] = 0.35
        piece.depth[bar] += 0.1


def raise_ornament(piece: Front, bay: Field, storey: Field) -> None:
    """String course, pediments, entablature with dentils, and the great cornice."""
    pediment = (np.abs(bay) < 1.7) & (storey > 14.3) & (storey < 15.5 - 0.55 * np.abs(bay))
    piece.depth[pediment] += 0.5
    for low, high, out in [(7.2, 7.9, 0.5), (16.0, 16.5, 0.45), (16.5, 17.2, 0.8), (20.6, 21.5, 1.3)]:
        piece.depth[(storey > low) & (storey < high)] += out
    dentil = (storey > 20.0) & (storey < 20.6) & (piece.along % 0.7 < 0.35)
    piece.depth[dentil] += 0.6
    sill = (np.abs(bay) < 1.5) & (storey > 8.6) & (storey < 8.9)
    piece.depth[sill] += 0.4


def raise_roof(piece: Front, section: Section, bay: Field) -> None:
    """A mansard of slate, its dormers, and a ridge; hipped roofs lean in at both ends and curve."""
    rise = piece.up - section.eaves
    lean = section.hip * rise * (0.4 + 0.6 * np.clip(rise / section.roof, 0, 1) ** 2)
    inside = (piece.along > section.start + lean + 0.5) & (piece.along < section.end - lean - 0.5)
    roof = inside & (rise >= 0) & (rise < section.roof)
    piece.depth[roof] = (section.out - 0.4 - 0.45 * rise)[roof]
    piece.slate[roof] = 1.0
    ridge = roof & (rise > section.roof - 0.6)
    piece.depth[ridge] += 0.5
    dormer = inside & arch(bay, rise, 1.05, 0.0, 2.6)
    piece.depth[dormer] = section.out - 0.1
    piece.slate[dormer] = 0.0
    pane = inside & arch(bay, rise, 0.6, 0.9, 2.4)
    piece.depth[pane] = section.out - 0.7
    piece.glass[pane] = 1.0
    chimney = (np.abs(piece.along % 25.0 - 12.5) < 1.1) & (rise > 0) & (rise < section.roof + 2.6)
    if section.hip == 0:
        piece.depth[chimney] = section.out - 2.0
        piece.slate[chimney] = 0.3
        piece.glass[chimney] = 0.0


def raise_balustrade(piece: Front, section: Section, bay: Field) -> None:
    """A stone rail along the eaves, and a statue over every pier."""
    rise = piece.up - section.eaves
    rail = (rise > 0) & (rise < 1.3) & ((piece.along % 0.5 < 0.28) | (rise > 1.05))
    aside = BAY / 2 - np.abs(bay)
    wide = 0.62 - 0.22 * np.cos((rise - 0.4) * 3.6) - 0.14 * rise
    statue = (rise > 1.0) & (rise < 3.5) & (aside < wide)
    for stone in (rail, statue):
        piece.depth[stone] = section.out + 0.6
        piece.slate[stone] = 0.0
        piece.glass[stone] = 0.0


def raise_lantern(front: Front, middle: float, foot: float) -> None:
    """The small round lantern that crowns a dome, with its spire."""
    across, rise = np.abs(front.along - middle), front.up - foot
    body = (across < 1.7) & (rise > 0) & (rise < 3.0)
    cap = (rise >= 3.0) & (rise < 4.6) & (across < 1.9 * np.sqrt(np.clip(1 - ((rise - 3) / 1.6) ** 2, 0, 1)))
    spire = (rise >= 3.0) & (rise < 7.5) & (across < 0.2)
    gap = body & (across % 1.1 < 0.5) & (rise > 0.7) & (rise < 2.6)
    front.depth[body | cap | spire] = 0.5
    front.slate[cap | spire] = 1.0
    front.slate[body] = 0.0
    front.glass[gap] = 1.0


def colour_front(front: Front, rng: np.random.Generator) -> Field:
    """Albedo (h, w, 3): blocks of stone with soot under the ledges, rows of slate, panes of unlike darkness."""
    along, up = front.along * TEXELS, front.up * TEXELS
    grain, streak = spectral_noise(rng, 512, 1.0), spectral_noise(rng, 512, 1.2, (0.15, 1.0))
    block = rng.uniform(0.86, 1.08, (97, 89)).astype(np.float32)
    course = np.floor(front.up / 0.6).astype(np.int64)
    along_block = np.floor(front.along / 1.3 + 0.5 * (course % 2)).astype(np.int64)
    weathered = 1 + 0.07 * sample(grain, along, up) + 0.09 * sample(streak, along, up * 0.6)
    tone = (block[course % 97, along_block % 89] * weathered)[..., None]
    stone = STONE * tone * (1 + 0.04 * (tone - 1) * np.array([1, 0, -2], np.float32))
    row = 0.82 + 0.3 * smoothstep(0.0, 0.5, front.up % 0.55) + 0.12 * sample(streak, along * 0.5, up * 0.3)
    pane = rng.uniform(0.4, 2.6, (61, 61)).astype(np.float32)
    lit = pane[(front.up / 4.2).astype(np.int64) % 61, (front.along / BAY).astype(np.int64) % 61]
    albedo = mix(stone, SLATE * row[..., None], front.slate)
    return mix(albedo, GLASS * lit[..., None], front.glass)


def cast_shadow(depth: Field, sun: Field) -> Field:
    """1 where the relief sees the sun, 0 where another part of it stands in between; `sun` is (along, up, out)."""
    solid = np.maximum(depth, -30.0)
    lit = np.ones_like(depth)
    for distance in np.geomspace(0.12, 14.0, 48):
        shift = (-round(sun[1] * distance * TEXELS), -round(sun[0] * distance * TEXELS))
        over = np.roll(solid, shift, (0, 1)) - solid
        lit[over > sun[2] * distance + 0.08] = 0.0
    return blur(lit, 0.8)


def light_front(front: Front, albedo: Field, sun: Field, sunlight: Field, skylight: Field) -> Field:
    """Linear light (h, w, 3) leaving the relief: sun with its shadows, sky with its corners, a glow from below."""
    solid = np.maximum(front.depth, front.depth[front.depth > NOTHING].min() - 1.0)
    slope_up, slope_along = np.gradient(solid * TEXELS)
    length = np.sqrt(1 + slope_up**2 + slope_along**2)
    facing = np.clip((sun[2] - slope_along * sun[0] - slope_up * sun[1]) / length, 0, 1)
    direct = 0.25 * blur(facing, 1.5) + 0.75 * facing
    hollow = 0.5 * np.maximum(blur(solid, 5) - solid, 0) + 0.25 * np.maximum(blur(solid, 18) - solid, 0)
    open_sky = np.exp(-1.1 * hollow) * (0.72 + 0.28 * np.clip(-slope_up / length, -1, 1))
    bounce = 0.22 * np.exp(-front.up / 9.0) * np.exp(-0.6 * hollow)
    direct = (direct * cast_shadow(front.depth, sun))[..., None]
    return albedo * (direct * sunlight + open_sky[..., None] * skylight + bounce[..., None] * sunlight)


def draw_palace(
    sections: list[Section], sun: Field, sunlight: Field, skylight: Field, rng: np.random.Generator
) -> Relief:
    """Build, colour and light a front of these sections; a section that tops 30 m gets a lantern.

    `sun` (3,) points to the sun as seen by the front: along it, up, and out of it.
    """
    front = empty_front(max(section.end for section in sections))
    for section in sections:
        build(front, section)
        if section.hip and section.eaves > 28:
            raise_lantern(front, (section.start + section.end) / 2, section.eaves + section.roof)
    light = light_front(front, colour_front(front, rng), sun, sunlight, skylight)
    return Relief(front.depth, light.astype(np.float32))
