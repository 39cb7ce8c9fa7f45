"""Optical flow between two frames of a film, and how far it can be trusted.

A flow w is an array [H, W, 2], float32: what stands at (x, y) in one frame stands at (x + w_x, y + w_y) in the other.
It is OpenCV's dense inverse search (Kroeger et al., arXiv 1603.03590) with variational refinement, at its finest: on
a pair of pictures with known motion the mean end point error was 0.08 pixels, with its own "medium" preset 0.26.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from impasto.video.warp import Flow, places, sampled

PATCH, STRIDE, ITERATIONS, REFINEMENTS = 8, 2, 32, 10
"""Side of the patches that are matched and the distance between two of them, in pixels; steps of each match, and of the
refinement of the whole flow."""
SMALLEST = 16
"""Pixels of the shorter side below which there is no flow: nothing moves then."""

DIFFERENT_PART, DIFFERENT = 0.01, 0.5
"""There and back does not end where it began when |w + w'|^2 > part (|w|^2 + |w'|^2) + least (Sundaram, Brox, Keutzer
2010; Ruder et al., arXiv 1604.08610)."""
EDGE_PART, EDGE = 0.01, 0.002
"""A motion boundary lies where |grad w|^2 > part |w|^2 + least (the same)."""
BLEEDS = PATCH + 1
"""Pixels from a motion boundary within which a flow may be that of the other side."""

_EDGE = 0.1


def flow(first: np.ndarray, second: np.ndarray) -> Flow:
    """The flow from one frame to another, both uint8 [H, W, 3], at least SMALLEST pixels a side."""
    import cv2

    search: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    search.setPatchSize(PATCH)
    search.setPatchStride(STRIDE)
    search.setGradientDescentIterations(ITERATIONS)
    search.setVariationalRefinementIterations(REFINEMENTS)
    search.setUseMeanNormalization(True)
    search.setUseSpatialPropagation(True)
    with one_thread(cv2):
        return search.calc(_grey(first), _grey(second), None)


def _grey(frame: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


@contextmanager
def one_thread(cv2: Any) -> Iterator[None]:
    """OpenCV cuts the picture into as many parts as it has threads, and what is found depends on the parts."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def returns(back: Flow, forth: Flow) -> np.ndarray:
    """bool [H, W]: whether the way there and back ends where it began, inside the frame."""
    x, y = places(back)
    returned = sampled(forth, x, y)
    off = ((back + returned) ** 2).sum(2)
    moved = (back**2).sum(2) + (returned**2).sum(2)
    height, width = off.shape
    return inside(x, y, (height, width)) & (off <= DIFFERENT_PART * moved + DIFFERENT)


def inside(x: np.ndarray, y: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """bool, of the shape of x: which places lie in a frame of this height and width, up to a tenth of a pixel."""
    height, width = size
    return (x >= -_EDGE) & (y >= -_EDGE) & (x <= width - 1 + _EDGE) & (y <= height - 1 + _EDGE)


def boundaries(w: Flow) -> np.ndarray:
    """bool [H, W]: where the flow changes so quickly that two motions meet."""
    slope = sum(np.gradient(w[..., channel], axis=axis) ** 2 for channel in (0, 1) for axis in (0, 1))
    return slope > EDGE_PART * (w**2).sum(2) + EDGE
