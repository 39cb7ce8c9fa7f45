"""A film in a file of any format that FFmpeg reads; PyAV carries it."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from impasto.errors import PictureError
from impasto.files.readable import check_regular, fingerprint, opened
from impasto.video.coding import to_rgb
from impasto.video.film import About, Colours, Frame, Note
from impasto.video.temporal import DEFAULT_RATE

_SMALLEST = 8


class FilmFile:
    """A film in one file.

    Raises:
        PictureError: it cannot be opened, or has no picture in it.
    """

    def __init__(self, path: Path):
        check_regular(path, "film", PictureError)
        self.path = path
        with self.streams() as (container, stream):
            self.about = _about(path, container, stream)

    @contextmanager
    def streams(self) -> Iterator[tuple[Any, Any]]:
        """The film opened by PyAV, a container and its stream of pictures; raises PictureError as the class."""
        import av

        try:
            container = av.open(str(self.path))
        except (av.FFmpegError, OSError) as error:
            raise PictureError(
                f"the film '{self.path}' cannot be read ({_reason(error)}): give a film, or a folder of pictures"
            ) from None
        with container:
            # A cover picture of a song is a video stream of one picture.
            films = [one for one in container.streams.video if not _is_cover(one)]
            if not films:
                raise PictureError(f"the film '{self.path}' has no picture in it, only {_others(container)}")
            yield container, films[0]

    def frames(self, start: Fraction, stop: Fraction | None, note: Note) -> Iterator[Frame]:
        """The frames, as `Film.frames` says."""
        matrix = self.about.colours.matrix(self.about.size[0])
        with self.streams() as (container, stream):
            stream.thread_type = "AUTO"
            if start > 0:
                container.seek(int(start / stream.time_base), stream=stream)
            due: Fraction | None = None
            for frame in self._decoded(container, stream, note):
                time = due if frame.pts is None else frame.pts * Fraction(frame.time_base)
                time = Fraction(0) if time is None else time
                length = frame.duration * Fraction(frame.time_base) if frame.duration else None
                due = time + (length or 1 / self.about.rate)
                if stop is not None and time >= stop:
                    return
                if time < start:
                    continue
                if frame.is_corrupt:
                    note(self._damaged(float(time)))
                    continue
                yield Frame(time, *_pixels(frame, matrix, self.about), length)

    def _decoded(self, container: Any, stream: Any, note: Note) -> Iterator[Any]:
        import av

        last = 0.0
        try:
            for packet in container.demux(stream):
                try:
                    decoded = packet.decode()
                except av.FFmpegError:
                    note(self._damaged(last if packet.pts is None else float(packet.pts * packet.time_base)))
                    continue
                for frame in decoded:
                    last = last if frame.time is None else frame.time
                    yield frame
        except av.FFmpegError as error:
            note(f"'{self.path}' cannot be read beyond {last:.2f} s ({_reason(error)}): the film ends there")

    def _damaged(self, seconds: float) -> str:
        return f"the frame at {seconds:.2f} s of '{self.path}' is damaged and is left out: the one before it stays"

    def fingerprint(self) -> str:
        """SHA-256 of the file, in hex."""
        with opened(self.path, f"the film '{self.path}'", PictureError) as file:
            return fingerprint(file)


def _about(path: Path, container: Any, stream: Any) -> About:
    first = next(_first_frames(container, stream), None)
    if first is None:
        raise PictureError(f"the film '{path}' has no frame that can be read: is it whole?")
    context = stream.codec_context
    height, width = first.height, first.width
    if first.rotation % 180:
        height, width = width, height
    if min(height, width) < _SMALLEST:
        raise PictureError(
            f"the film '{path}' is {width} x {height} pixels; each side must have at least {_SMALLEST}"
        )
    rate = Fraction(stream.average_rate or stream.guessed_rate or Fraction(DEFAULT_RATE))
    seconds = _seconds(container, stream)
    shape = Fraction(context.sample_aspect_ratio or 1) or Fraction(1)
    return About(
        name=str(path),
        size=(height, width),
        rate=rate,
        time_base=Fraction(stream.time_base or 1 / rate),
        count=stream.frames or (None if seconds is None else max(1, round(seconds * rate))),
        seconds=seconds,
        sound=bool(container.streams.audio),
        transparent=any(part.is_alpha for part in first.format.components),
        colours=Colours(
            int(first.colorspace),
            int(first.color_primaries),
            int(first.color_trc),
            int(first.color_range) == 2,
        ),
        pixel_shape=1 / shape if first.rotation % 180 else shape,
    )


def _first_frames(container: Any, stream: Any) -> Iterator[Any]:
    import av

    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _seconds(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration else None


def _pixels(frame: Any, matrix: int, about: About) -> tuple[np.ndarray, np.ndarray | None]:
    """The upright RGB pixels of a decoded frame, and its alpha."""
    found = to_rgb(frame, matrix, alpha=about.transparent)
    upright = np.ascontiguousarray(np.rot90(found, round(frame.rotation / 90)))
    if not about.transparent:
        return upright, None
    alpha = np.ascontiguousarray(upright[..., 3])
    return np.ascontiguousarray(upright[..., :3]), None if (alpha == 255).all() else alpha


def _is_cover(stream: Any) -> bool:
    return "attached_pic" in str(getattr(stream, "disposition", "")).lower()


def _others(container: Any) -> str:
    kinds = sorted({stream.type for stream in container.streams})
    return " and ".join(kinds) or "nothing"


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
