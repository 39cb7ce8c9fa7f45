"""Where one shot of a film ends and the next begins."""

import numpy as np

BINS = 8
"""The bins of each channel in the histogram of colours."""
DIFFERS = 0.5
"""Part of the pixels whose colours have to be others; dissolves and pans stay below."""
LIKE = 0.6
"""Correlation of two frames, made small, above which they show one scene whatever the colours: a flash, say."""
_SMALL = 24


def is_cut(frame: np.ndarray, last: np.ndarray) -> bool:
    """Whether a frame, uint8 [H, W, 3], shows another scene than the one before it.

    Both the colours and where things lie have to be others, so that neither a lamp that is switched on nor a quick pan
    is taken for a cut.
    """
    changed = 0.5 * np.abs(_colours(frame) - _colours(last)).sum()
    return bool(changed > DIFFERS and _correlation(frame, last) < LIKE)


def _colours(frame: np.ndarray) -> np.ndarray:
    """The part of the pixels in each bin, together 1."""
    import cv2

    counts = cv2.calcHist([frame], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3)
    return counts.ravel() / counts.sum()


def _correlation(frame: np.ndarray, last: np.ndarray) -> float:
    import cv2

    one, other = (
        cv2.resize(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), (_SMALL, _SMALL), interpolation=cv2.INTER_AREA)
        .astype(np.float64)
        .ravel()
        for each in (frame, last)
    )
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / max(np.sqrt((one @ one) * (other @ other)), 1e-9))
