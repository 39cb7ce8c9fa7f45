"""The tracks of a frame, from those of the frame before it and of some further back.

    source(p) of frame i = source(p + w(p)) of frame i - 1        w the motion from i to i - 1 (`motion.py`)
    source(p) = (i, p)                                            where p was hidden in i - 1, or looks different since

Small errors of the motion would add up. So each frame of the film is compared with the film's own pixels, read through
the tracks; a flow between these two says how far the tracks are off, and puts them right. What the frame before hid is
looked for in some frames further back, and in what moves with the camera as a whole (`rejoin.py`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impasto.video.camera import camera_flow
from impasto.video.flow import SMALLEST, boundaries, flow, inside
from impasto.video.motion import Motion, difference, enough, motion
from impasto.video.rejoin import rejoined
from impasto.video.things import RIGID, things
from impasto.video.tracks import YOUNG, Frames, Tracks
from impasto.video.warp import Flow, grid, places, sampled

KEPT_SOURCES = 24
"""Most frames that paint is read from at a time. Beyond it, those with the fewest pixels are given up: their pixels are
read from the frame before."""
LARGEST_CORRECTION = 1.5
"""Pixels; where the tracks seem to be further off, something else is there."""
LOOKS_ALIKE = 0.06
"""How far a place may look different from its source, as a standard deviation; 1 is black to white."""
LEAST_LIKENESS, ALIKE = 0.5, 0.85
"""Below the first a pixel is seen first-hand; above the second it is sure to be what its source showed."""
SOON = 0.4
"""What is YOUNG is held by this power of the part of its time that is over."""
LARGEST_ZOOM = 1.5
"""A source whose pixels are spread by more than this is blurred: the pixel is first-hand again."""
FEW = 0.002
"""Where less than this part of a frame is new, frames further back are not asked whether they saw it."""
_WINDOW = 5
_SOFT = 1.0


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
    moved = motion(frame, last)
    found = _brought(before, moved, film, number)
    for one in earlier:
        if found.new.mean() < FEW:
            break
        found = _seen_again(found, one, film)
    found = _rejoined(found, moved, film, before.number)
    likeness = _softened(found.likeness)
    # Where motions meet, the flow may be that of the wrong side: there the film has to tell that it is not.
    told = ~boundaries(moved.back) | (likeness > ALIKE)
    trust = _softened(likeness * told * (found.age / YOUNG) ** SOON)
    still = _still(frame, last) & before.finished
    found = found.taking(still, before)  # whatever the flow says there
    return replace(found, likeness=np.where(still, 1, likeness), trust=np.where(still, 1, trust), still=still)


def _brought(before: Tracks, moved: Motion, film: Frames, number: int) -> Tracks:
    """The tracks of a frame from those of the frame before: first-hand where it did not show what this one shows."""
    frame = film[number]
    carried = _bounded(_carried(before, moved.back, number), before, moved.back)
    carried = _corrected(carried, film, frame, moved.steady)
    seen = moved.visible & inside(*places(moved.back), frame.shape[:2]) & (carried.zoom < LARGEST_ZOOM)
    likeness = _likeness(frame, carried.read(film), seen)
    age = np.minimum(carried.age + 1, YOUNG).astype(np.uint8)
    known = likeness >= LEAST_LIKENESS
    begun = Tracks.begun(number, known.shape, age=0)
    return begun.taking(known, replace(carried, age=age, likeness=likeness))


def _seen_again(found: Tracks, earlier: Tracks, film: Frames) -> Tracks:
    """The tracks of a frame, with those from a frame further back where only that one had seen what it shows."""
    frame, other = film[found.number], film[earlier.number]
    moved = motion(frame, other)
    carried = _carried(earlier, moved.back, found.number)
    seen = moved.visible & inside(*places(moved.back), frame.shape[:2])
    likeness = _likeness(frame, carried.read(film), seen)
    return found.taking(found.new & (likeness >= LEAST_LIKENESS), replace(carried, likeness=likeness))


def _rejoined(found: Tracks, moved: Motion, film: Frames, last: int) -> Tracks:
    """The tracks, with what moves with the camera in one piece, and with each thing that moves by itself and is rigid.

    last: the number of the frame before.
    """
    frame, steady = film[found.number], moved.steady
    looking = ~found.finished | (found.likeness < ALIKE)
    sure = found.finished & (found.likeness > ALIKE)
    every, at = np.zeros(steady.shape, bool), (found.source, found.x, found.y)
    where, astray, (source, x, y), off = rejoined(at, looking, steady, sure & steady, film, found.number)
    for thing in things(frame, film[last], moved, sure):
        part, here = (thing.rows, thing.columns), thing.here
        at = source[part], x[part], y[part]
        _, _, there, misses = rejoined(
            at, here, here, here & sure[part], film, found.number, RIGID, thing.corner
        )
        every[part] |= np.isfinite(misses)
        closer = (misses < off[part]) & (looking[part] | (there[0] == at[0]))
        for old, new in zip((*at, off[part]), (*there, misses), strict=True):
            old[closer] = new[closer]
        where[part] |= closer
    likeness = np.where(where, _alike(off), found.likeness).astype(np.float32)
    age = np.where(where, YOUNG, found.age).astype(np.uint8)
    found = replace(found, source=source, x=x, y=y, age=age, likeness=likeness, things=every)
    astray &= ~where
    return found.taking(astray & (likeness < ALIKE), Tracks.begun(found.number, astray.shape, age=0))


def _carried(before: Tracks, back: Flow, number: int) -> Tracks:
    """The tracks read through a flow. Between pixels of two sources the nearer one holds, with its offset."""
    height, width = before.source.shape
    x, y = places(back)
    column = np.clip(np.rint(x), 0, width - 1).astype(np.int32)
    row = np.clip(np.rint(y), 0, height - 1).astype(np.int32)
    source = before.source[row, column]
    near_x, near_y = before.x[row, column] + (x - column), before.y[row, column] + (y - row)
    columns, rows = grid(
        before.source.shape
    )  # OpenCV reads at 1/32 of a pixel: so distances are read, which are smooth
    smooth_x = x + sampled(before.x - columns, x, y)
    smooth_y = y + sampled(before.y - rows, x, y)
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
    return tracks.taking(gone, replace(tracks, source=last, x=x, y=y))


def _corrected(tracks: Tracks, film: Frames, frame: np.ndarray, steady: np.ndarray) -> Tracks:
    """The tracks moved to where the film's own pixels, read through them, fit the frame best.

    steady: bool [H, W], what moves with the camera. There each source is moved as a whole: what is flat in the film
    tells nothing of how far its tracks are off, but the rest of its source does.
    """
    if min(frame.shape[:2]) < SMALLEST:
        return tracks
    seen = np.round(tracks.read(film).clip(0, 255)).astype(np.uint8)
    off = flow(frame, seen)
    off[np.hypot(off[..., 0], off[..., 1]) > LARGEST_CORRECTION] = 0
    moved = _carried(tracks, off, tracks.number)
    before = difference(frame, seen)
    better = enough(difference(frame, moved.read(film))) < before
    tracks = tracks.taking(better & ~steady, moved)
    moved = tracks
    for number in tracks.sources():
        here = steady & (tracks.source == number)
        camera = camera_flow(off, here, frame, stands=0)
        if camera is not None and camera.any():
            moved = moved.taking(here, _carried(tracks, camera, tracks.number))
    return tracks.taking(difference(frame, moved.read(film)) <= enough(before), moved)


def _likeness(frame: np.ndarray, brought: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """1 where the frame looks as its sources did, towards 0 where it does not, 0 where unseen: float32 [H, W].

    brought: the film's own pixels, read through the tracks. seen: bool [H, W], which of them count.
    """
    return np.where(seen, _alike(difference(frame, brought, seen)), 0).astype(np.float32)


def _alike(squared: np.ndarray) -> np.ndarray:
    """1 where there is no difference, towards 0; squared: in levels of 255."""
    return np.exp(-squared / (2 * (255 * LOOKS_ALIKE) ** 2))


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
