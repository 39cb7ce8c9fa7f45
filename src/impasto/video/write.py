"""A painted film becomes a file: pictures coded, sound copied packet by packet, times as in the film it comes from."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from impasto.errors import OutputError, PictureError
from impasto.files.atomic_write import replacing
from impasto.video.codecs import Codec
from impasto.video.coding import from_rgb
from impasto.video.film import About, Film, Frame
from impasto.video.film_file import FilmFile

_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".avi": "avi", ".nut": "nut"}
RECIPE = "impasto"
"""The prefix of the comment in a film's file, before the JSON of its metadata."""


@dataclass(frozen=True)
class Target:
    """Where a film goes: a file, its codec, the part of the film that was painted, and what the file says of itself.

    size: height and width, in pixels. start, stop: seconds of the film; stop None for its end.
    """

    path: Path
    codec: Codec
    size: tuple[int, int]
    start: Fraction
    stop: Fraction | None
    metadata: Mapping[str, Any]
    overwrite: bool = False


def write_film(target: Target, film: Film, frames: Iterable[Frame]) -> None:
    """Write a film whole or not at all.

    film: whose sound is copied, and whose times and colours hold. frames: in order, of the target's size.

    Raises:
        OutputError: it exists and may not be replaced, cannot be written, or its kind does not hold the sound.
    """
    import av

    with replacing(target.path, target.overwrite) as file:
        try:
            kind = _FORMATS[target.path.suffix.lower()]
            options = {"fflags": "+bitexact"}  # no random number of the file, no time of day
            if kind in ("mp4", "mov"):
                options["movflags"] = "+faststart"  # the index first: a player can begin while it loads
            with av.open(file, "w", format=kind, options=options) as out:
                out.metadata["comment"] = f"{RECIPE} {json.dumps(target.metadata, sort_keys=True)}"
                _mux(out, target, film, frames)
        except av.FFmpegError as error:
            raise OutputError(
                f"'{target.path}' could not be written ({error.strerror}), nothing was changed: is the disk full?"
            ) from None


def read_film_metadata(path: Path) -> dict[str, Any]:
    """The metadata of a film that impasto painted.

    Raises:
        PictureError: it is no film, or carries none.
    """
    with FilmFile(path).streams() as (container, _):
        comment = next((v for k, v in container.metadata.items() if k.lower() == "comment"), "")
    try:
        word, text = comment.split(" ", 1)
        metadata = json.loads(text) if word == RECIPE else None
    except ValueError:
        metadata = None
    if not isinstance(metadata, dict):
        raise PictureError(
            f"'{path}' carries no metadata: impasto did not paint it, or another program removed it"
        )
    return metadata


def _mux(out: Any, target: Target, film: Film, frames: Iterable[Frame]) -> None:
    about = film.about
    stream = _video_stream(out, target, about)
    with _sound(target, film) as (sounds, packets):
        copies = {}
        for one in sounds:
            try:
                copies[one.index] = out.add_stream_from_template(one)
            except (ValueError, OSError):
                raise OutputError(
                    f"'{target.path}' does not hold the film's sound ({one.codec_context.name}): "
                    "end it in .mov or .mkv, which hold nearly any"
                ) from None
        waiting = next(packets, None)
        for frame in frames:
            while waiting is not None and _begins(waiting) - target.start <= frame.time - target.start:
                _copy(out, waiting, copies, target.start)
                waiting = next(packets, None)
            for packet in stream.encode(_encodable(frame, target, about, stream)):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
        while waiting is not None:
            _copy(out, waiting, copies, target.start)
            waiting = next(packets, None)


def _video_stream(out: Any, target: Target, about: About) -> Any:
    height, width = target.size
    stream = out.add_stream(target.codec.encoder, rate=about.rate, options=dict(target.codec.options))
    stream.width, stream.height = width, height
    stream.pix_fmt = _pixel_format(target, about)
    context = stream.codec_context
    stream.time_base = context.time_base = about.time_base
    if about.pixel_shape != 1:
        context.sample_aspect_ratio = about.pixel_shape
    if not target.codec.rgb:
        context.colorspace = about.colours.matrix(about.size[0])
        context.color_range = 2 if about.colours.full_range else 1
    context.color_primaries, context.color_trc = about.colours.primaries, about.colours.transfer
    return stream


def _pixel_format(target: Target, about: About) -> str:
    if about.transparent and target.codec.clear:
        return target.codec.clear
    return target.codec.odd if target.size[0] % 2 or target.size[1] % 2 else target.codec.pixels


def _encodable(frame: Frame, target: Target, about: About, stream: Any) -> Any:
    pixels, codec, colours = frame.pixels, target.codec, about.colours
    if about.transparent:
        alpha = np.full(pixels.shape[:2], 255, np.uint8) if frame.alpha is None else frame.alpha
        pixels = np.dstack([pixels, alpha]) if codec.clear else on_white(pixels, alpha)
    matrix = None if codec.rgb else colours.matrix(about.size[0])
    made = from_rgb(pixels, stream.pix_fmt, matrix, full_range=colours.full_range)
    made.time_base = about.time_base
    made.pts = round((frame.time - target.start) / about.time_base)
    if frame.duration is not None:
        made.duration = max(1, round(frame.duration / about.time_base))
    return made


def on_white(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """A transparent picture composited onto white, in coded values as browsers show it: uint8 [H, W, 3]."""
    part = alpha[..., None].astype(np.float32) / 255
    return np.round(pixels * part + 255 * (1 - part)).astype(np.uint8)


@contextmanager
def _sound(target: Target, film: Film) -> Iterator[tuple[list[Any], Iterator[Any]]]:
    """The film's sound tracks, and their packets in the painted part."""
    if not isinstance(film, FilmFile) or not film.about.sound:
        yield [], iter(())
        return
    with film.streams() as (container, _):
        streams = list(container.streams.audio)

        def packets() -> Iterator[Any]:
            if target.start > 0:
                container.seek(int(target.start * 1_000_000))
            for packet in container.demux(*streams):
                if packet.dts is None or packet.size == 0:
                    continue
                time = _begins(packet)
                if (target.start > 0 and time < target.start) or (
                    target.stop is not None and time >= target.stop
                ):
                    continue
                yield packet

        yield streams, packets()


def _begins(packet: Any) -> Fraction:
    return packet.dts * Fraction(packet.time_base)


def _copy(out: Any, packet: Any, copies: Mapping[int, Any], start: Fraction) -> None:
    """A packet as it is, with its time counted from where the painted part begins."""
    copy = copies[packet.stream.index]
    offset = round(start / Fraction(packet.time_base))
    packet.dts -= offset
    if packet.pts is not None:
        packet.pts -= offset
    packet.stream = copy
    out.mux(packet)
