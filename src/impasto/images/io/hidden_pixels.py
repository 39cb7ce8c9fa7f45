"""The colours of a picture where it is transparent."""

import torch
from torch import Tensor
from torch.nn import functional

from impasto.images.pixel_store import Samples, is_large, strips
from impasto.images.resample import TRIANGLE, resampled_rows

_Level = tuple[Tensor, Tensor]  # colours times weight [1, 1 or 3, h, w], and the weight [1, 1, h, w]


def fill_hidden(rgb: Samples, alpha: Samples) -> Samples:
    """The picture with the visible colours continued smoothly under alpha = 0, and unchanged elsewhere.

    Files have rubbish there, mostly black. The whole picture is painted, and the painter sees a neighbourhood: black or
    white behind an outline would be painted as a dark or pale fringe inside it. So each hidden pixel takes the colour
    of its visible surroundings, from the finest level of an alpha-weighted pyramid that sees any ("push-pull": Gortler
    et al., The Lumigraph, 1996).

    rgb: three values a pixel or one of grey, straight. A large picture is filled in place, in the steps it is stored
    in; a smaller one comes back as a copy in float32.
    """
    size = alpha.height, alpha.width
    seen = alpha.reader()
    hidden, visible = False, False
    for first, last in strips(*size):
        shown = seen(first, last) > 0
        hidden, visible = hidden or not bool(shown.all()), visible or bool(shown.any())
    if not (hidden and visible):
        return rgb
    filled = rgb if is_large(*size) else Samples.of(rgb.whole().clone())
    spread = _spread(_pyramid(rgb, alpha))
    for first, last in strips(*size):
        under = seen(first, last) <= 0
        if under.any():
            filled.put(first, last, _enlarged(spread, size, first, last).clamp(0, 1), under)
    return filled


def _pyramid(rgb: Samples, alpha: Samples) -> list[_Level]:
    """The levels from half the size down to the first one at which something is visible everywhere."""
    half = (alpha.height + 1) // 2, (alpha.width + 1) // 2
    finest = torch.empty(1, rgb.array.shape[2], *half), torch.empty(1, 1, *half)
    colors, opacity = rgb.reader(), alpha.reader()
    for first, last in strips(alpha.height, alpha.width):
        weight = opacity(first, last)
        part = slice(first // 2, (last + 1) // 2)  # strips have an even number of rows
        finest[0][:, :, part] = _halve(colors(first, last) * weight)
        finest[1][:, :, part] = _halve(weight)
    levels = [finest]
    while not bool((levels[-1][1] > 0).all()):
        weighted, weight = levels[-1]
        levels.append((_halve(weighted), _halve(weight)))
    return levels


def _halve(image: Tensor) -> Tensor:
    return functional.avg_pool2d(image, 2, ceil_mode=True)


def _spread(levels: list[_Level]) -> Tensor:
    """The colours of the finest level; those it does not see come from the coarser ones."""
    weighted, weight = levels.pop()
    colors = weighted.div_(weight)
    while levels:
        weighted, weight = levels.pop()
        size = weight.shape[2], weight.shape[3]
        for first, last in strips(*size):
            mine, by = weighted[:, :, first:last], weight[:, :, first:last]
            around = _enlarged(colors, size, first, last)
            mine.copy_(torch.where(by > 0, mine / by.where(by > 0, torch.ones_like(by)), around))
        colors = weighted  # in its place: at 100 megapixels every level counts
    return colors


def _enlarged(coarse: Tensor, size: tuple[int, int], first: int, last: int) -> Tensor:
    there = coarse.shape[2], coarse.shape[3]
    return resampled_rows(lambda a, b: coarse[:, :, a:b], there, size, first, last, TRIANGLE)
