"""Masks: grey pictures of any size and depth that say how far something holds, from 0 (black) to 1 (white).

Values are weights and no light: they are averaged as they stand, and never picked by the nearest.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from impasto.errors import PictureError
from impasto.images.io.read import plain_pixels
from impasto.images.picture import Picture
from impasto.images.pixel_store import FULL_SCALE, Samples, strips
from impasto.images.resample import TRIANGLE, resampled_rows
from impasto.images.resize import fitted_size

BLACK = 0.02  # a mask that is nowhere above this is black: 5 of 255
COLORED, COLORED_PART = 0.1, 0.01
"""Channels this far apart, on more than this part of the picture, are colour and no noise."""
CERTAIN, CERTAIN_PART = 1.5, 0.01
"""Masks that add up to more than this overlap, when they do so on more than this part of the smaller of the two: soft
edges of two regions that were drawn apart add up to a little more than 1, and are divided by their sum."""
LEVELS = 65535
"""Weights are rounded to steps of a 65535th, so that white stays exactly 1 however it is resampled."""
CHECKED_SIDE = 512  # pixels of the long side at which overlap is looked for


class Mask:
    """A weight from 0 to 1 for each place of a picture.

    values: one a pixel, in the file's own steps. name, fingerprint: as those of a `Picture`.
    """

    def __init__(self, values: Samples, name: str, fingerprint: str):
        self.values, self.name, self.fingerprint = values, name, fingerprint
        self.height, self.width = values.height, values.width

    def __repr__(self) -> str:
        return f"Mask({self.name!r}, {self.width} x {self.height} pixels)"

    def rows(self, size: tuple[int, int], first: int, last: int) -> Tensor:
        """Rows `first` to `last` - 1 of the mask at `size`: float32 [last - first, W] in [0, 1].

        Each value is a mean over the area that it stands for (the triangle filter, widened when shrinking).
        """
        if first == last:
            return torch.empty(0, size[1])
        source = self.height, self.width
        read = self.values.reader()
        same = source == tuple(size)
        rows = read(first, last) if same else resampled_rows(read, source, size, first, last, TRIANGLE)
        return rows[0, 0].mul(LEVELS).round_().div_(LEVELS).clamp_(0, 1)


def read_mask(source: object, *, role: str = "mask") -> Mask:
    """Read a mask: any grey picture, of any depth and size. Alpha and profile are left aside, EXIF orientation is not.

    source, role: as for `read_picture`; arrays and tensors may be of type bool, too.
    Raises PictureError: it cannot be read, is in colour, or is black everywhere.
    """
    pixels, name, digest = plain_pixels(source, role)
    shown = described(role, name)
    full = FULL_SCALE.get(pixels.dtype, 1)
    grey = _grey(pixels, full, shown)
    if float(grey.max()) <= BLACK * full:
        raise PictureError(f"{shown} is black everywhere: make it white where it should hold")
    return Mask(Samples(grey), name, digest)


def check_aspect(mask: Mask, picture: Picture, role: str) -> None:
    """Check that a mask fits a picture: the same aspect, up to a pixel of rounding in either.

    Raises PictureError: it has another shape.
    """
    off = abs(mask.height * picture.width - mask.width * picture.height)
    if off <= max(mask.height, mask.width, picture.height, picture.width):
        return
    fitting = fitted_size(picture.height, picture.width, max(mask.height, mask.width))
    raise PictureError(
        f"{described(role, mask.name)} is {mask.width} x {mask.height} pixels, another shape than {picture.name} "
        f"({picture.width} x {picture.height}): {fitting[1]} x {fitting[0]} would fit, or any size of that shape"
    )


def region_rows(masks: Sequence[Mask], size: tuple[int, int], first: int, last: int) -> Tensor:
    """The weights of several regions, [regions, last - first, W], at most 1 together at each place.

    Where masks add up to more than 1 each is divided by the sum; where to less, the rest belongs to no region.
    """
    weights = torch.stack([mask.rows(size, first, last) for mask in masks])
    if len(masks) > 1:
        weights /= weights.sum(0).clamp_(min=1)
    return weights


def check_overlap(masks: Sequence[Mask], picture: Picture) -> None:
    """Check that masks of regions do not overlap, except at soft edges.

    Raises PictureError: two of them hold at the same places.
    """
    height, width = picture.height, picture.width
    size = fitted_size(height, width, min(max(height, width), CHECKED_SIDE))
    whole = [mask.rows(size, 0, size[0]) for mask in masks]
    for i, one in enumerate(whole):
        for j, other in enumerate(whole[:i]):
            shared = float(((one + other) > CERTAIN).sum())
            if shared > CERTAIN_PART * min(float(one.sum()), float(other.sum())):
                names = f"{_quoted(masks[j])} and {_quoted(masks[i])}"
                raise PictureError(
                    f"the masks {names} overlap on {shared / one.numel():.1%} of the picture: where one is white the "
                    "other has to be black (edges may be soft)"
                )


def _quoted(mask: Mask) -> str:
    return mask.name if mask.name.startswith("the ") else f"'{mask.name}'"


def described(role: str, name: str) -> str:
    """A picture as messages name it; those in memory are called "the mask (an array)" already."""
    return name if name.startswith("the ") else f"the {role} '{name}'"


def _grey(pixels: np.ndarray, full: float, name: str) -> np.ndarray:
    """[H, W, 1]; the mean of channels that are nearly equal."""
    if pixels.shape[2] == 1:
        return pixels
    height, width, _ = pixels.shape
    grey, colored = np.empty((height, width, 1), pixels.dtype), 0
    for first, last in strips(height, width):
        strip = pixels[first:last].astype(np.float32)
        colored += int((np.ptp(strip, axis=2) > COLORED * full).sum())
        mean = strip.mean(axis=2, keepdims=True)
        grey[first:last] = mean if full == 1 else np.round(mean)
    if colored > COLORED_PART * height * width:
        raise PictureError(
            f"{name} is in colour; a mask is grey, white where it holds: for a map of coloured regions "
            "use --regions (regions=... in Python)"
        )
    return grey
