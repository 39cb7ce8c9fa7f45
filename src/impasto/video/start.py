"""The picture from which a later frame is painted: paint that is there already, and a good guess of what is new."""

import numpy as np

CANDIDATES = 6144
"""At most so many places are looked at for one that resembles a new one, chosen with a fixed seed."""
SPECKLE = 1.2
"""The deviation that smooths what is taken for each place by itself, in pixels of a frame 192 pixels wide."""
BLURS = (1.5, 3.0)
"""The deviations of means around a place, which count, too; in pixels of a frame 192 pixels wide."""
NEARNESS = 0.3
"""How much distance counts: across the whole frame as much as this difference of every colour; 1 is black to white."""
SURE, UNSURE = 0.8, 0.98
"""Places that are surer than the first are looked at; those that are trusted less than the second are guessed."""
_WIDTH, _BLOCK = 192, 2**18


def first_canvas(
    frame: np.ndarray, paint: np.ndarray, trust: np.ndarray, sure: np.ndarray | None = None
) -> np.ndarray:
    """A frame's paint where it can be trusted; elsewhere the paint of places that look alike in the film.

    So what is uncovered behind a red ball is painted as the wall beside it, and not as the ball, which is nearer.

    Args:
        frame: [H, W, 3] in [0, 1], the film.
        paint: likewise, what the tracks bring.
        trust: [H, W] in [0, 1].
        sure: likewise, how fit a place's paint is to be taken by others; None: as it is trusted.

    Returns:
        float32 [H, W, 3] in [0, 1]; the film itself where there is no paint to take.
    """
    weight = trust[..., None].astype(np.float32)
    guess = frame.astype(np.float32)
    wanted, there = trust < UNSURE, (trust if sure is None else sure) > SURE
    if wanted.any() and there.any():
        looks = _looks(frame)
        candidates = np.flatnonzero(there)
        if len(candidates) > CANDIDATES:
            chosen = np.random.default_rng(0).choice(len(candidates), CANDIDATES, replace=False)
            candidates = candidates[np.sort(chosen)]
        nearest = _nearest(looks[wanted], looks.reshape(-1, looks.shape[2])[candidates])
        guess = np.where(wanted[..., None], guess, paint).astype(np.float32)
        guess[wanted] = paint.reshape(-1, 3)[candidates][nearest]
        guess = _smooth(guess, SPECKLE)
    return (weight * paint + (1 - weight) * guess).clip(0, 1).astype(np.float32)


def _looks(frame: np.ndarray) -> np.ndarray:
    """Features of each place, as numbers whose differences count alike: float32 [H, W, D]."""
    height, width = frame.shape[:2]
    values = frame.astype(np.float32)
    around = [_smooth(values, blur) for blur in BLURS]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    place = np.stack([columns, rows], 2) * (NEARNESS * (3 * (1 + len(BLURS))) ** 0.5 / width)
    return np.concatenate([values, *around, place], 2)


def _smooth(picture: np.ndarray, deviation: float) -> np.ndarray:
    import cv2

    scaled = deviation * picture.shape[1] / _WIDTH
    return cv2.GaussianBlur(picture, (0, 0), scaled, borderType=cv2.BORDER_REFLECT)


def _nearest(looks: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """The number of the candidate nearest to each look, [K]."""
    squares = (candidates**2).sum(1)
    found = np.empty(len(looks), np.int64)
    rows = max(1, _BLOCK // len(candidates))
    for first in range(0, len(looks), rows):
        some = slice(first, first + rows)
        found[some] = (squares - 2 * looks[some] @ candidates.T).argmin(1)
    return found
