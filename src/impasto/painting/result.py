"""What a painting yields: a `Step` while it is painted, a `Result` in the end."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor

from impasto.errors import SettingsError
from impasto.images.io.read import write_picture
from impasto.images.picture import Picture
from impasto.objective.evaluation import Cost
from impasto.settings import Settings
from impasto.tensor_types import Image

if TYPE_CHECKING:
    from impasto.measures.report import Report


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
    pictures: what it was painted from, by role; `report` compares with them.
    """

    image: Image
    alpha: Tensor | None
    history: list[Cost]
    stopped: str
    seconds: float
    settings: Settings
    weights: Mapping[str, Any]
    recipe: Mapping[str, Any]
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False, compare=False)

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

    def report(self, *, identity: bool = True) -> "Report":
        """Measure it beside its two parents; see `impasto.report`.

        identity: whether to paint for the identity test, which takes some seconds more.
        """
        import impasto  # a report stands on a higher shelf, and is asked for by its public name

        return impasto.report(self, identity=identity)


class PartOfResult(Result):
    """The result of a process that is not the first of those that paint one picture together.

    image: its own rows of the canvas, [1, 3, rows, W], possibly none. alpha: None. `save` does nothing: the first
    process writes the file, so that one program serves all of them. `report` raises SettingsError.
    """

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Nothing."""

    def report(self, *, identity: bool = True) -> "Report":
        """Refused: the first process alone has the whole picture."""
        raise SettingsError(
            "this process has only some rows of the picture: ask the result of the first process (rank 0) for a report"
        )
