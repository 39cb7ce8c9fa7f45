"""What a painting yields: a `Step` while it is painted, a `Result` in the end."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from impasto.evaluation import Cost
from impasto.images.files import write_picture
from impasto.settings import Settings
from impasto.shapes import Image


@dataclass(frozen=True)
class Step:
    """One step of the solver.

    number: from 1, over all scales. scale: from 1, of `scales`. step: from 1 at this scale, of at most `steps`.
    size: height and width in pixels. seconds: painting time so far.
    done: part of the whole work, 0 to 1, counted in pixels.
    """

    number: int
    scale: int
    scales: int
    step: int
    steps: int
    size: tuple[int, int]
    cost: Cost
    seconds: float
    done: float
    _canvas: Image = field(repr=False)
    _shown: Callable[[Image], Image] = field(default=lambda canvas: canvas, repr=False)

    @property
    def image(self) -> Image:
        """A copy of the picture [1, 3, H, W] on the CPU, RGB in [0, 1], as it is when this is asked for.

        With the photograph's colours (`Settings.colour`) it is grey: `Painting.result()` gives the colours to it.
        """
        return self._shown(self._canvas.detach()).cpu().clone()


@dataclass(frozen=True)
class Result:
    """A finished painting, or one as far as it got.

    image: [1, 3, H, W] float32, RGB in [0, 1]. alpha: the photograph's [1, 1, H, W], or None when opaque.
    history: the cost at every step. stopped: why it ended. seconds: painting time.
    recipe: all that is needed to make it again; `save` puts it into the file.
    """

    image: Image
    alpha: Tensor | None
    history: list[Cost]
    stopped: str
    seconds: float
    settings: Settings
    weights: Mapping[str, Any]
    recipe: Mapping[str, Any]

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write a PNG, JPEG, TIFF or WebP with an sRGB profile, in `settings.bits` bits a channel.

        Raises OutputError when the file exists and `overwrite` is not set, or cannot be written;
        SettingsError when the format cannot hold that many bits. What stood there is then untouched.
        """
        write_picture(
            path,
            self.image,
            alpha=self.alpha,
            bits=self.settings.bits,
            recipe=self.recipe,
            overwrite=overwrite,
        )


class PartOfResult(Result):
    """The result of a process that is not the first of those that paint one picture together.

    image: its own rows of the canvas, [1, 3, rows, W], possibly none. alpha: None. `save` does nothing: the first
    process writes the file, so that one program serves all of them.
    """

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Nothing."""
