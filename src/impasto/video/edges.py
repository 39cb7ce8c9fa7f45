"""The edge of what moves, as soft as in the film.

Where something moves before something else, the film's pixels along its edge are a mix of both. The steps make of each
what they like, another one in each frame, and the edge trembles. So there the paint of both sides, a pixel further in
and a pixel further out, is mixed as the film mixes its colours.
"""

import numpy as np

from impasto.video.warp import grid, sampled

REACH, WIDTH = 1.0, 0.8
"""Pixels from the edge's pixels to those that are one side alone, and how far from the edge there are such pixels."""
CONTRAST, MISSES = 15.0, 20.0
"""Levels of 255, root mean square: by how much the sides differ at least, and by how much a mix may miss the film."""
_SMOOTH, _SPECK = 2.0, 3


def mixed_edges(paint: np.ndarray, frame: np.ndarray, things: np.ndarray) -> np.ndarray:
    """A painted frame whose edges are mixed as those of the film.

    Args:
        paint: [H, W, 3] in [0, 1].
        frame: uint8 [H, W, 3], the film.
        things: bool [H, W], what moves by itself.

    Returns:
        float32 [H, W, 3] in [0, 1].
    """
    import cv2

    things = cv2.medianBlur(things.astype(np.uint8), _SPECK)
    across = np.gradient(cv2.GaussianBlur(things.astype(np.float32), (0, 0), _SMOOTH))
    length = np.maximum(np.hypot(*across), 1e-6)
    y, x = (REACH * one / length for one in across)
    columns, rows = grid(things.shape)
    inner, outer = (columns + x, rows + y), (columns - x, rows - y)
    film = frame.astype(np.float32)
    beyond = sampled(film, *outer)
    differ = sampled(film, *inner) - beyond
    squared = (differ**2).sum(2)
    share = (((film - beyond) * differ).sum(2) / np.maximum(squared, 1)).clip(0, 1)[..., None]
    misses = ((beyond + share * differ - film) ** 2).mean(2)
    along = cv2.distanceTransform(things, cv2.DIST_L2, 5) + cv2.distanceTransform(1 - things, cv2.DIST_L2, 5)
    here = (along <= WIDTH + 0.5) & (squared > 3 * CONTRAST**2) & (misses < MISSES**2)
    # All of it where the film mixes both by halves, nothing where it shows one side alone.
    weight = here[..., None] * np.sqrt(4 * share * (1 - share))
    mixed = share * sampled(paint, *inner) + (1 - share) * sampled(paint, *outer)
    return (paint + weight * (mixed - paint)).astype(np.float32)
