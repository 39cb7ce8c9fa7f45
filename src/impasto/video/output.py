"""Painted frames become what was asked for: a film in a file, or a folder of pictures."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from impasto.video.codecs import codec_of
from impasto.video.film import Frame
from impasto.video.folder import write_folder
from impasto.video.reel import Reel
from impasto.video.write import Target, write_film


def write_frames(
    path: Path,
    codec: str | None,
    reel: Reel,
    size: tuple[int, int],
    metadata: Mapping[str, Any],
    frames: Iterable[Frame],
    *,
    stop: Fraction | None = None,
    overwrite: bool = False,
) -> None:
    """Write the painted frames of a reel.

    path, codec, overwrite: as for `FilmPainting.save`, which says what is raised. size: height and width. stop: seconds
    of the film at which they end, where that is not the end of the reel.
    """
    kind = codec_of(path, codec)
    if kind is None:
        write_folder(path, frames, overwrite)
        return
    to = Target(path, kind, size, reel.start, reel.stop if stop is None else stop, metadata, overwrite)
    write_film(to, reel.film, frames)
