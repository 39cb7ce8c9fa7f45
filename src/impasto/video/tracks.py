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

Frames = Mapping[int, np.ndarray]
"""Frames by their number: [H, W, 3], all of one size."""


@dataclass(frozen=True)
class Tracks:
    """The tracks of one frame.

    number: of the frame. source: int32 [H, W], the number of the frame in which each pixel was seen first.
    x, y: float32 [H, W], where it stood in that frame, in pixels. likeness: float32 [H, W] in [0, 1], how far it looks
    as it did there; 0 where the pixel is seen first-hand now. trust: likewise, and 0 where motions meet, too: how
    firmly its paint is held. age: uint8 [H, W], how many frames ago it was seen first, up to YOUNG.
    still: bool [H, W], where nothing moved or changed since the frame before, to the bit.
    """

    number: int
    source: np.ndarray
    x: np.ndarray
    y: np.ndarray
    likeness: np.ndarray
    trust: np.ndarray
    age: np.ndarray
    still: np.ndarray

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
        """The tracks for the next frame: what is still YOUNG goes on from its paint in this one.

        Few steps do not finish what was begun from a guess. The frames that follow go on with it, held more firmly from
        one to the next, until it is YOUNG frames old; from then on it is brought from there.
        """
        return self.taking(
            ~self.finished, replace(Tracks.begun(self.number, self.source.shape), age=self.age)
        )

    def sources(self) -> list[int]:
        """The numbers of the frames that something is read from, in order."""
        return [int(one) for one in np.unique(self.source)]

    def read(self, frames: Frames, *, fine: bool = False) -> np.ndarray:
        """Each pixel from its source; black where that is not among `frames`. float32 [H, W, C]."""
        some = next(iter(frames.values()))
        found = np.zeros((*self.source.shape, some.shape[2]), np.float32)
        for number in self.sources():
            if number in frames:
                here = self.source == number
                found[here] = sampled(frames[number], self.x[here], self.y[here], fine=fine)
        return found
