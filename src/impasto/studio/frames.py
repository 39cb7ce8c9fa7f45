"""Pictures of a painting while it is painted, as JPEGs for the page: made only while somebody looks."""

import time
from typing import Protocol

import numpy as np

from impasto.studio.mask_file import image_of

WATCHED_SECONDS = 3.0  # whoever has asked so recently is taken to be looking
LEAST_SECONDS = 0.12  # least time between two frames
SHARE = 0.1  # frames take at most this part of the painting's time
_QUALITY = 88
_SMALL = 640
"""Long side, in pixels, to which smaller frames are enlarged, so that the page shows a small canvas without blocks."""


class Seen(Protocol):
    """A source of frames: a painting, or a grid of paintings."""

    def preview(self, long_side: int) -> np.ndarray:
        """The picture as it is now, RGB uint8 [h, w, 3]."""


class Frames:
    """The newest frame of one painting.

    side: long side in pixels, at most that of the canvas. version: counts up with each frame; 0: there is none yet.
    The page asks (`watch`), the painting's own thread answers (`show`).
    """

    def __init__(self, side: int):
        self.side, self.version, self.jpeg = side, 0, b""
        self._watched = self._due = 0.0

    def watch(self) -> None:
        """Note that somebody is looking."""
        self._watched = time.monotonic()

    def show(self, painting: Seen, *, now: bool = False) -> None:
        """Make a frame if one is due and somebody looks; `now`: in any case. Call it between two steps."""
        began = time.monotonic()
        if not now and (began < self._due or began > self._watched + WATCHED_SECONDS):
            return
        self.show_pixels(painting.preview(self.side))
        ended = time.monotonic()
        self._due = ended + max(LEAST_SECONDS, (ended - began) / SHARE)

    def clear(self) -> None:
        """Take the frame away: there is nothing to see."""
        self.jpeg = b""
        self.version += 1

    def show_pixels(self, pixels: np.ndarray) -> None:
        """Make a frame of these pixels, RGB uint8 [h, w, 3]."""
        self.jpeg = jpeg(pixels)
        self.version += 1


def jpeg(pixels: np.ndarray) -> bytes:
    """RGB uint8 [h, w, 3] as a JPEG; a small one is enlarged."""
    image, side = image_of(pixels), max(pixels.shape)
    if side < _SMALL:
        image = image.resize(_SMALL / side, kernel="cubic")
    return bytes(image.jpegsave_buffer(Q=_QUALITY, keep="none"))
