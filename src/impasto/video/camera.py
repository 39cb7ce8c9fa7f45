"""The motion of the camera: one projective map for a whole frame, told from its flow.

A flow is unsure where a film is flat: in a sky it follows the noise. The camera's motion is sure everywhere, because
the whole frame votes for it. It is taken where it explains the frame about as well as the flow does.
"""

import numpy as np

from impasto.video.warp import Flow

GRID = 4
"""Every so many pixels, in both directions, one flow may vote."""
TEXTURED = 0.5
"""Part of them that votes: those where the frame has the most texture, which the flow can follow."""
FIT = 0.5
"""Pixels by which a vote may miss the motion that it agrees with."""
MAJORITY = 0.5
"""Part of the votes that have to agree; with fewer there is no motion of the camera to speak of."""
STANDS = 0.1
"""Pixels; a camera that moves no corner of the frame further stands still."""
_ROUNDS = 1000
_FEWEST = 16


def camera_flow(back: Flow, sure: np.ndarray, frame: np.ndarray) -> Flow | None:
    """The flow that the camera's motion alone would make; zero, to the bit, for a camera that stands.

    back: a flow. sure: bool [H, W], where it can be trusted. frame: what it is the flow of, uint8 [H, W, 3].
    None where no motion has a majority.
    """
    import cv2

    height, width = back.shape[:2]
    rows, columns = (axis.ravel() for axis in np.mgrid[:height:GRID, :width:GRID])
    texture = cv2.cornerMinEigenVal(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), blockSize=7)[rows, columns]
    votes = sure[rows, columns] & (texture >= np.quantile(texture, 1 - TEXTURED))
    rows, columns = rows[votes], columns[votes]
    if len(rows) < _FEWEST:
        return None
    here = np.stack([columns, rows], 1).astype(np.float32)
    there = here + back[rows, columns]
    if (np.hypot(*(there - here).T) < STANDS).mean() >= MAJORITY:
        return np.zeros_like(back)
    matrix, agreeing = cv2.findHomography(here, there, cv2.RANSAC, FIT, maxIters=_ROUNDS)
    if matrix is None or agreeing.mean() < MAJORITY:
        return None
    found = _flow_of(matrix, (height, width))
    corners = found[[0, 0, -1, -1], [0, -1, 0, -1]]
    if np.hypot(*corners.T).max() <= STANDS:
        return np.zeros_like(back)
    return found


def _flow_of(matrix: np.ndarray, size: tuple[int, int]) -> Flow:
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float64)
    x, y, z = (matrix[i, 0] * columns + matrix[i, 1] * rows + matrix[i, 2] for i in range(3))
    return np.stack([x / z - columns, y / z - rows], -1).astype(np.float32)
