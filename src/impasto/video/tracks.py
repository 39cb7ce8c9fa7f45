"""Where each pixel of a frame was seen first, so that its paint comes from there and not through every frame between.

A picture that is warped from frame to frame is resampled at each, and blurs, darkens and drifts. Here only *places* are
carried on: for each pixel the frame in which it was seen first-hand, and where it stood in it. Its paint is then read
from that frame alone, in one step, however long ago that was. (The long-term flows of Ruder et al., arXiv 1604.08610,
have the same end; they match each frame with some earlier ones directly.) `follow.py` carries them on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from impasto.video.warp import grid, sampled

YOUNG = 4
"""Frames over which what was not seen before is finished."""
SPREAD = 1.06
"""Paint that is enlarged by more than this is softer than strokes are. From then on it is read from the frame that
shows it enlarged, whose steps have made it crisper."""
TEAR = 0.7
"""Pixels by which the ways of two pixels beside each other differ, where they belong to different things."""
MOSAIC, SURE = 0.65, 0.95
"""Part of the pixels around that are torn, above which a place is a mosaic: along an edge it is less. What looks more
than SURE as it did where it comes from is right, and does not count."""
_AROUND, _WINDOW = 9, 7

Frames = Mapping[int, np.ndarray]
"""Frames by their number: [H, W, 3], all of one size."""


@dataclass(frozen=True)
class Tracks:
    """The tracks of one frame.

    number: of the frame. source: int32 [H, W], the number of the frame in which each pixel was seen first.
    x, y: float32 [H, W], where it stood in that frame, in pixels. likeness: float32 [H, W] in [0, 1], how far it looks
    as it did there; 0 where the pixel is seen first-hand now. trust: likewise, and 0 where motions meet, too: how
    firmly its paint is held. age: uint8 [H, W], how many frames ago it was seen first, up to YOUNG.
    still: bool [H, W], where nothing moved or changed since the frame before, to the bit. things: bool [H, W], what
    moves by itself, and is rigid; None where that is not known any more.
    """

    number: int
    source: np.ndarray
    x: np.ndarray
    y: np.ndarray
    likeness: np.ndarray
    trust: np.ndarray
    age: np.ndarray
    still: np.ndarray
    things: np.ndarray | None = None

    @classmethod
    def begun(cls, number: int, size: tuple[int, ...], age: int = YOUNG) -> "Tracks":
        """Those of the first frame of a shot: all of it is first-hand, and finished."""
        columns, rows = grid(size)
        nothing = np.zeros(size, np.float32)
        return cls(
            number,
            source=np.full(size, number, np.int32),
            x=columns,
            y=rows,
            likeness=nothing,
            trust=nothing,
            age=np.full(size, age, np.uint8),
            still=np.zeros(size, bool),
        )

    @property
    def new(self) -> np.ndarray:
        """bool [H, W]: what is seen first-hand in this frame."""
        return self.source == self.number

    @property
    def finished(self) -> np.ndarray:
        """bool [H, W]: what is not painted on from frame to frame any more."""
        return self.age >= YOUNG

    @property
    def torn(self) -> np.ndarray:
        """bool [H, W]: where a pixel beside is read from elsewhere: from another source, or TEAR pixels away."""
        columns, rows = grid(self.source.shape)
        found = np.zeros(self.source.shape, bool)
        for axis in (0, 1):
            apart = np.hypot(*(np.diff(one, axis=axis) for one in (self.x - columns, self.y - rows))) > TEAR
            apart |= np.diff(self.source, axis=axis) != 0
            along = np.moveaxis(found, axis, 0)
            along[1:] |= np.moveaxis(apart, axis, 0)
            along[:-1] |= np.moveaxis(apart, axis, 0)
        return found

    @property
    def zoom(self) -> np.ndarray:
        """How many times larger things are in the frame than in their source: float32 [H, W], 1 where it is torn."""
        (x_y, x_x), (y_y, y_x) = np.gradient(self.x), np.gradient(self.y)
        area = np.abs(x_x * y_y - x_y * y_x)
        return np.where(self.torn, 1, np.maximum(area, 1e-3) ** -0.5).astype(np.float32)

    @property
    def spread(self) -> np.ndarray:
        """bool [H, W]: where the paint around is enlarged by more than SPREAD."""
        import cv2

        whole = (~self.torn).astype(np.float32)
        zoom, counts = (cv2.blur(one, (_AROUND, _AROUND)) for one in (self.zoom.clip(0.5, 2) * whole, whole))
        return (zoom > SPREAD * counts) & ~self.still

    def taking(self, here: np.ndarray, other: "Tracks") -> "Tracks":
        """These tracks, but the places, likeness and age of the other's `here`, a bool [H, W]."""
        return replace(
            self,
            source=np.where(here, other.source, self.source),
            x=np.where(here, other.x, self.x),
            y=np.where(here, other.y, self.y),
            likeness=np.where(here, other.likeness, self.likeness),
            age=np.where(here, other.age, self.age),
        )

    def grown(self) -> "Tracks":
        """The tracks for the next frame: what is still YOUNG, or SPREAD, goes on from its paint in this one.

        Few steps do not finish what was begun from a guess. The frames that follow go on with it, held more firmly from
        one to the next, until it is YOUNG frames old; from then on it is brought from there.
        """
        here = ~self.finished | self.spread
        return self.taking(here, replace(Tracks.begun(self.number, self.source.shape), age=self.age))

    def sources(self) -> list[int]:
        """The numbers of the frames that something is read from, in order."""
        return [int(one) for one in np.unique(self.source)]

    def read(self, frames: Frames, *, fine: bool = False) -> np.ndarray:
        """Each pixel from its source; black where that is not among `frames`. float32 [H, W, C].

        fine: by a kernel that keeps detail.
        """
        some = next(iter(frames.values()))
        found = np.zeros((*self.source.shape, some.shape[2]), np.float32)
        for number in self.sources():
            if number in frames:
                here = self.source == number
                found[here] = sampled(frames[number], self.x[here], self.y[here], fine=fine)
        return found

    def paint(self, bases: Frames) -> np.ndarray:
        """The paint that the tracks bring from painted frames, uint8: float32 [H, W, 3] in [0, 1].

        What changes as it moves is read pixel by pixel from many frames. Such a mosaic would be grain, and the steps of
        each frame would add to it: there the paint is the median of the pixels around.
        """
        import cv2

        found = self.read(bases, fine=True)
        torn = (self.torn & (self.likeness < SURE)).astype(np.float32)
        mosaic = cv2.blur(torn, (_WINDOW, _WINDOW)) > MOSAIC
        if mosaic.any():
            known = (~self.new).astype(np.float32)[..., None]
            sums, counts = (cv2.blur(one, (3, 3)) for one in (found * known, known))
            filled = np.where(known > 0, found, sums / np.maximum(counts, 0.1)[..., None])
            found[mosaic] = cv2.medianBlur(filled, 3)[mosaic]
        return (found / 255).clip(0, 1).astype(np.float32)
