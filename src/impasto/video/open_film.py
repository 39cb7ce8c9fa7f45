"""Opening a film from a path."""

from fractions import Fraction
from pathlib import Path

from impasto.errors import PictureError
from impasto.video.film import Film
from impasto.video.film_file import FilmFile
from impasto.video.numbered import is_pattern
from impasto.video.pictures import Pictures
from impasto.video.temporal import DEFAULT_RATE


def open_film(path: Path, rate: Fraction | None = None) -> Film:
    """The film at a path: a file, a folder of pictures, or a pattern of their names.

    rate: frames a second of pictures; None for DEFAULT_RATE. Raises PictureError for what cannot be read as a film, and
    for a rate that is given for a file, which has its own.
    """
    if path.is_dir() or is_pattern(path):
        return Pictures(path, rate or Fraction(DEFAULT_RATE))
    if rate is not None:
        raise PictureError(
            f"the film '{path}' has a frame rate of its own: a rate is for a folder of pictures"
        )
    return FilmFile(path)
