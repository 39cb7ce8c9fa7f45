"""What moves by itself before the rest, and does not bend: its motion is one map, as the camera's is.

Beside its edge the flow is unsure, and a rim of it would take the motion of what is behind it. One map, for which all
of it votes, tells of each pixel around whether it belongs to it: it does where the film shows what the map says.
"""

from collections.abc import Iterator

import numpy as np

from impasto.video.camera import common_map, flow_of
from impasto.video.motion import Motion, motion
from impasto.video.rejoin import FEWEST, SAME, differences
from impasto.video.warp import grid, places

RIGID = 0.9
"""Part of the votes that agree where something does not bend."""
RIM = 3
"""Pixels; so near to the edge of what does not move with the camera nothing votes, and so far around it may belong."""
ALONG = 1.0
"""Pixels by which a flow may differ from the map."""


def things(frame: np.ndarray, other: np.ndarray, moved: Motion, sure: np.ndarray) -> Iterator[np.ndarray]:
    """The rigid things of a frame that move otherwise than the camera, each bool [H, W].

    frame, other: uint8 [H, W, 3], two frames of a film. moved: how the first follows from the other. sure: bool [H, W],
    what votes.
    """
    import cv2

    columns, rows = grid(sure.shape)
    side = np.ones((2 * RIM + 1,) * 2, np.uint8)
    voting = (sure & ~moved.steady).astype(np.uint8)
    _, labels, about, _ = cv2.connectedComponentsWithStats(voting, connectivity=4)
    for label in range(1, len(about)):
        if about[label, cv2.CC_STAT_AREA] < FEWEST:
            continue
        whole = (labels == label).astype(np.uint8)
        inner = cv2.erode(whole, side) > 0
        here = np.stack([columns[inner], rows[inner]], 1)
        common = common_map(here, here + moved.back[inner], RIGID)
        if common is None:
            continue
        one = flow_of(common, sure.shape)
        along = np.hypot(*np.moveaxis(moved.back - one, 2, 0)) < ALONG
        shows = differences(frame, other, *places(one)) < SAME**2
        yield (cv2.dilate(whole, side) > 0) & ~moved.steady & along & shows


def all_things(frame: np.ndarray, other: np.ndarray) -> np.ndarray:
    """All rigid things of a frame, by another frame of the same shot: bool [H, W]."""
    found = np.zeros(frame.shape[:2], bool)
    for one in things(frame, other, motion(frame, other), ~found):
        found |= one
    return found
