"""Pictures with other colours: palettes, linear maps from one palette to another, and pictures mapped by them.

A palette is the mean and covariance of a picture's colours.

Both are taken in OKLab: there a distance is about as large as it looks, so that the map, which of all linear ones
moves the colours least, moves them least to the eye.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from impasto.images.color.spaces import compressed, linear_from_srgb, oklab_from_linear, srgb_from_oklab
from impasto.images.picture import Picture
from impasto.images.pixel_store import Rows, Samples, is_large, stored, strips
from impasto.images.resize import picture_rows

LEAST_VARIANCE = 1e-5
"""A palette with less than this along some axis is taken to have so much: a standard deviation of 0.003, which
nobody sees, is not to be blown up to colours (Gatys et al. 2017 add this much)."""
_UNSEEN = 1e-30
"""The weight of a hidden pixel: nothing, unless all are hidden."""


@dataclass(frozen=True)
class Palette:
    """mean [3] and covariance [3, 3] of L, a and b over a picture, float64."""

    mean: Tensor
    covariance: Tensor


@dataclass(frozen=True)
class LinearMap:
    """x -> matrix (x - before) + after, for OKLab colours; float64 [3, 3], [3], [3]."""

    matrix: Tensor
    before: Tensor
    after: Tensor

    def __call__(self, oklab: Tensor) -> Tensor:
        """Colours [..., 3, H, W], mapped; they may leave what can be shown."""
        before, after = (one.to(oklab).view(3, 1, 1) for one in (self.before, self.after))
        return torch.einsum("dc,...chw->...dhw", self.matrix.to(oklab), oklab - before) + after


def palette_of(picture: Picture) -> Palette:
    """The palette of what is visible: each pixel counts by its alpha. Strip by strip, summed in float64."""
    colors = picture.colors.reader(linear_from_srgb)
    opacity = None if picture.opacity is None else picture.opacity.reader()
    sums = torch.zeros(4, 4, dtype=torch.float64)
    for first, last in strips(picture.height, picture.width):
        oklab = oklab_from_linear(colors(first, last).expand(-1, 3, -1, -1))[0].flatten(1).double()
        x = torch.cat([torch.ones_like(oklab[:1]), oklab])
        weighted = x if opacity is None else x * (opacity(first, last).flatten().double() + _UNSEEN)
        sums += weighted @ x.T
    mean = sums[1:, 0] / sums[0, 0]
    return Palette(mean, sums[1:, 1:] / sums[0, 0] - torch.outer(mean, mean))


def mixed(palettes: Sequence[Palette], weights: Sequence[float]) -> Palette:
    """The palette of several pictures together, each counting by its weight.

    >>> grey, spread = torch.full((3,), 0.5, dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    >>> both = mixed([Palette(grey, spread), Palette(-grey, spread)], [1.0, 1.0])
    >>> both.mean.tolist(), both.covariance[0].tolist()
    ([0.0, 0.0, 0.0], [1.25, 0.25, 0.25])
    """
    shares = [weight / sum(weights) for weight in weights]
    mean, covariance = torch.zeros(3).double(), torch.zeros(3, 3).double()
    for share, one in zip(shares, palettes, strict=True):
        mean += share * one.mean
    for share, one in zip(shares, palettes, strict=True):
        covariance += share * (one.covariance + torch.outer(one.mean - mean, one.mean - mean))
    return Palette(mean, covariance)


def linear_match(source: Palette, target: Palette) -> LinearMap:
    """The linear map that gives a picture with the palette `source` the mean and covariance of `target`.

    T = S^(-1/2) (S^(1/2) C S^(1/2))^(1/2) S^(-1/2),   S, C: covariance of source and target

    the Monge-Kantorovich map between two Gaussians (Pitie and Kokaram 2007), symmetric: no hue turns further than it
    must. It is the identity when both are the same. Below LEAST_VARIANCE the covariance stays smaller than C.

    >>> flat = torch.zeros(3, dtype=torch.float64)
    >>> wide, narrow = (Palette(flat, s * torch.eye(3, dtype=torch.float64)) for s in (0.04, 0.01))
    >>> torch.diag(linear_match(wide, narrow).matrix).tolist()
    [0.5, 0.5, 0.5]
    """
    root, inverse = (_power(source.covariance, p, LEAST_VARIANCE) for p in (0.5, -0.5))
    middle = _power(root @ target.covariance @ root, 0.5, 0.0)
    return LinearMap(inverse @ middle @ inverse, source.mean, target.mean)


def lightness_match(source: Palette, target: Palette) -> LinearMap:
    """The linear map that gives L alone the mean and variance of `target`; the colours become neutral greys.

    L' = s_C / s_S (L - m_S) + m_C of means m and standard deviations s (Gatys et al. 2016, "Preserving Color").
    """
    ratio = target.covariance[0, 0].clamp(min=0) / source.covariance[0, 0].clamp(min=LEAST_VARIANCE)
    L = _L()
    return LinearMap(torch.diag(L * ratio.sqrt()), source.mean, target.mean * L)


def lightness_only() -> LinearMap:
    """Keeps L and makes every colour a neutral grey."""
    L = _L()
    return LinearMap(torch.diag(L), torch.zeros_like(L), torch.zeros_like(L))


def _L() -> Tensor:
    return torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)


def _power(matrix: Tensor, exponent: float, least: float) -> Tensor:
    """A power of a symmetric matrix [3, 3] whose eigenvalues are taken to be at least `least`."""
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * values.clamp(min=least) ** exponent) @ vectors.T


def map_colors(picture: Picture, change: LinearMap, *, grayscale: bool = False) -> Picture:
    """`picture` with its colours mapped in OKLab; its alpha, name and fingerprint stay.

    Lightness beyond black and white bends (`spaces.compressed`), and colours that sRGB cannot show lose chroma, not
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
