"""What a film will take: time, memory and disk, told before it is painted."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from impasto.errors import OutputError
from impasto.settings.amounts import in_words
from impasto.video.follow import KEPT_SOURCES
from impasto.video.motion import motion
from impasto.video.reel import BLOCK_BYTES

if TYPE_CHECKING:
    from impasto.video.painting import FilmPainting

BYTES_A_PIXEL = 2.4
"""Of a painted frame on the disk: brush strokes hardly compress."""
FLOWS = 4.0
"""Following a frame takes so many times as long as telling its motion since the one before, or up to twice that: tracks
are corrected, and some frames further back are asked, too."""
ENCODING = 2.5
"""A later frame spends about so many steps' time on its encodings and on what is written."""


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


def plan_film(painting: "FilmPainting") -> FilmPlan:
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
            f"the frames need {in_words(disk)} on the disk until the film is done, {in_words(missing)} more than is "
            "free there: make room, paint a part with --to, or use a smaller --size"
        )
    still = painting.still_plan()
    last = still.scales[-1]
    step = (last.seconds or 0.0) / last.scale.steps
    frame = step * (painting.frame_steps + ENCODING) + FLOWS * _matching(painting)
    stills = 0 if painting.done or not painting.frame_steps else painting.shots
    seconds = stills * (still.seconds or 0.0) + left * frame
    held = pixels * (6 * KEPT_SOURCES + 120) + 2 * BLOCK_BYTES
    return FilmPlan(painting.count, painting.shots, seconds, still.peak + held, disk)


def _matching(painting: "FilmPainting") -> float:
    """Seconds that it takes to match two frames."""
    frame = painting.small(0)
    moved = np.roll(frame, 1, 1)
    began = time.perf_counter()
    motion(frame, moved)
    return time.perf_counter() - began
