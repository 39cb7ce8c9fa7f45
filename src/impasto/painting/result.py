"""The result of a painting that ended or was stopped: the picture, its history, and how it was made."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from impasto.evaluation import Cost
from impasto.images.io.formats import format_of
from impasto.images.io.write import checked_planes, steps_image, write_picture
from impasto.images.picture import Picture, png
from impasto.settings import Settings
from impasto.tensor_types import Image

_SHOWN = Path("as a notebook shows it.png")


@dataclass(frozen=True, repr=False)
class Result:
    """A finished painting, or one as far as it got.

    image: [1, 3, H, W] float32, RGB in [0, 1]. alpha: the photograph's [1, 1, H, W], or None when opaque.
    history: the cost at every step. stopped: why it ended. seconds: painting time.
    metadata: all that is needed to make it again; `save` puts it into the file.
    pictures: what it was painted from, by role; `impasto.report` compares with them.
    """

    image: Image
    alpha: Tensor | None
    history: list[Cost]
    stopped: str
    seconds: float
    settings: Settings
    weights: Mapping[str, Any]
    metadata: Mapping[str, Any]
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False, compare=False)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write a PNG, JPEG, TIFF or WebP with an sRGB profile, in `settings.bits` bits a channel.

        Raises:
            OutputError: the file exists and `overwrite` is not set, or cannot be written.
            SettingsError: the format cannot hold that many bits. A file that was there is untouched in either case.
        """
        write_picture(
            path,
            self.image,
            alpha=self.alpha,
            bits=self.settings.bits,
            metadata=self.metadata,
            overwrite=overwrite,
        )

    def __repr__(self) -> str:
        height, width = self.image.shape[-2:]
        return f"{type(self).__name__}({width} x {height} pixels, {len(self.history)} steps, {self.stopped})"

    def _repr_png_(self) -> bytes | None:
        """The picture as a notebook shows it."""
        planes = checked_planes(self.image, self.alpha, _SHOWN)
        return png(steps_image(*planes, bits=8, known=format_of(_SHOWN)))


class PartOfResult(Result):
    """The result of a process that is not the first of those that paint one picture together.

    image: its own rows of the canvas, [1, 3, rows, W], possibly none. alpha: None. `save` does nothing: the first
    process writes the file, so that one program serves all of them.
    """

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Do nothing: the first process writes the file."""

    def _repr_png_(self) -> None:
        """Nothing: its rows are not a picture."""
