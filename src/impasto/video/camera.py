"""The motion of the camera: one map for a whole frame, told from its flow.

A flow is unsure where a film is flat: in a sky it follows the noise. The camera's motion is sure everywhere, because
the whole frame votes for it. It is taken where it explains the frame about as well as the flow does.

Most cameras only pan, or zoom and turn. A projective map that is fitted to a pan is right where the votes are, and
wrong in the corners. So of five kinds of map the simplest is taken beside which no other explains the votes clearly
better.
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
CLEARLY = 8.0
"""A map of another kind is taken when each of its further numbers explains so many times the variance that is left."""
ALIKE = 16.0
"""The number of neighbouring votes that count as one: a flow is smooth, and so are its errors."""
_ROUNDS, _REWEIGHTED, _SURE = 1000, 8, 0.05
_FEWEST = 16

Matrix = np.ndarray
"""float64 [3, 3]: a projective map of places (x, y, 1)."""


def camera_flow(back: Flow, sure: np.ndarray, frame: np.ndarray, stands: float = STANDS) -> Flow | None:
    """The flow that the camera's motion alone would make; zero, to the bit, for a camera that stands.

    back: a flow. sure: bool [H, W], where it can be trusted. frame: what it is the flow of, uint8 [H, W, 3].
    stands: pixels; a motion that moves no corner further is none.
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
    if (np.hypot(*(there - here).T) < stands).mean() >= MAJORITY:
        return np.zeros_like(back)
    matrix = common_map(here, there)
    if matrix is None:
        return None
    found = _flow_of(matrix, (height, width))
    corners = found[[0, 0, -1, -1], [0, -1, 0, -1]]
    if np.hypot(*corners.T).max() <= stands:
        return np.zeros_like(back)
    return found


def common_map(here: np.ndarray, there: np.ndarray) -> Matrix | None:
    """The simplest map by which most of the places `here`, float32 [N, 2], become `there`; None where none does."""
    import cv2

    if len(here) < _FEWEST:
        return None
    matrix, agreeing = cv2.findHomography(here, there, cv2.RANSAC, FIT, maxIters=_ROUNDS)
    if matrix is None or agreeing.mean() < MAJORITY:
        return None
    agrees = agreeing.ravel() > 0
    return _simplest(matrix, here[agrees].astype(float), there[agrees].astype(float))


def _simplest(projective: Matrix, here: np.ndarray, there: np.ndarray) -> Matrix:
    """The simplest map beside which no other explains clearly better how the places `here` become `there`, [N, 2]."""
    kinds = [(0, np.eye(3)), *((n, _fitted(here, there, n)) for n in (2, 4, 6)), (8, projective)]
    left = [((mapped(matrix, here) - there) ** 2).sum() for _, matrix in kinds]
    votes, chosen = len(here) / ALIKE, 0
    for i in range(1, len(kinds)):
        more = kinds[i][0] - kinds[chosen][0]
        if left[chosen] - left[i] > CLEARLY * more * left[i] / votes:
            chosen = i
    return kinds[chosen][1]


def _fitted(here: np.ndarray, there: np.ndarray, numbers: int) -> Matrix:
    """The shift (2 numbers), the shift, zoom and turn (4), or the affine map (6) that most votes agree with."""
    middle = here.mean(0)
    x, y = (here - middle).T
    one, none = np.ones_like(x), np.zeros_like(x)
    across, down = {
        2: ([one, none], [none, one]),
        4: ([one, none, x, -y], [none, one, y, x]),
        6: ([one, none, x, y, none, none], [none, one, none, none, x, y]),
    }[numbers]
    system = np.concatenate([np.stack(across, 1), np.stack(down, 1)])
    moved = (there - here).T.ravel()
    weight, solved = np.ones(len(here)), np.zeros(numbers)
    for _ in range(_REWEIGHTED):  # of absolute errors, not of squares
        root = np.sqrt(np.tile(weight, 2))
        solved = np.linalg.lstsq(system * root[:, None], moved * root, rcond=None)[0]
        weight = 1 / np.maximum(np.hypot(*(system @ solved - moved).reshape(2, -1)), _SURE)
    linear = {
        2: lambda: np.zeros((2, 2)),
        4: lambda: np.array([[solved[2], -solved[3]], [solved[3], solved[2]]]),
        6: lambda: solved[2:].reshape(2, 2),
    }[numbers]()
    found = np.eye(3)
    found[:2, :2] += linear
    found[:2, 2] = solved[:2] - linear @ middle
    return found


def mapped(matrix: Matrix, here: np.ndarray) -> np.ndarray:
    """Where a map brings places, [N, 2]."""
    there = np.column_stack([here, np.ones(len(here))]) @ matrix.T
    return there[:, :2] / there[:, 2:]


def _flow_of(matrix: Matrix, size: tuple[int, int]) -> Flow:
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float64)
    x, y, z = (matrix[i, 0] * columns + matrix[i, 1] * rows + matrix[i, 2] for i in range(3))
    return np.stack([x / z - columns, y / z - rows], -1).astype(np.float32)
