"""A film of pictures: a folder of them, or a pattern of their names."""

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

import impasto
from impasto.errors import PictureError
from impasto.files.readable import fingerprint, opened
from impasto.video.film import About, Frame, Note
from impasto.video.numbered import pictures_of


class Pictures:
    """A film of pictures: those of a folder, or that a pattern such as shot-*.png or shot-%04d.png names.

    Args:
        path: the folder or the pattern.
        rate: frames a second.

    Raises:
        PictureError: there is none, or one cannot be read.
    """

    def __init__(self, path: Path, rate: Fraction):
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
        """The frames, as `Film.frames` says; a picture that cannot be read is noted and left out."""
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
