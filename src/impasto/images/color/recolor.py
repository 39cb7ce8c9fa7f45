"""Pictures with other colours: mapped as a whole, or with the light of one picture and the colour of another."""

import numpy as np
import torch
from torch import Tensor

from impasto.images.color.gamut import compressed, srgb_from_oklab
from impasto.images.color.palette import LinearMap
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.images.picture import Picture
from impasto.images.pixel_store import Rows, Samples, is_large, stored, strips
from impasto.images.resize.resize import picture_rows


def map_colors(picture: Picture, change: LinearMap, *, grayscale: bool = False) -> Picture:
    """`picture` with its colours mapped in OKLab; its alpha, name and fingerprint stay.

    Lightness beyond black and white bends (`gamut.compressed`), and colours that sRGB cannot show lose chroma, not
    hue. In float32; a large picture in 16 bits. grayscale: all colours are mapped to greys, and one channel is stored.
    """
    size, channels = (picture.height, picture.width), 1 if grayscale else 3
    mapped = _mapped(picture, change)
    extremes = torch.tensor([mapped(*rows)[:, 0].aminmax() for rows in strips(*size)])
    low, high = float(extremes[:, 0].min()), float(extremes[:, 1].max())
    array = np.empty((*size, channels), np.uint16 if is_large(*size) else np.float32)
    for first, last in strips(*size):
        oklab = mapped(first, last)
        oklab[:, :1] = compressed(oklab[:, :1], low, high)
        rgb = srgb_from_oklab(oklab)[0, :channels].permute(1, 2, 0)
        array[first:last] = stored(rgb.numpy(), array.dtype)
    return Picture(Samples(array), picture.opacity, picture.name, picture.fingerprint)


def _mapped(picture: Picture, change: LinearMap) -> Rows:
    colors = picture.colors.reader(linear_from_srgb)
    return lambda first, last: change(oklab_from_linear(colors(first, last).expand(-1, 3, -1, -1)))


def take_colors(canvas: Tensor, photograph: Picture, size: tuple[int, int], first: int = 0) -> Tensor:
    """Give `canvas` the photograph's colours, in place, and return it: L stays its own, a and b are the photograph's.

    Where sRGB cannot show the photograph's chroma at the canvas's lightness, it is as much as can be shown.

    canvas: float32 [1, 3, n, W] on the CPU, rows from `first` of a picture of `size`.
    """
    for begin, end in strips(canvas.shape[2], canvas.shape[3]):
        rows = canvas[:, :, begin:end]
        rgb, _ = picture_rows(photograph, size, first + begin, first + end)
        rows.copy_(with_colors_of(rows, rgb))
    return canvas


def with_colors_of(light: Tensor, rgb: Tensor) -> Tensor:
    """The lightness L of `light` with the colours a and b of `rgb`, both [1, 3, H, W] in [0, 1]; a new tensor."""
    L = oklab_from_linear(linear_from_srgb(light))[:, :1]
    color = oklab_from_linear(linear_from_srgb(rgb))[:, 1:]
    return srgb_from_oklab(torch.cat([L, color], dim=1))
