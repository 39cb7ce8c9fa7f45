"""The plan of a film: time, memory and disk, before it is painted."""

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from impasto.errors import OutputError
from impasto.settings.values import bytes_text
from impasto.video.follow import KEPT_SOURCES
from impasto.video.frame_painter import FramePainter
from impasto.video.motion import motion
from impasto.video.neighbours import Neighbours
from impasto.video.painting import REMEMBERED, FilmPainting
from impasto.video.tracks import Tracks

if TYPE_CHECKING:
    from impasto import Painting
    from impasto.memory.plan import Plan

BYTES_A_PIXEL = 2.4
"""Bytes a pixel of a painted frame on the disk: brush strokes hardly compress."""
FLOWS = 5.0
"""Following a frame takes about so many times as long as telling its motion since the one before: tracks are
corrected, and some frames further back are asked, too."""
TRIAL, TRIAL_STEPS = 108, 3
"""Pixels of the shorter side of a frame that is painted to tell how long it takes, and its steps."""
TRACK_BYTES, FOLLOWING_BYTES = 24, 250
"""Bytes a pixel of the tracks of one frame, and of what is there while a frame is followed."""


@dataclass(frozen=True)
class FilmPlan:
    """frames: that are painted, of so many shots. seconds: to paint all that is left. peak: bytes of memory at most.
    disk: bytes of the folder at most.
    """

    frames: int
    shots: int
    seconds: float
    peak: int
    disk: int


def plan_film(painting: FilmPainting) -> FilmPlan:
    """The plan of a film that was begun; a few seconds go into measuring.

    Raises:
        OutputError: the disk is too full.
        SettingsError: no layout fits into the memory.
    """
    height, width = painting.size
    pixels, left = height * width, painting.visits - painting.done
    disk = round(BYTES_A_PIXEL * pixels * painting.visits)
    missing = round(BYTES_A_PIXEL * pixels * left) - painting.free
    if missing > 0:
        raise OutputError(
            f"the frames need {bytes_text(disk)} on the disk until the film is done, {bytes_text(missing)} more than "
            "is free there: make room, paint a part with --to, or use a smaller --size"
        )
    painter = painting.painter
    still = painter.still(0).plan()
    peak = _peak(painter, still)
    seconds = left * FLOWS * _matching(painting)
    if painter.frame_steps:
        last, (begun, step) = still.scales[-1], _trial(painter)
        # The still's forecast counts what the network takes; neighbours and palettes are in what was measured.
        slower = max(1.0, step * last.scale.steps / (last.seconds or math.inf))
        seconds += left * (begun + painter.frame_steps * step)
        seconds += painting.stills_left * slower * (still.seconds or 0.0)
        peak = max(peak, _peak(painter, _later(painter).plan(times=False)))
    return FilmPlan(painting.count, painting.shots, seconds, peak + _held(painting), disk)


def _later(painter: FramePainter, neighbours: Neighbours = (), **changes: Any) -> "Painting":
    """A painting that takes what a later frame takes."""
    canvas, everywhere = painter.small(0).astype(np.float32) / 255, np.ones(painter.size, np.float32)
    tracks = replace(Tracks.begun(0, painter.size), trust=everywhere)
    return painter.later(0, canvas, canvas, tracks, neighbours, **changes)


def _trial(painter: FramePainter) -> tuple[float, float]:
    """Seconds that a later frame takes before its first step, and for each step.

    They are measured on a small one, and counted up. It is painted twice: the first one is not timed, and tells its
    neighbours to the second.
    """
    size = round(max(painter.size) * min(1.0, TRIAL / min(painter.size)))
    known: Neighbours = ()
    for _ in range(2):
        painting = _later(painter, known, size=size, steps=TRIAL_STEPS)
        began = time.perf_counter()
        first, *others = [time.perf_counter() for _ in painting]
        known = painting.neighbours
    step = (others[-1] - first) / len(others) if others else 0.0
    larger = math.prod(painter.size) / math.prod(painting.size)
    return larger * max(0.0, first - began - step), larger * step


def _peak(painter: FramePainter, plan: "Plan") -> int:
    """The most bytes that the process holds while a frame is painted.

    Its plan counts the network's code, and room for the paintings' encodings. But both are there already, in what the
    process holds now: so it is counted from what it held before.
    """
    most = max(one.peak for one in plan.scales) - plan.base - plan.demand.styles_kept
    return max(plan.reached, painter.base + most + painter.encoded_bytes)


def _held(painting: FilmPainting) -> int:
    """Bytes that are held in addition to a frame that is painted: frames of the film and of paint, and tracks."""
    sources = min(KEPT_SOURCES * (1 + REMEMBERED), painting.visits)
    each = 6 * sources + TRACK_BYTES * (1 + REMEMBERED) + FOLLOWING_BYTES
    return math.prod(painting.size) * each + painting.reel.most_bytes


def _matching(painting: FilmPainting) -> float:
    """Seconds that it takes to tell how two frames follow from one another."""
    first, second = (painting.painter.small(min(n, painting.count - 1)) for n in (0, 1))
    began = time.perf_counter()
    motion(second, first)
    return time.perf_counter() - began
