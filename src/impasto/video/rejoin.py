"""Motion of pieces: what stands before the camera as one piece is read as one piece.

Beside the edge of what moves no flow is right for every pixel. A thin rim of the wall behind it would be taken for new
in each frame, and what is left of the flow's errors would tear the wall's paint. But the wall moves with the camera: by
one map, for which the pixels of a source that are sure vote, all of it is found in that source (`camera.py`). A pixel
takes the place that the map of the oldest source gives it, where the film showed the same there as it shows here.
"""

from collections.abc import Mapping

import numpy as np

from impasto.video.camera import MAJORITY, common_map, mapped
from impasto.video.flow import inside
from impasto.video.warp import grid, sampled

VOTES, FEWEST = 2000, 64
"""At most so many pixels of a source vote, and at least so many."""
SAME = 7.0
"""Levels of 255, root mean square over the pixels around: what differs by less is the same."""
ASTRAY = 1.0
"""Pixels; a pixel that moves with the camera, and is further from where its source's map has it, is astray."""
Places = tuple[np.ndarray, np.ndarray, np.ndarray]
"""The number of each pixel's source, and x and y of its place there."""


def rejoined(
    at: Places,
    looking: np.ndarray,
    moving: np.ndarray,
    sure: np.ndarray,
    film: Mapping[int, np.ndarray],
    number: int,
    majority: float = MAJORITY,
    corner: tuple[int, int] = (0, 0),
) -> tuple[np.ndarray, np.ndarray, Places, np.ndarray]:
    """The places that maps of whole sources give to single pixels.

    at: the places so far, each [H, W]. looking: bool [H, W], the pixels that look for an older source. moving: bool
    [H, W], those that move with the camera: their places in their own source become what its map says. sure: bool
    [H, W], those that vote. film: the frame `number`, and the sources; uint8 [H, W, 3].
    majority: the part of the votes that has to agree with a map. corner: the row and column of the frame at which the
    others begin, where they are a part of it only.

    Returns:
        bool [H, W], which pixels found one, and which of the others are astray; the places, new for those
        that found one; by how much the film differs there, as a mean square in levels of 255.
    """
    source, x, y = at
    columns, rows = (axis + first for axis, first in zip(grid(source.shape), corner[::-1], strict=True))
    frame = part_of(film[number], corner, source.shape)
    here = np.stack([columns, rows], -1).reshape(-1, 2).astype(float)
    found_source, found_x, found_y = (one.copy() for one in at)
    off = np.full(source.shape, np.inf, np.float32)
    astray = np.zeros(source.shape, bool)
    for one in np.unique(source[sure]):
        votes = np.flatnonzero(sure & (source == one))
        if len(votes) < FEWEST:
            continue
        votes = votes[:: max(1, len(votes) // VOTES)]
        now, then = (np.stack([a.flat[votes], b.flat[votes]], 1) for a, b in ((columns, rows), (x, y)))
        common = common_map(now, then, majority)
        if common is None:
            continue
        to_x, to_y = mapped(common, here).astype(np.float32).T.reshape(2, *source.shape)
        astray |= (source == one) & (np.hypot(to_x - x, to_y - y) > ASTRAY)
        differs = differences(frame, film[int(one)], to_x, to_y)
        taken = (looking & (one <= source) | moving & (one == source)) & np.isinf(off) & (differs < SAME**2)
        found_source[taken], found_x[taken], found_y[taken] = one, to_x[taken], to_y[taken]
        off[taken] = differs[taken]
    rejoins = np.isfinite(off)
    return rejoins, moving & astray & ~rejoins, (found_source, found_x, found_y), off


def part_of(whole: np.ndarray, corner: tuple[int, int], size: tuple[int, ...]) -> np.ndarray:
    """The part of an array [H, W, ...] of this height and width that begins at a row and column."""
    (top, left), (height, width) = corner, size
    return whole[top : top + height, left : left + width]


def differences(frame: np.ndarray, other: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How a frame differs from another one read at these places: a mean square, float32 [H, W].

    It is taken over 3 x 3 pixels of which the pixel is one, those that fit best: beside an edge not all belong to it.
    """
    import cv2

    squared = ((frame - sampled(other, x, y)) ** 2).mean(2)
    squared[~inside(x, y, other.shape[:2])] = 255**2
    mean = cv2.blur(squared, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return cv2.erode(mean, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
