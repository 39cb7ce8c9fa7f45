"""The underpainting: the photograph in the colours that the painting has at similar places.

A painter lays in large areas of colour first: sky where the sky will be, dark where it is dark. Which place of the
painting lends its colour to which place of the photograph is an optimal transport between both, on a coarse grid. The
coupling P >= 0 of places p of C and q of S minimises

    sum P c + eps sum P log P + rho KL(sum_p P | mass of S),    sum_q P = 1/N

(entropic and unbalanced: Cuturi, arXiv 1306.0895; Chizat, Peyre, Schmitzer and Vialard, arXiv 1607.05816), with

    c(p, q) = 1 - cos(a_C(p), a_S(q)) + HEIGHT (y_p - y_q)^2 + LIGHT (r_p - r_q)^2 + HUE |k_p - k_q|^2

a: activations of relu4_1, less their mean; y: height in the picture, from 0 to 1; r: rank of the
lightness among the picture's places, from 0 to 1; k: OKLab's a and b, in units of HUE_UNIT. A place gets the mean
colour of its partners. The photograph's finer lightness is laid over that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.images.color.gamut import srgb_from_oklab
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.images.masks.mask import Mask, region_rows
from impasto.images.picture import Picture
from impasto.images.resize.resize import fitted_size, resize, rows_at
from impasto.inputs.inputs import Inputs, Region
from impasto.tensor_types import Image
from impasto.vgg.vgg19 import VGG19

SIDE = 192
"""Both pictures are compared with this long side, in pixels, on the grid of relu4_1: 24 x 18 places."""
LARGEST = 1024
"""A larger one is made with this long side, and enlarged: it takes next to no memory then."""
LAYER = "relu4_1"
HEIGHT, LIGHT, HUE, HUE_UNIT = 3.0, 0.6, 0.3, 0.15
EPS, RHO, ITERATIONS = 0.02, 0.047, 100
FINE_CHROMA = 0.3
"""Part of the photograph's own fine differences of colour that stays."""
MOST_CONTRAST, LEAST_CONTRAST = 1.5, 0.5
"""The photograph's fine lightness is multiplied by the ratio of both pictures' contrasts, within these."""
_MARGIN, _STRIDE, _LEAST = 48, 8, 1e-300
"""Pixels of mirrored margin, so that corners do not resemble corners; stride of the grid; what no divisor is below."""


def underpainting(encoder: VGG19, inputs: Inputs, size: tuple[int, int]) -> Image:
    """The photograph [1, 3, *size] in the colours of similar places of its styles, on the CPU.

    Each region takes those of its own styles; what belongs to no region takes a mixture of all.
    """
    if max(size) > LARGEST:
        return resize(underpainting(encoder, inputs, fitted_size(*size, LARGEST)), size).clamp_(0, 1)
    photograph = rows_at(inputs.content, size, 0, size[0], light=False)
    content = _Places.of(encoder, inputs.content, None)
    spread = [_lab(_small(one.picture)).flatten(2).std(2).norm() for one in inputs.styles]
    found = [
        _painted(photograph, content, _partners(encoder, inputs, one), spread, one) for one in inputs.regions
    ]
    if not inputs.masks:
        return found[0]
    weights = region_rows(inputs.masks, size, 0, size[0])
    weights = torch.cat([weights, 1 - weights.sum(0, keepdim=True).clamp(max=1)])
    found.append(torch.stack(found).mean(0))
    return (weights[:, None, None] * torch.stack(found)).sum(0).clamp(0, 1)


@dataclass(frozen=True, eq=False)
class _Places:
    """The places of one picture, or of several: what is compared of them.

    a: activations, unit vectors [N, n_C]. height, rank, mass: [N]. lab: [N, 3]. grid: height and width.
    """

    a: Tensor
    height: Tensor
    rank: Tensor
    lab: Tensor
    mass: Tensor
    grid: tuple[int, int]

    @classmethod
    def of(cls, encoder: VGG19, picture: Picture, mask: Mask | None, weight: float = 1.0) -> "_Places":
        """The places of a picture; mask: what each counts."""
        image = _small(picture)
        padded = F.pad(image, [_MARGIN] * 4, mode="reflect")
        with torch.no_grad():
            wide = encoder(padded.to(encoder.device), layers=[LAYER])[LAYER]
        edge, grid = _MARGIN // _STRIDE, (-(-image.shape[2] // _STRIDE), -(-image.shape[3] // _STRIDE))
        rows, columns = (slice(edge, edge + side) for side in grid)
        flat = wide[0, :, rows, columns].cpu().flatten(1).T.double()
        a = F.normalize(flat - flat.mean(0), dim=1)
        lab = F.interpolate(_lab(image), size=grid, mode="area")[0].flatten(1).T.double()
        height = torch.linspace(0, 1, grid[0]).double()[:, None].expand(grid).flatten()
        rank = lab[:, 0].argsort(stable=True).argsort().double() / len(lab)
        mass = torch.ones(len(lab), dtype=torch.float64)
        if mask is not None:
            mass = mask.rows(grid, 0, grid[0]).double().flatten() + 1e-9
        return cls(a, height, rank, lab, weight * mass / mass.sum(), grid)

    def joined(self, others: Sequence["_Places"]) -> "_Places":
        """The places of several pictures as those of one."""
        all_of = [self, *others]
        a, height, rank, lab, mass = (
            torch.cat([getattr(one, name) for one in all_of])
            for name in ("a", "height", "rank", "lab", "mass")
        )
        return _Places(a, height, rank, lab, mass / mass.sum(), self.grid)


def _small(picture: Picture) -> Tensor:
    size = fitted_size(picture.height, picture.width, SIDE)
    size = (max(size[0], _MARGIN + 1), max(size[1], _MARGIN + 1))
    return rows_at(picture, size, 0, size[0], light=False).expand(-1, 3, -1, -1)


def _lab(image: Tensor) -> Tensor:
    return oklab_from_linear(linear_from_srgb(image))


def _partners(encoder: VGG19, inputs: Inputs, region: Region) -> _Places:
    first, *others = (
        _Places.of(encoder, inputs.styles[number].picture, mask, inputs.styles[number].weight + 1e-9)
        for number, mask in zip(region.styles, region.style_masks, strict=True)
    )
    return first.joined(others)


def _painted(
    photograph: Image, content: _Places, style: _Places, spread: Sequence[Tensor], region: Region
) -> Image:
    """The photograph in the colours that its places' partners have."""
    colors = coupling(_distances(content, style), style.mass) @ style.lab
    grid, size = content.grid, photograph.shape[2:]
    coarse = colors.T.reshape(1, 3, *grid).to(photograph)
    lab = _lab(photograph.expand(-1, 3, -1, -1))
    even = F.interpolate(F.interpolate(lab, size=grid, mode="area"), size=size, mode="bicubic")
    wanted = sum(float(spread[number]) for number in region.styles) / len(region.styles)
    own = float(lab.flatten(2).std(2).norm())
    contrast = min(max(wanted / max(own, 1e-6), LEAST_CONTRAST), MOST_CONTRAST)
    fine = (lab - even) * lab.new_tensor([contrast, FINE_CHROMA, FINE_CHROMA]).view(3, 1, 1)
    return srgb_from_oklab(F.interpolate(coarse, size=size, mode="bicubic") + fine).clamp(0, 1)


def _distances(content: _Places, style: _Places) -> Tensor:
    """c [N, M]."""
    cost = 1 - content.a @ style.a.T
    cost = cost + HEIGHT * (content.height[:, None] - style.height).square()
    cost = cost + LIGHT * (content.rank[:, None] - style.rank).square()
    chroma = torch.cdist(content.lab[:, 1:] / HUE_UNIT, style.lab[:, 1:] / HUE_UNIT)
    return cost + HUE * chroma.square()


def coupling(cost: Tensor, mass: Tensor) -> Tensor:
    """P [N, M] times N, so that each row sums to 1, by Sinkhorn's iteration; cost: c [N, M], mass: of S [M].

    In float64, whose range holds the kernel: c differs by less than 10 within a row.
    """
    kernel = torch.exp((cost.amin(1, keepdim=True) - cost) / EPS)
    of_style, power = torch.ones_like(mass), RHO / (RHO + EPS)
    for _ in range(ITERATIONS):
        of_content = 1 / (len(cost) * (kernel @ of_style)).clamp_min(_LEAST)
        of_style = (mass / (of_content @ kernel).clamp_min(_LEAST)) ** power
    found = kernel * of_style
    return found / found.sum(1, keepdim=True).clamp_min(_LEAST)
