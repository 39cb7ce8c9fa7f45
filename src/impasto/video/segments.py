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
from fractions import Fraction
from pathlib import Path

import numpy as np

from impasto.errors import CheckpointError, SettingsError
from impasto.inputs.inputs import read_styles
from impasto.video.film import Frame
from impasto.video.job import FilmJob
from impasto.video.metadata import film_metadata
from impasto.video.open_film import open_film
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
    if job.temporal.loop:
        raise SettingsError("a film with --loop is one piece: paint it without segments", names=("loop",))
    if longest is not None and not 0 < overlap < longest:
        raise SettingsError(
            f"segments of at most {longest} frames cannot have {overlap} in common: make them longer"
        )
    if job.settings.colour in ("match", "only"):  # whose palette is that of the shot's first frame
        longest = None
    reel = _reel(job)
    found: list[Segment] = []
    for first, last in zip([0, *reel.cuts], [*reel.cuts, len(reel)], strict=True):
        begin, fades = first, 0
        while longest is not None and last - begin > longest:
            found.append(Segment(len(found), begin, begin + longest, fades))
            begin, fades = begin + longest - overlap, overlap
        found.append(Segment(len(found), begin, last, fades))
    return found


def paint_segment(job: FilmJob, segment: Segment, folder: Path) -> Path:
    """Paint a segment, or what is left of it, into a folder of its own; returns the folder."""
    reel = _reel(job)
    part = replace(job, start=reel.times[segment.first], stop=_end(reel, segment))
    painting = part.begin(folder)
    for _ in painting:
        pass
    return folder


def join_segments(
    job: FilmJob, segments: Sequence[Segment], folders: Sequence[Path], *, overwrite: bool = False
) -> Path:
    """Write the film of segments that are painted, with its sound; returns its path.

    Raises:
        CheckpointError: a segment is not painted to its end.
        OutputError, SettingsError: as `FilmPainting.save`.
    """
    reel = _reel(job)
    states = [State(folder) for folder in folders]
    for segment, state in zip(segments, states, strict=True):
        for number in _shown(job, segment):
            if not state.has_paint(number):
                raise CheckpointError(f"'{state.folder}' is not painted to its end: paint that segment first")
    size = states[0].paint(0).shape[:2]
    metadata = film_metadata(
        reel, read_styles(list(job.styles)), job.settings, job.temporal, job.keys, size, len(reel)
    )
    frames = _joined(job, reel, segments, states)
    write_frames(job.output, job.codec, reel, size, metadata, frames, overwrite=overwrite)
    return job.output


def _joined(
    job: FilmJob, reel: Reel, segments: Sequence[Segment], states: Sequence[State]
) -> Iterator[Frame]:
    shown = [_shown(job, segment) for segment in segments]
    for i, segment in enumerate(segments):
        follows = segments[i + 1] if i + 1 < len(segments) else None
        for number in range(segment.first + segment.fades, segment.last):
            pixels = states[i].paint(shown[i][number - segment.first])
            if follows is not None and follows.fades and number >= follows.first:
                other = states[i + 1].paint(shown[i + 1][number - follows.first])
                part = (number - follows.first + 1) / (follows.fades + 1)
                pixels = np.round(pixels + part * (other.astype(np.float32) - pixels)).astype(np.uint8)
            alpha = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
            yield Frame(
                reel.times[number], np.ascontiguousarray(pixels[..., :3]), alpha, reel[number].duration
            )


def _shown(job: FilmJob, segment: Segment) -> list[int]:
    """For each frame of a segment the number of its last visit."""
    from impasto.video.order import final_visits

    return final_visits(segment.last - segment.first, job.temporal.passes, job.temporal.loop)


def _reel(job: FilmJob) -> Reel:
    return Reel(open_film(job.film, job.rate), job.start, job.stop, job.every, lambda _: None)


def _end(reel: Reel, segment: Segment) -> Fraction | None:
    return reel.times[segment.last] if segment.last < len(reel) else reel.stop
