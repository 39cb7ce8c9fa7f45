"""A film that is read: its frames, upright, in sRGB's coding, with their times; and what is to be known before.

A film is a file of any format that FFmpeg reads (PyAV carries it), a folder of pictures, or a pattern of their names.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from impasto.errors import PictureError
from impasto.files.readable import check_regular, fingerprint, opened
from impasto.video.coding import to_rgb

HIGH_DEFINITION = 720
"""Rows from which a film without colour tags is taken to be coded by BT.709; below, by BT.601."""
_BT709, _BT601 = 1, 6  # as H.273 numbers them
_UNSPECIFIED = 2
_SMALLEST = 8

Note = Callable[[str], None]
"""Is told what is wrong with a film, but not the end."""


@dataclass(frozen=True)
class Frame:
    """One frame. time: its begin, in seconds from the film's own zero. pixels: uint8 [H, W, 3], RGB.

    alpha: uint8 [H, W], None when opaque. duration: in seconds, None where the film does not say.
    """

    time: Fraction
    pixels: np.ndarray
    alpha: np.ndarray | None = None
    duration: Fraction | None = None


@dataclass(frozen=True)
class Colours:
    """How a film codes its colours, as ITU-T H.273 numbers it; 2 stands for what the film does not say."""

    space: int = _UNSPECIFIED
    primaries: int = _UNSPECIFIED
    transfer: int = _UNSPECIFIED
    full_range: bool = False

    def matrix(self, height: int) -> int:
        """The number of the matrix between RGB and YCbCr: the film's, or the one that players assume."""
        if self.space not in (0, _UNSPECIFIED):
            return self.space
        return _BT709 if height >= HIGH_DEFINITION else _BT601


@dataclass(frozen=True)
class About:
    """What is known of a film before it is read.

    size: height and width of the upright frame, in pixels. rate: frames a second, on average. time_base: the unit of
    times, in seconds. count: how many frames, about; None where nobody knows. seconds: length, likewise. sound: whether
    there is a sound track. transparent: whether frames have an alpha channel. pixel_shape: width of a pixel divided by
    its height.
    """

    name: str
    size: tuple[int, int]
    rate: Fraction
    time_base: Fraction
    count: int | None
    seconds: float | None
    sound: bool = False
    transparent: bool = False
    colours: Colours = field(default_factory=Colours)
    pixel_shape: Fraction = Fraction(1)


class Film(Protocol):
    """What can be painted."""

    path: Path

    @property
    def about(self) -> About:
        """What is known before the frames are read."""
        ...

    def frames(self, start: Fraction, stop: Fraction | None, note: Note) -> Iterator[Frame]:
        """The frames that begin from `start` on and before `stop`, in seconds; damaged ones are noted and left out."""
        ...

    def fingerprint(self) -> str:
        """SHA-256 of all that the frames are made of, in hex."""
        ...


class FilmFile:
    """A film in one file.

    Raises:
        PictureError: it cannot be opened, or has no picture in it.
    """

    def __init__(self, path: Path):
        check_regular(path, "film", PictureError)
        self.path = path
        with self._opened() as (container, stream):
            self.about = _about(path, container, stream)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Any, Any]]:
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
        """As `Film.frames` says."""
        matrix = self.about.colours.matrix(self.about.size[0])
        with self._opened() as (container, stream):
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


class Pictures:
    """A film of pictures: those of a folder, or that a pattern such as shot-*.png or shot-%04d.png names.

    Args:
        path: the folder or the pattern.
        rate: frames a second.

    Raises:
        PictureError: there is none, or one cannot be read.
    """

    def __init__(self, path: Path, rate: Fraction):
        from impasto.video.numbered import pictures_of

        self.path, self._rate, self._files = path, rate, pictures_of(path)
        first = self._read(self._files[0])
        self.about = About(
            name=str(path),
            size=first.pixels.shape[:2],
            rate=rate,
            time_base=1 / rate,
            count=len(self._files),
            seconds=float(len(self._files) / rate),
            transparent=first.alpha is not None,
        )

    def frames(self, start: Fraction, stop: Fraction | None, note: Note) -> Iterator[Frame]:
        """As `Film.frames` says; a picture that cannot be read is noted and left out."""
        for number, file in enumerate(self._files):
            time = number / self._rate
            if time < start:
                continue
            if stop is not None and time >= stop:
                return
            try:
                frame = self._read(file, time)
            except PictureError as error:
                note(f"{error}; it is left out: the one before it stays")
                continue
            if frame.pixels.shape[:2] != self.about.size:
                (height, width), (h, w) = self.about.size, frame.pixels.shape[:2]
                raise PictureError(
                    f"the picture '{file}' is {w} x {h} pixels and the first of the film {width} x {height}: "
                    "give them one size"
                )
            yield frame

    def _read(self, file: Path, time: Fraction = Fraction(0)) -> Frame:
        import impasto

        picture = impasto.read_picture(file, role="frame")
        rgb, alpha = picture.rgb[0].permute(1, 2, 0).numpy(), picture.alpha
        plain = None if alpha is None else np.round(alpha[0, 0].numpy() * 255).astype(np.uint8)
        return Frame(time, np.round(rgb * 255).astype(np.uint8), plain, 1 / self._rate)

    def fingerprint(self) -> str:
        """SHA-256 of the names and bytes of all pictures, in hex."""
        digest = hashlib.sha256()
        for file in self._files:
            with opened(file, f"the frame '{file}'", PictureError) as handle:
                digest.update(f"{file.name}\0{fingerprint(handle)}\n".encode())
        return digest.hexdigest()


DEFAULT_RATE = Fraction(25)
"""Frames a second of a film that is given as pictures, unless the user says otherwise."""


def open_film(path: Path, rate: Fraction | None = None) -> Film:
    """The film at a path: a file, a folder of pictures, or a pattern of their names.

    rate: frames a second of pictures; None for DEFAULT_RATE. Raises PictureError for what cannot be read as a film, and
    for a rate that is given for a file, which has its own.
    """
    from impasto.video.numbered import is_pattern

    if path.is_dir() or is_pattern(path):
        return Pictures(path, rate or DEFAULT_RATE)
    if rate is not None:
        raise PictureError(
            f"the film '{path}' has a frame rate of its own: a rate is for a folder of pictures"
        )
    return FilmFile(path)


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
    rate = Fraction(stream.average_rate or stream.guessed_rate or DEFAULT_RATE)
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
