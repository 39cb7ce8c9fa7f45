"""Sizes, resampled pictures, and the fine detail that a smaller size loses. Sizes are (height, width) in pixels."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from impasto.errors import SettingsError
from impasto.images.color.spaces import linear_from_srgb, srgb_from_linear
from impasto.images.picture import SMALLEST_SIDE, Picture
from impasto.images.pixel_store import Rows, strips
from impasto.images.resample import BICUBIC, TRIANGLE, resampled_rows

_HIDDEN_WEIGHT = 1e-3
"""The weight of a fully transparent pixel, relative to an opaque one: it counts only where no other does."""


def fitted_size(height: int, width: int, long_side: int) -> tuple[int, int]:
    """The size with the same aspect whose longer side is exactly `long_side`; the other is rounded, >= 1.

    >>> fitted_size(600, 800, 400)
    (300, 400)

    Raises SettingsError: a side or `long_side` is below 1.
    """
    if min(height, width, long_side) < 1:
        sizes = f"{height} x {width} to a long side of {long_side}"
        raise SettingsError(f"cannot fit {sizes}: use at least 1 pixel")
    longer, shorter = max(height, width), min(height, width)
    other = max(1, (2 * shorter * long_side + longer) // (2 * longer))  # rounded, halves up
    return (other, long_side) if width >= height else (long_side, other)


def scale_ladder(
    height: int, width: int, long_side: int, scales: int | None, factor: float, smallest: int
) -> list[tuple[int, int]]:
    """The sizes of a coarse-to-fine painting of a content picture, coarsest first; the last is `long_side` long.

    scales: how many sizes, 1 or more, whatever `smallest` says; None for as many as have `smallest` pixels or more on
    the long side. factor: each long side is the next finer one divided by this; above 1.
    Raises SettingsError for more `scales` than fit above 8 pixels a side.

    >>> scale_ladder(600, 800, 800, scales=None, factor=2, smallest=150)
    [(150, 200), (300, 400), (600, 800)]
    """
    ladder = [fitted_size(height, width, long_side)]
    while scales is None or len(ladder) < scales:
        longer = max(ladder[0])
        coarser = min(round(longer / factor), longer - 1)
        size = fitted_size(height, width, max(coarser, 1))
        too_small = min(size) < SMALLEST_SIDE
        if scales is None and (coarser < smallest or too_small):
            break
        if too_small:
            raise SettingsError(
                f"{scales} scales by {factor:g} below {long_side} pixels end under {SMALLEST_SIDE} a side: "
                f"use at most {len(ladder)}"
            )
        ladder.insert(0, size)
    return ladder


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Resample an image [1, C, H, W] as it is: bicubic (Keys, a = -1/2), widened when shrinking, clipped to [0, 1].

    For a canvas, which is optimised in coded values; some rows at a time it is enlarged_rows, and for pictures see
    resize_picture. Differentiable; the same object comes back when the size is already right.
    """
    if tuple(image.shape[-2:]) == tuple(size):
        return image
    out = functional.interpolate(image, size=size, mode="bicubic", antialias=True, align_corners=False)
    return out.clamp(0, 1)


def enlarged_rows(
    coarse: Tensor, there: int, before: tuple[int, int], size: tuple[int, int], first: int, last: int
) -> Tensor:
    """Rows `first` to `last` - 1 of what resize makes of an image of the size `before`, in the memory of these rows.

    coarse: [1, C, n, W] in [0, 1]: the image's rows from `there` on, at least those of source_rows.
    Returns a new tensor [1, C, last - first, size[1]] of coarse's device.
    """

    def read(begin: int, end: int) -> Tensor:
        return coarse[:, :, begin - there : end - there]

    if first == last or before == size:
        return read(first, last).clone() if first < last else coarse.new_empty(1, 3, 0, size[1])
    return resampled_rows(read, before, size, first, last, BICUBIC).clamp_(0, 1)


def source_rows(first: int, last: int, height: int, before: int) -> tuple[int, int]:
    """The rows that are needed, of an image of `before`, to make rows `first` to `last` - 1 of it at `height` rows."""
    if first == last:
        return 0, 0
    scale = before / height
    reach = BICUBIC.radius * max(scale, 1) + 1
    begin = math.floor((first + 0.5) * scale - reach)
    end = math.ceil((last - 0.5) * scale + reach)
    return max(0, begin), min(before, end)


def resize_picture(picture: Picture, size: tuple[int, int]) -> Picture:
    """Resample a photograph or painting as light, strip by strip; the same object comes back when the size is right.

    Shrinking averages light, so it is done in linear light: thin bright lines keep their energy and fine
    texture its brightness. Enlarging averages nothing and stays in coded values, where bicubic's small
    overshoots are evenly visible; in linear light they would darken the shadows next to an edge.
    Transparent pixels count by their alpha, so that none of their colour leaks into what is visible.
    """
    if (picture.height, picture.width) == tuple(size):
        return picture
    rgb, alpha = picture_rows(picture, size, 0, size[0])
    return Picture(rgb, alpha, picture.name, picture.fingerprint)


def rows_at(picture: Picture, size: tuple[int, int], first: int, last: int, *, light: bool = True) -> Tensor:
    """Rows `first` to `last` - 1 of `resize_picture(picture, size).rgb`, [1, 3, last - first, W]; not to be changed.

    light: as for picture_rows.
    """
    if first == last:
        return torch.empty(1, 3, 0, size[1])
    if (picture.height, picture.width) == tuple(size):
        return picture.colors.reader()(first, last).expand(-1, 3, -1, -1).contiguous()
    key = tuple(size), first, last, light
    return picture.resized.get(key, lambda: picture_rows(picture, size, first, last, light=light)[0])


def alpha_at(picture: Picture, size: tuple[int, int]) -> Tensor | None:
    """`resize_picture(picture, size).alpha`, without its colours: [1, 1, H, W]; None when opaque."""
    if picture.opacity is None or (picture.height, picture.width) == tuple(size):
        return picture.alpha
    alpha = torch.empty(1, 1, *size)
    for first, last in strips(*size):
        rows = picture_rows(picture, size, first, last)[1]
        assert rows is not None
        alpha[:, :, first:last] = rows
    return alpha


def picture_rows(
    picture: Picture, size: tuple[int, int], first: int, last: int, *, light: bool = True
) -> tuple[Tensor, Tensor | None]:
    """Rows `first` to `last` - 1 of what resize_picture gives: of the picture only what they need is read.

    light: whether shrinking averages light; False: coded values, as VGG-19's training pictures were shrunk.
    Returns rgb [1, 3, last - first, W] and alpha [1, 1, last - first, W] or None when opaque, float32 in [0, 1].
    """
    source = picture.height, picture.width
    shrinking = light and (size[0] < picture.height or size[1] < picture.width)
    rows = picture.colors.reader(linear_from_srgb if shrinking else None)
    alpha = None
    if picture.opacity is None:
        rgb = resampled_rows(rows, source, size, first, last, BICUBIC)
    else:
        weighted = _weighted(rows, picture.opacity.reader())
        # The triangle filter has no negative lobes: a quotient of two bicubic sums can run away near alpha 0.
        both = resampled_rows(weighted, source, size, first, last, TRIANGLE)
        rgb, alpha = both[:, :-1], both[:, -1:]
    for a, b in strips(last - first, size[1]):
        strip = rgb[:, :, a:b]
        if alpha is not None:
            strip = strip / (alpha[:, :, a:b] + _HIDDEN_WEIGHT)
        strip = strip.clamp(0, 1)
        rgb[:, :, a:b] = srgb_from_linear(strip) if shrinking else strip
    return rgb.expand(-1, 3, -1, -1).contiguous(), None if alpha is None else alpha.clamp_(0, 1)


def _weighted(rgb: Rows, alpha: Rows) -> Rows:
    """Reads colours times their weight, and alpha after them."""

    def rows(first: int, last: int) -> Tensor:
        opacity = alpha(first, last)
        return torch.cat([rgb(first, last) * (opacity + _HIDDEN_WEIGHT), opacity], dim=1)

    return rows


@dataclass(frozen=True)
class FineDetail:
    """The fine detail that `picture` shows at `size` and not at the size `coarse`.

    It is never there as a whole, because a canvas may be gigabytes: it is made for some rows at a time.
    """

    picture: Picture
    size: tuple[int, int]
    coarse: tuple[int, int]

    def rows(self, first: int, last: int) -> Tensor:
        """Rows `first` to `last` - 1: [1, 3, last - first, W] on the CPU, values in [-1, 1]."""
        begin, end = source_rows(first, last, self.size[0], self.coarse[0])
        coarse = rows_at(self.picture, self.coarse, begin, end)
        lost = enlarged_rows(coarse, begin, self.coarse, self.size, first, last)
        return rows_at(self.picture, self.size, first, last) - lost

    def squares(self, first: int, last: int) -> float:
        """The sum of the squares of all values in these rows."""
        rows = (self.rows(first + a, first + b) for a, b in strips(last - first, self.size[1]))
        return sum(float(strip.square().sum(dtype=torch.float64)) for strip in rows)


def detail_share(photograph: float, painting: float) -> float:
    """How much of the photograph's fine detail suits the painting, 0 to 1, given both details' root mean squares.

    The share at which the photograph's detail is as strong as the painting's own, and 1 when it is weaker: a soft
    painting takes the grain off a crisp photograph, a crisp one leaves it alone.

    >>> detail_share(0.2, 0.1), detail_share(0.1, 0.2), detail_share(0.0, 0.0)
    (0.5, 1.0, 1.0)
    """
    return 1.0 if photograph <= painting else painting / photograph
