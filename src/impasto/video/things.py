"""What moves by itself before the rest, and does not bend: its motion is one map, as the camera's is.

Beside its edge the flow is unsure, and a rim of it would take the motion of what is behind it. One map, for which all
of it votes, tells of each pixel around whether it belongs to it: it does where the film shows what the map says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impasto.video.camera import Matrix, common_map, mapped
from impasto.video.motion import Motion, motion
from impasto.video.rejoin import FEWEST, SAME, differences
from impasto.video.warp import grid

RIGID = 0.9
"""Part of the votes that agree where something does not bend."""
RIM = 3
"""Pixels; so near to the edge of what does not move with the camera nothing votes, and so far around it may belong."""
AROUND = RIM + 4
"""Pixels around a thing that are looked at with it: the rim, and what is averaged there."""
ALONG = 1.0
"""Pixels by which a flow may differ from the map."""


@dataclass(frozen=True)
class Thing:
    """A rigid thing that moves otherwise than the camera.

    rows, columns: a part of the frame, with some pixels of what is around. here: bool, the thing's pixels in that part.
    """

    rows: slice
    columns: slice
    here: np.ndarray

    @property
    def corner(self) -> tuple[int, int]:
        """The row and column at which the part begins."""
        return self.rows.start, self.columns.start


def things(frame: np.ndarray, other: np.ndarray, moved: Motion, sure: np.ndarray) -> Iterator[Thing]:
    """The rigid things of a frame that move otherwise than the camera.

    frame, other: uint8 [H, W, 3], two frames of a film. moved: how the first follows from the other. sure: bool [H, W],
    what votes.
    """
    import cv2

    columns, rows = grid(sure.shape)
    height, width = sure.shape
    side = np.ones((2 * RIM + 1,) * 2, np.uint8)
    voting = (sure & ~moved.steady).astype(np.uint8)
    _, labels, about, _ = cv2.connectedComponentsWithStats(voting, connectivity=4)
    for label in range(1, len(about)):
        if about[label, cv2.CC_STAT_AREA] < FEWEST:
            continue
        left, top, across, down = (int(one) for one in about[label, :4])
        part = (
            slice(max(0, top - AROUND), min(height, top + down + AROUND)),
            slice(max(0, left - AROUND), min(width, left + across + AROUND)),
        )
        whole, back = (labels[part] == label).astype(np.uint8), moved.back[part]
        inner = cv2.erode(whole, side) > 0
        here = np.stack([columns[part][inner], rows[part][inner]], 1)
        common = common_map(here, here + back[inner], RIGID)
        if common is None:
            continue
        to_x, to_y = _mapped(common, columns[part], rows[part])
        along = np.hypot(columns[part] + back[..., 0] - to_x, rows[part] + back[..., 1] - to_y) < ALONG
        shows = differences(frame[part], other, to_x, to_y) < SAME**2
        yield Thing(*part, (cv2.dilate(whole, side) > 0) & ~moved.steady[part] & along & shows)


def all_things(frame: np.ndarray, other: np.ndarray) -> np.ndarray:
    """All rigid things of a frame, by another frame of the same shot: bool [H, W]."""
    found = np.zeros(frame.shape[:2], bool)
    for one in things(frame, other, motion(frame, other), ~found):
        found[one.rows, one.columns] |= one.here
    return found


def _mapped(matrix: Matrix, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a map brings places, float32 of the shape of x."""
    there = mapped(matrix, np.stack([x, y], -1).reshape(-1, 2).astype(float)).astype(np.float32)
    to_x, to_y = there.T.reshape(2, *x.shape)
    return to_x, to_y
