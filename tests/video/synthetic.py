"""Films whose motion is known exactly: a camera that pans, zooms and turns over a picture, and a sprite before it."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Synthetic:
    """frames: uint8 [H, W, 3]. cameras, sprites: of each frame, as `film` was given them. size: height and width."""

    frames: list[np.ndarray]
    cameras: list[np.ndarray]
    sprites: list[np.ndarray | None]
    size: tuple[int, int]

    def back(self, i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
        """The flow from frame i to frame j, float32 [H, W, 2], and where it holds: bool [H, W]."""
        height, width = self.size
        rows, columns = np.mgrid[:height, :width].astype(np.float64)
        here = np.stack([columns, rows, np.ones_like(rows)], -1)
        there = here @ (np.linalg.inv(self.cameras[j]) @ self.cameras[i]).T
        covered_i, covered_j = (self._covered(k) for k in (i, j))
        if self.sprites[i] is not None:
            moved = here + np.array([*(self.sprites[j][:2] - self.sprites[i][:2]), 0])
            there = np.where(covered_i[..., None], moved, there)
        x, y = there[..., 0], there[..., 1]
        inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
        at = covered_j[
            np.clip(y.round(), 0, height - 1).astype(int), np.clip(x.round(), 0, width - 1).astype(int)
        ]
        return (there - here)[..., :2].astype(np.float32), inside & (at == covered_i)

    def _covered(self, i: int) -> np.ndarray:
        height, width = self.size
        rows, columns = np.mgrid[:height, :width]
        if self.sprites[i] is None:
            return np.zeros((height, width), bool)
        x, y, radius = self.sprites[i]
        return (columns - x) ** 2 + (rows - y) ** 2 <= radius**2


def camera(x: float, y: float, zoom: float = 1.0, turn: float = 0.0) -> np.ndarray:
    """The matrix from a frame's pixels to the picture's: `turn` in radians about the frame's origin."""
    c, s = np.cos(turn) / zoom, np.sin(turn) / zoom
    return np.array([[c, -s, x], [s, c, y], [0, 0, 1]])


def film(
    picture: np.ndarray,
    size: tuple[int, int],
    count: int,
    where: Callable[[int], np.ndarray],
    sprite: Callable[[int], np.ndarray] | None = None,
    texture: np.ndarray | None = None,
) -> Synthetic:
    """A film of `count` frames of `size` over a picture uint8 [h, w, 3].

    where: the camera of a frame. sprite: centre x, y and radius of a disc in a frame, covered with `texture`.
    """
    height, width = size
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    found = Synthetic([], [], [], size)
    for i in range(count):
        matrix = where(i)
        frame = cv2.warpAffine(
            picture, matrix[:2], (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        disc = None if sprite is None else np.asarray(sprite(i), float)
        if disc is not None:
            x, y, radius = disc
            look = cv2.remap(
                texture, (columns - x + texture.shape[1] / 2).astype(np.float32),
                (rows - y + texture.shape[0] / 2).astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT,
            )  # fmt: skip
            inside = np.clip(radius + 0.5 - np.hypot(columns - x, rows - y), 0, 1)[..., None]
            frame = np.round(frame * (1 - inside) + look * inside).astype(np.uint8)
        found.frames.append(frame)
        found.cameras.append(matrix)
        found.sprites.append(disc)
    return found


def noise_picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Soft random colours with detail at several scales, uint8 [height, width, 3]."""
    generator = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for step, share in ((4, 1.0), (8, 1.5), (16, 2.0), (48, 3.0)):
        small = generator.normal(size=(height // step + 2, width // step + 2, 3)).astype(np.float32)
        total += share * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    total = (total - total.mean()) / total.std()
    return np.round(255 * (0.5 + 0.2 * total).clip(0, 1)).astype(np.uint8)
