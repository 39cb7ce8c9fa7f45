"""What measures take, three pictures at common sizes; and what they give, a small table of numbers, explained."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from impasto.errors import PictureError
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.images.picture import Picture
from impasto.images.pixel_store import Rows, Samples, strips
from impasto.images.resample import LANCZOS, filter_matrix
from impasto.images.resize import fitted_size, resize_picture
from impasto.tensor_types import Image, ResizedImage

RESULT, PHOTOGRAPH, PAINTING = "result", "photograph", "painting"
"""The names of the three pictures, as columns."""
ASPECT_TOLERANCE = 0.05
"""How far the result's aspect may be from the photograph's: other programs round sides to whole strides."""


@dataclass(frozen=True)
class ComparedImages:
    """Result and photograph at the result's size, the painting at the size whose brushwork was asked for.

    All [1, 3, H, W], sRGB in [0, 1], on the CPU; style may differ in size.
    """

    result: Image
    content: Image
    style: ResizedImage

    @classmethod
    def of(cls, result: Image, content: Picture, style: Picture, style_scale: float) -> "ComparedImages":
        """The painting has the result's long side times `style_scale`, and at most its own size.

        Raises PictureError when the result's aspect is not the photograph's.
        """
        height, width = result.shape[2:]
        _check_aspect(height, width, content)
        wanted = max(1, round(max(height, width) * style_scale))
        own = max(style.height, style.width)
        size = fitted_size(style.height, style.width, min(wanted, own))
        return cls(
            result.detach().float().cpu(),
            resize_picture(content, (height, width)).rgb,
            resize_picture(style, size).rgb,
        )

    @classmethod
    def plain(cls, result: Image, content: Picture, style: Picture, most: int) -> "ComparedImages":
        """The three as most programs would resize them, so that figures can be compared with those of others.

        Lanczos' filter on coded values; the result's own size, or a long side of `most` pixels. The painting's long
        side is as long, whatever the style scale, and enlarged if need be. Raises PictureError for another aspect.
        """
        height, width = result.shape[2:]
        _check_aspect(height, width, content)
        long_side = min(most, max(height, width))
        size = fitted_size(height, width, long_side)
        return cls(
            _lanczos(Samples.of(result), size),
            _lanczos(content.colors, size),
            _lanczos(style.colors, fitted_size(style.height, style.width, long_side)),
        )

    @cached_property
    def labs(self) -> tuple[Tensor, Tensor, Tensor]:
        """OKLab of result, photograph and painting; lightness is the first channel, 0 black to 1 white."""
        return oklab(self.result), oklab(self.content), oklab(self.style)

    @property
    def lightness(self) -> tuple[Tensor, Tensor, Tensor]:
        """OKLab's lightness [1, 1, H, W] of result, photograph and painting."""
        result, content, style = self.labs
        return result[:, :1], content[:, :1], style[:, :1]


@dataclass(frozen=True)
class Measure:
    """One measure.

    name: a few words. unit: of its numbers; "" for a pure number.
    sentence: what is measured, and which value would be a fault. source: the paper, or what else it rests on.
    values: numbers by row and column.
    """

    name: str
    unit: str
    sentence: str
    source: str
    values: Mapping[str, Mapping[str, float]]

    @property
    def columns(self) -> list[str]:
        """Every column that some row has, in order."""
        return list(dict.fromkeys(column for row in self.values.values() for column in row))

    def column(self, name: str) -> list[float]:
        """The numbers of one column, from the first row to the last."""
        return [row[name] for row in self.values.values() if name in row]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


@dataclass(frozen=True)
class Report:
    """The measures of a result, compared with its two parents.

    about: names and sizes of the three pictures, and the settings they were measured with; JSON-able.
    measures: in the order in which they are shown. notes: what a reader has to know of this very report.
    images: the three pictures that were compared.
    """

    about: Mapping[str, Any]
    measures: tuple[Measure, ...]
    notes: tuple[str, ...]
    images: ComparedImages

    def __getitem__(self, name: str) -> Measure:
        """The measure of that name; raises KeyError when there is none."""
        for one in self.measures:
            if one.name == name:
                return one
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the pictures, JSON-able."""
        return {
            "about": dict(self.about),
            "notes": list(self.notes),
            "measures": [one.as_dict() for one in self.measures],
        }


def relative(value: float, reference: float, least: float = 0.0) -> float:
    """value / reference; the value itself where the reference is at most `least`, such as a flat picture's."""
    return value / reference if reference > least else value


def oklab(image: Tensor) -> Tensor:
    """OKLab [1, 3, H, W] of sRGB in [0, 1]."""
    return oklab_from_linear(linear_from_srgb(image))


def _lanczos(picture: Samples, size: tuple[int, int]) -> Tensor:
    """[1, 3, *size] in [0, 1]."""
    if (picture.height, picture.width) == size:
        return picture.whole().expand(-1, 3, -1, -1).contiguous()
    down = _filtered(picture.reader(), picture.height, picture.width, size[0])
    across = _filtered(lambda first, last: down.mT[:, :, first:last], picture.width, size[0], size[1])
    return across.mT.expand(-1, 3, -1, -1).clamp(0, 1).contiguous()


def _filtered(rows: Rows, height: int, width: int, wanted: int) -> Tensor:
    """`wanted` rows of the `height` that are read strip by strip; each strip adds to those that it reaches."""
    weights = filter_matrix(height, wanted, LANCZOS)
    out = torch.zeros(1, rows(0, 1).shape[1], wanted, width)
    for first, last in strips(height, width):
        reached = weights[:, first:last].any(dim=1).nonzero()[:, 0].tolist() or [0]
        low, high = reached[0], reached[-1] + 1
        out[:, :, low:high] += weights[low:high, first:last] @ rows(first, last)
    return out


def _check_aspect(height: int, width: int, content: Picture) -> None:
    ratio = (width / height) / (content.width / content.height)
    rounding = 1 + 1 / min(height, width)
    if not 1 / (1 + ASPECT_TOLERANCE) / rounding <= ratio <= (1 + ASPECT_TOLERANCE) * rounding:
        raise PictureError(
            f"the result is {width} x {height} pixels, {content.name} {content.width} x {content.height}: they are "
            "compared place by place and need one shape; crop the photograph as the result is cropped"
        )
