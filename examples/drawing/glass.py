"""A glass pyramid: where rays enter and leave it, its panes, and the lattice that carries them."""

from dataclasses import dataclass

import numpy as np

from drawing.fields import Field, smoothstep

HALF = 17.5  # metres from the middle of the base to a side
TALL = 21.0  # metres
RHOMB = (1.95, 2.35)  # half a pane's width and half its length up the slope, metres
FACES = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], np.float32)
MISS = np.float32(1e6)


@dataclass(frozen=True)
class Pyramid:
    """Its middle (x, z) in metres, its turn about the upright axis in radians, its panes' tilts (64, 64, 2)."""

    x: float
    z: float
    turn: float
    tilts: Field


def to_local(pyramid: Pyramid, vectors: Field, points: bool) -> Field:
    """World to pyramid: (n, 3); points are moved as well as turned."""
    c, s = np.float32(np.cos(pyramid.turn)), np.float32(np.sin(pyramid.turn))
    moved = vectors - np.array([pyramid.x, 0, pyramid.z], np.float32) if points else vectors
    return np.stack([c * moved[:, 0] + s * moved[:, 2], moved[:, 1], c * moved[:, 2] - s * moved[:, 0]], 1)


def to_world(pyramid: Pyramid, vectors: Field) -> Field:
    """Directions back from the pyramid to the world, (n, 3)."""
    c, s = np.float32(np.cos(pyramid.turn)), np.float32(np.sin(pyramid.turn))
    x, y, z = vectors.T
    return np.stack([c * x - s * z, y, s * x + c * z], 1)


def face_normals() -> Field:
    """Outward unit normals of the four faces (4, 3) in the pyramid's own axes."""
    normals = np.stack([TALL * FACES[:, 0], np.full(4, HALF, np.float32), TALL * FACES[:, 1]], 1)
    return (normals / np.hypot(TALL, HALF)).astype(np.float32)


def enter_pyramid(pyramid: Pyramid, origin: Field, way: Field) -> tuple[Field, Field]:
    """Distances (n,) at which rays enter and leave; a ray that misses enters at 1e6."""
    start, step = to_local(pyramid, origin, True), to_local(pyramid, way, False)
    offset = np.float32(HALF * TALL / np.hypot(TALL, HALF))
    enter, leave = np.full(len(way), 1e-3, np.float32), np.full(len(way), MISS)
    for normal in face_normals():
        slope = step @ normal
        t = (offset - start @ normal) / np.where(np.abs(slope) < 1e-7, 1e-7, slope)
        enter = np.where(slope < 0, np.maximum(enter, t), enter)
        leave = np.where(slope >= 0, np.minimum(leave, t), leave)
    return np.where(enter < leave, enter, MISS), leave


def face_of(pyramid: Pyramid, spot: Field) -> tuple[Field, Field, Field]:
    """For points (n, 3) on the glass: face number, metres along its foot, metres up its slope."""
    local = to_local(pyramid, spot, True)
    face = np.argmax(local @ face_normals().T, axis=1)
    along = local[:, 0] * FACES[face, 1] - local[:, 2] * FACES[face, 0]
    return face, along, local[:, 1] * np.float32(np.hypot(1, HALF / TALL))


def on_strut(pyramid: Pyramid, spot: Field, thick: float = 1.0) -> Field:
    """How much (n,) of each point is lattice or edge."""
    _, along, up = face_of(pyramid, spot)
    bars = np.zeros(len(spot), np.float32)
    for sign in (1, -1):
        phase = along / RHOMB[0] + sign * up / RHOMB[1]
        away = np.abs(phase - np.round(phase)) * RHOMB[0] * 0.77
        bars = np.maximum(bars, smoothstep(0.085 * thick, 0.055 * thick, away))
    slope = np.hypot(TALL, HALF)
    border = HALF * (1 - up / slope) - np.abs(along)
    edge = smoothstep(0.30, 0.22, border) + smoothstep(0.5, 0.4, up)
    return np.maximum(bars, np.minimum(edge, 1)).astype(np.float32)


def glass_normal(pyramid: Pyramid, spot: Field, sun: Field) -> tuple[Field, Field, Field]:
    """Normals of the slightly tilted panes (n, 3), how much is lattice (n,), how squarely the sun falls (n,)."""
    face, along, up = face_of(pyramid, spot)
    first = np.floor(along / RHOMB[0] + up / RHOMB[1]).astype(np.int64)
    second = np.floor(along / RHOMB[0] - up / RHOMB[1]).astype(np.int64)
    tilt = pyramid.tilts[(first + 17 * face) % 64, second % 64] * np.float32(0.022)
    plain = to_world(pyramid, face_normals()[face])
    normal = plain + np.stack([tilt[:, 0], np.zeros(len(spot), np.float32), tilt[:, 1]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return normal, on_strut(pyramid, spot), np.clip(plain @ sun, 0, 1)
