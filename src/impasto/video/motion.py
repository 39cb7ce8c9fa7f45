"""How each pixel of a frame moved since another one: by its own flow, by a neighbour's, or with the camera.

Dense inverse search matches patches, so beside the edge of what moves a flow may be that of the wrong side. There each
pixel chooses among its own flow, those that stand some pixels away, and the camera's: the one that explains it best.
What is compared is averaged over the few pixels around that have its colour (Hosni et al., "Fast cost-volume filtering
for visual correspondence and beyond", 2013, with the guided filter of He, Sun, Tang, 2010). So the motion changes where
the picture does.
"""

from dataclasses import dataclass

import numpy as np

from impasto.video.camera import camera_flow
from impasto.video.flow import BLEEDS, SMALLEST, boundaries, flow, returns
from impasto.video.warp import Flow, places, sampled

REACHES = (4, 8)
"""Pixels between a pixel and those whose flows it may take, in eight directions: as far as a patch reaches."""
LEAST_GAIN = 0.5
"""Levels of 255 by which another flow has to explain a pixel better than its own."""
DIFFERENT = 25.0
"""Levels of 255; what differs by more counts as this: something else is there."""
RADIUS, CONTRAST = 1, 60.0
"""Of the guided filter: its window in pixels, and the variance in squared levels of 255 above which an edge is kept."""
SPECK = 3
"""Pixels; the side of the median that removes single pixels that chose for themselves."""
WORSE, NOISE = 1.5, 2.0
"""A motion explains a frame as well as another one up to this factor and so many squared levels of 255."""
_WINDOW = 5
_AROUND = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)]


@dataclass(frozen=True)
class Motion:
    """How a frame follows from another one.

    back: the flow from this frame to the other. visible: bool [H, W], whether a pixel was seen there, by the motion
    there and back. steady: bool [H, W], what takes the camera's motion.
    """

    back: Flow
    visible: np.ndarray
    steady: np.ndarray


def motion(frame: np.ndarray, other: np.ndarray) -> Motion:
    """Where each pixel of a frame stood in another one. Both uint8 [H, W, 3], of one size."""
    size = frame.shape[:2]
    everywhere = np.ones(size, bool)
    if np.array_equal(frame, other) or min(size) < SMALLEST:
        return Motion(np.zeros((*size, 2), np.float32), everywhere, everywhere)
    there, here = flow(frame, other), flow(other, frame)
    back, steady = _refined(there, here, frame, other)
    forth, _ = _refined(here, there, other, frame)
    return Motion(back, returns(back, forth), steady)


def _refined(back: Flow, forth: Flow, frame: np.ndarray, other: np.ndarray) -> tuple[Flow, np.ndarray]:
    """A flow, with that of the right side at edges, and the camera's where that explains the frame about as well."""
    camera = camera_flow(back, returns(back, forth), frame)
    chosen = _chosen(back, camera, frame, other)
    if camera is None:
        return chosen, np.zeros(frame.shape[:2], bool)
    by_flow, by_camera = (difference(frame, sampled(other, *places(one))) for one in (chosen, camera))
    steady = by_camera <= enough(by_flow)
    return np.where(steady[..., None], camera, chosen), steady


def _chosen(back: Flow, camera: Flow | None, frame: np.ndarray, other: np.ndarray) -> Flow:
    """The flow, and where two motions meet the one around that explains a pixel best."""
    import cv2

    near = (
        cv2.dilate(boundaries(back).astype(np.uint8), np.ones((2 * BLEEDS + 1, 2 * BLEEDS + 1), np.uint8)) > 0
    )
    if not near.any():
        return back
    guide = _Guide(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32))
    best = guide.averaged(_unlike(frame, other, back)) - LEAST_GAIN
    found = back.copy()
    for one in ([] if camera is None else [camera]) + [
        _moved(back, reach * x, reach * y) for reach in REACHES for x, y in _AROUND
    ]:
        cost = guide.averaged(_unlike(frame, other, one))
        better = near & (cost < best)
        found[better], best[better] = one[better], cost[better]
    without_specks = np.dstack([cv2.medianBlur(np.ascontiguousarray(found[..., i]), SPECK) for i in (0, 1)])
    return np.where(near[..., None], without_specks, found)


class _Guide:
    """A guided filter: means over the pixels around that are alike in the guide, float32 [H, W]."""

    def __init__(self, guide: np.ndarray):
        self._guide, self._mean = guide, _box(guide)
        self._variance = _box(guide * guide) - self._mean**2

    def averaged(self, values: np.ndarray) -> np.ndarray:
        """The means of values, float32 [H, W]."""
        mean = _box(values)
        slope = (_box(self._guide * values) - self._mean * mean) / (self._variance + CONTRAST)
        return _box(slope) * self._guide + _box(mean - slope * self._mean)


def _box(values: np.ndarray) -> np.ndarray:
    import cv2

    side = 2 * RADIUS + 1
    return cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT)


def _unlike(frame: np.ndarray, other: np.ndarray, w: Flow) -> np.ndarray:
    """How far each pixel differs from where a flow leads, in levels of 255, up to DIFFERENT: float32 [H, W]."""
    x, y = places(w)
    off = np.abs(frame - sampled(other, x, y)).mean(2)
    height, width = off.shape
    beyond = (x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)
    return np.where(beyond, DIFFERENT, np.minimum(off, DIFFERENT))


def _moved(w: Flow, x: int, y: int) -> Flow:
    """A flow moved by so many pixels."""
    import cv2

    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return cv2.warpAffine(w, matrix, w.shape[1::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)


def difference(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """The mean squared difference around each pixel, values in [0, 255]: float32 [H, W].

    where: bool [H, W], which pixels count; None for all. Where none around counts, it is 0.
    """
    squared = ((one.astype(np.float32) - other) ** 2).mean(2)
    if where is None:
        return _around(squared)
    counts = where.astype(np.float32)
    return np.maximum(_around(squared * counts), 0) / np.maximum(_around(counts), 1 / (2 * _WINDOW**2))


def _around(values: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.blur(values, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REPLICATE)


def enough(difference: np.ndarray) -> np.ndarray:
    """What is about as good as this difference: a flow that follows the noise seems a little better than the truth."""
    return WORSE * difference + NOISE
