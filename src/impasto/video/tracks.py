"""Where each pixel of a frame was seen first, so that its paint comes from there and not through every frame between.

A picture that is warped from frame to frame is resampled at each, and blurs, darkens and drifts. Here only *places* are
carried on: for each pixel the frame in which it was seen first-hand, and where it stood in it. Its paint is then read
from that frame alone, in one step, however long ago that was. (The long-term flows of Ruder et al., arXiv 1604.08610,
have the same end; they match each frame with some earlier ones directly.)

    source(p) of frame i = source(p + w(p)) of frame i - 1        w the flow from i to i - 1
    source(p) = (i, p)                                            where p was hidden in i - 1, or looks different since

Small errors of the flow would add up. So each frame of the film is compared with the film's own pixels, read through
the tracks; a flow between these two says how far the tracks are off, and puts them right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from impasto.video.camera import camera_flow
from impasto.video.flow import SMALLEST, Matched, boundaries, flow, inside, match
from impasto.video.warp import Flow, places, sampled

KEPT_SOURCES = 24
"""Most frames that paint is read from at a time. Beyond it, those with the fewest pixels are given up: their pixels are
read from the frame before."""
LARGEST_CORRECTION = 1.5
"""Pixels; where the tracks seem to be further off, something else is there."""
LOOKS_ALIKE = 0.06
"""How far a place may look different from its source, as a standard deviation; 1 is black to white."""
LEAST_LIKENESS = 0.5
"""Below this a pixel is seen first-hand."""
YOUNG = 4
"""Frames over which what was not seen before is finished."""
LARGEST_ZOOM = 1.5
"""A source whose pixels are spread by more than this is blurred: the pixel is first-hand again."""
WORSE, NOISE = 1.5, 2.0
"""A motion explains a frame as well as another one up to this factor and so many squared levels of 255."""
FEW = 0.002
"""Where less than this part of a frame is new, frames further back are not asked whether they saw it."""
_WINDOW = 5
_SOFT = 1.0

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
        rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
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

    def _where(self, here: np.ndarray, other: "Tracks") -> "Tracks":
        """These tracks, but the places of the other's `here`, a bool [H, W]."""
        return replace(
            self,
            source=np.where(here, other.source, self.source),
            x=np.where(here, other.x, self.x),
            y=np.where(here, other.y, self.y),
            age=np.where(here, other.age, self.age),
        )

    def grown(self) -> "Tracks":
        """The tracks for the next frame: what is still YOUNG goes on from its paint in this one.

        Few steps do not finish what was begun from a guess. The frames that follow go on with it, held more firmly from
        one to the next, until it is YOUNG frames old; from then on it is brought from there.
        """
        return self._where(
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


def follow(before: Tracks, film: Frames, number: int, earlier: Sequence[Tracks] = ()) -> Tracks:
    """The tracks of the frame `number` from those of a frame that was followed already.

    film: the frames `number`, `before.number` and those that `before` reads from, uint8 [H, W, 3]; likewise for each of
    `earlier`. earlier: tracks of frames further back, the latest first. What the frame before hid, one of them may have
    seen; its paint then comes from where it was painted first.
    """
    frame, last = film[number], film[before.number]
    if np.array_equal(frame, last) and before.finished.all():
        whole = np.ones(before.still.shape, np.float32)
        return replace(before, number=number, likeness=whole, trust=whole, still=whole > 0)
    matched = match(frame, last)
    back, seen = follow_flow(matched, frame, last)
    carried = _carried(before, back, number)
    carried = _bounded(carried, before, back)
    carried = _corrected(carried, film, frame)
    seen = seen & inside(*places(back), seen.shape) & (_zoom(carried) < LARGEST_ZOOM**2)
    likeness = np.where(seen, _likeness(frame, carried.read(film)), 0).astype(np.float32)
    first_hand = likeness < LEAST_LIKENESS
    likeness = np.where(first_hand, 0, likeness)
    age = np.minimum(carried.age + 1, YOUNG).astype(np.uint8)
    carried = replace(carried, age=age)
    found = Tracks.begun(number, first_hand.shape, age=0)._where(~first_hand, carried)
    for one in earlier:
        if first_hand.mean() < FEW:
            break
        again, alike = _seen_again(one, film, frame, number)
        back_again = first_hand & (alike >= LEAST_LIKENESS)
        found = found._where(back_again, again)
        likeness = np.where(back_again, alike, likeness)
        first_hand = first_hand & ~back_again
    likeness = _softened(likeness)
    trust = _softened(likeness * ~boundaries(back) * (found.age / YOUNG))
    still = _still(frame, last) & before.finished
    found = found._where(still, before)  # whatever the flow says there
    return replace(found, likeness=np.where(still, 1, likeness), trust=np.where(still, 1, trust), still=still)


def _seen_again(earlier: Tracks, film: Frames, frame: np.ndarray, number: int) -> tuple[Tracks, np.ndarray]:
    """The tracks of a frame from those of one further back, and how far each place looks as it did: 0 where unseen."""
    other = film[earlier.number]
    back, seen = follow_flow(match(frame, other), frame, other)
    carried = _carried(earlier, back, number)
    seen = seen & inside(*places(back), seen.shape)
    return carried, np.where(seen, _likeness(frame, carried.read(film)), 0).astype(np.float32)


def follow_flow(matched: Matched, frame: np.ndarray, last: np.ndarray) -> tuple[Flow, np.ndarray]:
    """The flow, and the camera's motion instead where that explains the frame about as well; what is visible so."""
    camera = camera_flow(matched.back, matched.visible, frame)
    if camera is None:
        return matched.back, matched.visible
    by_flow, by_camera = (_difference(frame, sampled(last, *places(one))) for one in (matched.back, camera))
    takes = by_camera <= _enough(by_flow)
    return np.where(takes[..., None], camera, matched.back), takes | matched.visible


def _enough(difference: np.ndarray) -> np.ndarray:
    """What is about as good as this difference: a flow that follows the noise seems a little better than the truth."""
    return WORSE * difference + NOISE


def _carried(before: Tracks, back: Flow, number: int) -> Tracks:
    """The tracks read through a flow. Between pixels of two sources the nearer one holds, with its offset."""
    height, width = before.source.shape
    x, y = places(back)
    column = np.clip(np.rint(x), 0, width - 1).astype(np.int32)
    row = np.clip(np.rint(y), 0, height - 1).astype(np.int32)
    source = before.source[row, column]
    near_x, near_y = before.x[row, column] + (x - column), before.y[row, column] + (y - row)
    smooth_x, smooth_y = sampled(before.x, x, y), sampled(before.y, x, y)
    within = (np.abs(smooth_x - near_x) < 0.5) & (np.abs(smooth_y - near_y) < 0.5)
    return replace(
        before,
        number=number,
        source=source,
        x=np.where(within, smooth_x, near_x).astype(np.float32),
        y=np.where(within, smooth_y, near_y).astype(np.float32),
        age=before.age[row, column],
    )


def _bounded(tracks: Tracks, before: Tracks, back: Flow) -> Tracks:
    """The tracks with no more sources than are kept: what lay in the smallest is read from the frame before."""
    numbers, counts = np.unique(tracks.source, return_counts=True)
    if len(numbers) <= KEPT_SOURCES:
        return tracks
    kept = {int(n) for n in numbers[np.argsort(-counts, kind="stable")[: KEPT_SOURCES - 1]]}
    gone = ~np.isin(tracks.source, list(kept - {before.number})) & (tracks.source != before.number)
    x, y = places(back)
    last = np.full_like(tracks.source, before.number)
    return tracks._where(gone, replace(tracks, source=last, x=x, y=y))


def _corrected(tracks: Tracks, film: Frames, frame: np.ndarray) -> Tracks:
    """The tracks moved to where the film's own pixels, read through them, fit the frame best."""
    if min(frame.shape[:2]) < SMALLEST:
        return tracks
    seen = np.round(tracks.read(film).clip(0, 255)).astype(np.uint8)
    off = flow(frame, seen)
    off[np.hypot(off[..., 0], off[..., 1]) > LARGEST_CORRECTION] = 0
    camera = camera_flow(off, np.ones_like(tracks.still), frame)
    if camera is not None:
        by_flow = _difference(frame, _carried(tracks, off, tracks.number).read(film))
        by_camera = _difference(frame, _carried(tracks, camera, tracks.number).read(film))
        off = np.where((by_camera <= _enough(by_flow))[..., None], camera, off)
    moved = _carried(tracks, off, tracks.number)
    better = _enough(_difference(frame, moved.read(film))) < _difference(frame, seen)
    return tracks._where(better, moved)


def _difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The mean squared difference around each pixel, values in [0, 255]: float32 [H, W]."""
    import cv2

    squared = ((one.astype(np.float32) - other) ** 2).mean(2)
    return cv2.blur(squared, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REPLICATE)


def _likeness(frame: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """1 where the frame looks as its sources did, towards 0 where it does not: float32 [H, W]."""
    return np.exp(-_difference(frame, seen) / (2 * (255 * LOOKS_ALIKE) ** 2))


def _zoom(tracks: Tracks) -> np.ndarray:
    """How many pixels of the frame there are to one of the source, where one source is all around: float32 [H, W]."""
    (x_y, x_x), (y_y, y_x) = np.gradient(tracks.x), np.gradient(tracks.y)
    area = np.abs(x_x * y_y - x_y * y_x)
    edge = np.zeros(area.shape, bool)
    for axis in (0, 1):
        for step in (1, -1):
            edge |= np.roll(tracks.source, step, axis) != tracks.source
    return np.where(edge, 1, 1 / np.maximum(area, 1e-3))


def _still(frame: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Where the film did not change at all, neither at the pixel nor around it."""
    import cv2

    changed = (frame != last).any(2).astype(np.uint8)
    return cv2.dilate(changed, np.ones((_WINDOW, _WINDOW), np.uint8)) == 0


def _softened(trust: np.ndarray) -> np.ndarray:
    """The trust without hard edges, and never more than it was."""
    import cv2

    smooth = cv2.GaussianBlur(trust.astype(np.float32), (0, 0), _SOFT, borderType=cv2.BORDER_REPLICATE)
    return np.minimum(smooth, trust).astype(np.float32)
