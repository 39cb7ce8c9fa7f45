"""Costs on the picture itself: weighted sums over its pixels, without the network.

    J_k(G) = weight * unit * sum_p f_k(G, p)

f_k(G, p) looks at pixel p and at most `halo` rows around it. Such a sum can be taken strip by strip, so it is exact in
tiles and among processes. Total variation (`total_variation.py`) is one, holding a picture (`Hold`) another.
"""

import hashlib
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from impasto.errors import SettingsError
from impasto.images.io.read import read_picture
from impasto.images.mask import check_aspect, read_mask
from impasto.images.picture import Picture
from impasto.images.resize import rows_at
from impasto.tensor_types import Span


class PictureRows(NamedTuple):
    """Which rows of a picture a tensor holds.

    size: height and width of the whole picture, in pixels. seen: the rows that the tensor holds. own: those of them
    that the sum goes over.
    """

    size: tuple[int, int]
    seen: Span
    own: Span


@dataclass(frozen=True)
class CanvasScale:
    """The properties of a scale that an image cost may use.

    size: height and width of the canvas, in pixels. own: the rows of it that this process owns.
    content: gives rows of the content image [1, 3, rows, W] at this size. total: adds a number up over all processes.
    """

    size: tuple[int, int]
    own: Span
    device: torch.device
    content: Callable[[Span], Tensor]
    total: Callable[[float], float]


class ImageCost:
    """A cost of your own on pixels, once you derive a class from it: `Stylizer(settings, costs=[MyCost()])`.

    weight: what the cost is multiplied by in J, at least 0; Painting.adjust does not change it.
    halo: how many rows beyond its own the derivative by a row depends on.
    bytes_per_pixel: what the cost holds in memory for each pixel of the canvas; the memory plan counts it.
    part, factor: of impasto's own costs: the part of J that they are reported in, and what J multiplies that part by.

    >>> class Brightness(ImageCost):  # J = weight * mean of G
    ...     def unit(self, size):
    ...         return 1 / (3 * size[0] * size[1])
    ...     def evaluate(self, image, rows):
    ...         own = image[:, :, rows.own.within(rows.seen)]
    ...         return float(own.sum()), torch.ones_like(own)
    """

    weight: float = 1.0
    halo: int = 0
    bytes_per_pixel: int = 0
    part: Literal["content", "style", "variation", "custom"] = "custom"
    factor: float = 1.0

    def at(self, scale: CanvasScale) -> "ImageCost":
        """The cost as it is at one scale: itself, unless it has something to resize or to measure first."""
        return self

    def recoloured(self, change: Callable[[Picture], Picture]) -> "ImageCost":
        """The cost for a canvas whose pictures are recoloured by `change`: itself, unless it compares with one."""
        return self

    def unit(self, size: tuple[int, int]) -> float:
        """The factor of the sum, such as 1 / (3 H W) for a mean over all values."""
        return 1.0

    def evaluate(self, image: Tensor, rows: PictureRows) -> tuple[float, Tensor]:
        """The sum over the own rows, and the derivative of the whole picture's sum by them.

        Args:
            image: [1, 3, seen rows, W], RGB in [0, 1], not to be changed.
            rows: which rows of the picture `image` holds, and which of them to sum over.

        Returns:
            The sum as a number, and a tensor [1, 3, own rows, W].
        """
        raise NotImplementedError

    def fingerprint(self) -> str:
        """An identification for checkpoints; override it where class and fields do not tell two costs apart."""
        return fingerprint(self)


class Hold(ImageCost):
    """The pull of a painting to a picture: J_hold = weight * mean(mask (G - picture)^2), over all 3 H W values.

    Ruder, Dosovitskiy and Brox (arXiv 1604.08610), equation 6, hold a frame to the one before it like this.

    Args:
        picture: a path, PIL image, array [H, W, 3] or tensor [3, H, W]; resized to every scale.
        mask: a grey picture of the same shape, white (1) where the picture is held and black (0) where it is not;
            None: it is held everywhere.
        weight: at least 0. With the recipe `glaze` 100 holds loosely, 10000 firmly.

    Raises:
        PictureError: a picture or mask cannot be used.
        SettingsError: the weight is not a number from 0 on.
    """

    bytes_per_pixel = 16

    def __init__(self, picture: object, mask: object | None = None, weight: float = 1000.0):
        self.weight = check_weight("Hold", weight)
        self._picture = read_picture(picture, role="picture to hold")
        self._mask = None if mask is None else read_mask(mask, role="mask of what to hold")
        if self._mask is not None:
            check_aspect(self._mask, self._picture, "mask of what to hold")

    def at(self, scale: CanvasScale) -> ImageCost:
        """The picture and the mask at the size of a scale."""
        picture = rows_at(self._picture, scale.size, *scale.own).to(scale.device)
        mask = None if self._mask is None else self._mask.rows(scale.size, *scale.own).to(scale.device)
        return HoldAtScale(picture, mask, self.weight, scale.own)

    def recoloured(self, change: Callable[[Picture], Picture]) -> ImageCost:
        """This cost with its picture recoloured: with the setting colour="photograph" only lightness is painted."""
        other = copy(self)
        other._picture = change(self._picture)
        return other

    def fingerprint(self) -> str:
        """Class, weight, and the pictures' fingerprints."""
        mask = "none" if self._mask is None else self._mask.fingerprint[:16]
        return f"Hold(mask={mask}, picture={self._picture.fingerprint[:16]}, weight={self.weight!r})"


class HoldAtScale(ImageCost):
    """`Hold` at one scale. picture [1, 3, rows, W], mask [rows, W] or None: the rows `first` of the canvas."""

    def __init__(self, picture: Tensor, mask: Tensor | None, weight: float, first: Span):
        self.weight, self._picture, self._mask, self._first = weight, picture, mask, first

    def unit(self, size: tuple[int, int]) -> float:
        """The share of one of all 3 H W values."""
        return 1 / (3 * size[0] * size[1])

    def evaluate(self, image: Tensor, rows: PictureRows) -> tuple[float, Tensor]:
        """The sum of mask (G - picture)^2 and its derivative."""
        here = rows.own.within(self._first)
        difference = image[:, :, rows.own.within(rows.seen)] - self._picture[:, :, here]
        pull = difference if self._mask is None else difference * self._mask[here]
        return float((pull * difference).sum(dtype=torch.float64)), 2 * pull


def check_weight(name: str, weight: object) -> float:
    """The weight of a cost. Raises SettingsError for anything but a number from 0 to 1e30."""
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1e30:
        raise SettingsError(f"the weight of {name} must be a number from 0 to 1e+30, got {weight!r}")
    return float(weight)


def check_halo(cost: ImageCost) -> None:
    """Raises SettingsError for a halo that is no whole number from 0 on."""
    if isinstance(cost.halo, bool) or not isinstance(cost.halo, int) or cost.halo < 0:
        raise SettingsError(
            f"the halo of {type(cost).__name__} must be a number of rows from 0 on, got {cost.halo!r}"
        )


def strips_of(own: Span, width: int, values: int = 2**20) -> Sequence[Span]:
    """`own` in strips of about so many values, for a picture of this width."""
    rows = max(1, values // (3 * width))
    return [Span(first, min(first + rows, own.stop)) for first in range(own.start, own.stop, rows)]


def fingerprint(cost: object) -> str:
    """An identification, the same everywhere: the class, and all fields that are numbers, texts or tensors."""
    own = {name: getattr(cost, name) for name in ("layer", "weight") if hasattr(cost, name)} | vars(cost)
    return f"{type(cost).__name__}({', '.join(f'{name}={_in_words(own[name])}' for name in sorted(own))})"


def _in_words(value: Any) -> str:
    if isinstance(value, Tensor):
        data = value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
        return f"tensor {list(value.shape)} {hashlib.sha256(data).hexdigest()[:16]}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_in_words, value))}]"
    return repr(value) if isinstance(value, str | bool | int | float | None) else type(value).__name__
