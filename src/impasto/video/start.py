"""The picture from which a later frame is painted: paint that is there already, and a good guess of what is new."""

import numpy as np

RADII = (6, 24)
"""Half the side of the windows in which colours are compared, in pixels of a frame 192 wide; nearer ones first."""
_WIDTH = 192
_LEAST = 1e-4
_ENOUGH = 0.05


def first_canvas(frame: np.ndarray, paint: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """A frame's paint where it can be trusted, and elsewhere the frame in the colours that the paint around it has.

    Around each place a straight line per channel is fitted that leads from the film's values to the paint's (the
    guided filter of He, Sun and Tang, over what is trusted). Where no paint is near, the line of the whole frame holds.

    Args:
        frame: [H, W, 3] in [0, 1], the film.
        paint: likewise, what the tracks bring.
        trust: [H, W] in [0, 1].

    Returns:
        float32 [H, W, 3] in [0, 1].
    """
    weight = trust[..., None].astype(np.float32)
    guess = _on_the_line(frame, _line(frame, paint, weight, None))
    for radius in reversed(RADII):
        side = 2 * max(1, round(radius * frame.shape[1] / _WIDTH)) + 1
        slope, offset, there = _line(frame, paint, weight, side)
        share = np.clip(there / _ENOUGH, 0, 1)
        guess = guess + share * (_on_the_line(frame, (slope, offset, there)) - guess)
    return (weight * paint + (1 - weight) * guess).clip(0, 1).astype(np.float32)


def _on_the_line(frame: np.ndarray, line: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    slope, offset, _ = line
    return frame * slope + offset


def _line(
    frame: np.ndarray, paint: np.ndarray, weight: np.ndarray, side: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope and offset of each channel's line around each pixel, and the trusted part of the window.

    side: of the window, in pixels; None for the whole frame.
    """
    import cv2

    def mean(values: np.ndarray) -> np.ndarray:
        if side is None:
            return values.mean((0, 1), keepdims=True)
        blurred = cv2.blur(values.astype(np.float32), (side, side), borderType=cv2.BORDER_REFLECT)
        return blurred.reshape(values.shape)

    there = mean(weight)
    least = np.maximum(there, 1e-6)
    x, y = mean(weight * frame) / least, mean(weight * paint) / least
    xy, xx = mean(weight * frame * paint) / least, mean(weight * frame * frame) / least
    slope = ((xy - x * y) / (xx - x * x + _LEAST)).clip(0, 3)
    if there.max() < 1e-3:  # no paint at all: the film as it is
        return np.ones_like(x), np.zeros_like(x), there
    return slope, y - slope * x, there
