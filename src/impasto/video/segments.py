"""A film as independent jobs, for many machines: its shots, and parts of long ones that overlap and are joined.

    parts = segments_of(job)                        # anywhere
    paint_segment(job, part, folder)                # each part anywhere, in any order; done again, it goes on
    join_segments(job, parts, folders)              # once all are done

Shots do not know of one another, so a film that is joined of whole shots has the bytes of one that was painted in one
piece. Where a shot is cut up, two parts are painted over some common frames, and one fades into the other there. Both
lie on the same frame of the film, so the fade moves with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from impasto.errors import CheckpointError, SettingsError
from impasto.inputs.inputs import read_styles
from impasto.video.film import Frame, Note
from impasto.video.job import FilmJob
from impasto.video.metadata import film_metadata
from impasto.video.open_film import open_film
from impasto.video.order import final_visits
from impasto.video.output import write_frames
from impasto.video.reel import Reel
from impasto.video.state import State

OVERLAP = 12
"""Frames that two parts of one shot have in common, unless another number is asked for."""


@dataclass(frozen=True)
class Segment:
    """Frames `first` to `last` - 1 of a film, by the number of the painted frame.

    fades: how many of the first ones fade in over the segment before; 0 where a shot begins.
    """

    number: int
    first: int
    last: int
    fades: int = 0


def segments_of(job: FilmJob, longest: int | None = None, overlap: int = OVERLAP) -> list[Segment]:
    """The shots of a film as segments, and shots of more than `longest` frames in several.

    Raises:
        SettingsError: a film that is a circle, which is one piece; or `longest` is not above `overlap`.
    """
    return segments_in(reel_of(job), job, longest, overlap)


def segments_in(
    reel: Reel, job: FilmJob, longest: int | None = None, overlap: int = OVERLAP
) -> list[Segment]:
    """`segments_of`, of a film that is read already."""
    if job.temporal.loop:
        raise SettingsError("a film with --loop is one piece: paint it without segments", names=("loop",))
    if longest is not None and not 0 < overlap < longest:
        raise SettingsError(
            f"segments of at most {longest} frames cannot have {overlap} in common: make them longer"
        )
    if job.settings.colour in ("match", "only"):  # whose palette is that of the shot's first frame
        longest = None
    found: list[Segment] = []
    for first, last in zip([0, *reel.cuts], [*reel.cuts, len(reel)], strict=True):
        begin, fades = first, 0
        while longest is not None and last - begin > longest:
            found.append(Segment(len(found), begin, begin + longest, fades))
            begin, fades = begin + longest - overlap, overlap
        found.append(Segment(len(found), begin, last, fades))
    return found


def part_of(job: FilmJob, reel: Reel, segment: Segment) -> FilmJob:
    """A segment as a film of its own."""
    stop = reel.times[segment.last] if segment.last < len(reel) else reel.stop
    return replace(job, start=reel.times[segment.first], stop=stop)


def paint_segment(job: FilmJob, segment: Segment, folder: Path) -> Path:
    """Paint a segment, or what is left of it, into a folder of its own; returns the folder."""
    painting = part_of(job, reel_of(job), segment).begin(folder)
    for _ in painting:
        pass
    return folder


def join_segments(
    job: FilmJob,
    segments: Sequence[Segment],
    folders: Sequence[Path],
    *,
    overwrite: bool = False,
    unfinished: bool = False,
    reel: Reel | None = None,
) -> int:
    """Write the film of segments that are painted, with its sound; returns the number of its frames.

    Args:
        job, segments, folders: of the film, and where each of its segments was painted.
        overwrite: whether a film that is there may be replaced.
        unfinished: whether a film of the first frames is written where a later one is not painted yet; nothing is, and
            0 returned, where the very first is not.
        reel: the film, where it is read already.

    Raises:
        CheckpointError: a segment is not painted to its end, and `unfinished` is not set.
        OutputError, SettingsError: as `FilmPainting.save`.
    """
    reel = reel_of(job) if reel is None else reel
    parts = [_Painted(job, segment, State(folder)) for segment, folder in zip(segments, folders, strict=True)]
    count = _painted(parts, len(reel))
    if count < len(reel) and not unfinished:
        state = next(one.state for one in parts if not one.complete)
        raise CheckpointError(f"'{state.folder}' is not painted to its end: paint that segment first")
    if not count:
        return 0
    size = parts[0].paint(0).shape[:2]
    styles = read_styles(list(job.styles))
    metadata = film_metadata(reel, styles, job.settings, job.temporal, job.keys, size, count)
    stop = None if count == len(reel) else reel.times[count]
    write_frames(
        *(job.output, job.codec, reel, size, metadata, _joined(reel, parts, count)),
        stop=stop,
        overwrite=overwrite,
    )
    return count


class _Painted:
    """The finished part of a segment."""

    def __init__(self, job: FilmJob, segment: Segment, state: State):
        self.segment, self.state = segment, state
        self._shown = final_visits(segment.last - segment.first, job.temporal.passes, job.temporal.loop)

    def has(self, number: int) -> bool:
        """Whether a frame of the film is painted."""
        return self.state.has_paint(self._shown[number - self.segment.first])

    @property
    def complete(self) -> bool:
        """Whether all of them are."""
        return all(self.has(number) for number in range(self.segment.first, self.segment.last))

    def paint(self, number: int) -> np.ndarray:
        """A frame of the film: uint8 [H, W, 3 or 4]."""
        return self.state.paint(self._shown[number - self.segment.first])


def _pieces(parts: Sequence[_Painted]) -> Iterator[tuple[int, _Painted, _Painted | None]]:
    """Each frame of the film, the part that shows it, and the part that fades in over it, None where none does."""
    for part, follows in zip(parts, [*parts[1:], None], strict=True):
        for number in range(part.segment.first + part.segment.fades, part.segment.last):
            fades = follows is not None and follows.segment.fades and number >= follows.segment.first
            yield number, part, follows if fades else None


def _painted(parts: Sequence[_Painted], count: int) -> int:
    """How many frames from the first on are painted."""
    for number, part, over in _pieces(parts):
        if not part.has(number) or (over is not None and not over.has(number)):
            return number
    return count


def _joined(reel: Reel, parts: Sequence[_Painted], count: int) -> Iterator[Frame]:
    for number, part, over in _pieces(parts):
        if number >= count:
            return
        pixels = part.paint(number)
        if over is not None:
            how_far = (number - over.segment.first + 1) / (over.segment.fades + 1)
            other = over.paint(number).astype(np.float32)
            pixels = np.round(pixels + how_far * (other - pixels)).astype(np.uint8)
        yield reel.painted(number, pixels)


def reel_of(job: FilmJob, note: Note = lambda _: None) -> Reel:
    """The film of a job, read through once."""
    return Reel(open_film(job.film, job.rate), job.start, job.stop, job.every, note)
