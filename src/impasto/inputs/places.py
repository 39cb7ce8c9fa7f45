"""The places of a photograph and of a painting, and which of them resemble each other.

Both pictures are compared on a coarse grid. Which place of the painting goes to which place of the photograph is an
optimal transport. The coupling P >= 0 of places p of C and q of S minimises

    sum P c + eps sum P log P + rho KL(sum_p P | mass of S),    sum_q P = mass of C

(entropic and unbalanced: Cuturi, arXiv 1306.0895; Chizat, Peyre, Schmitzer and Vialard, arXiv 1607.05816), with

    c(p, q) = 1 - cos(a_C(p), a_S(q)) + HEIGHT (y_p - y_q)^2 + LIGHT (r_p - r_q)^2 + HUE |k_p - k_q|^2

a: activations of relu4_1, less their mean; y: height in the picture, from 0 to 1; r: rank of the lightness among the
picture's places, from 0 to 1; k: OKLab's a and b, in units of HUE_UNIT.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear
from impasto.images.mask import Mask
from impasto.images.picture import Picture
from impasto.images.resize import fitted_size, rows_at
from impasto.inputs.inputs import Inputs, Region
from impasto.tensor_types import Image
from impasto.vgg.vgg19 import VGG19

SIDE = 192
"""Both pictures are compared with this long side, in pixels, on the grid of relu4_1: 24 x 18 places."""
LAYER = "relu4_1"
HEIGHT, LIGHT, HUE, HUE_UNIT = 12.0, 0.6, 0.3, 0.15
EPS, RHO, ITERATIONS = 0.02, 0.047, 100
_MARGIN, _STRIDE, _LEAST = 48, 8, 1e-300
"""Pixels of mirrored margin, so that corners do not resemble corners; stride of the grid; what no divisor is below."""


@dataclass(frozen=True, eq=False)
class Places:
    """The places of one picture: what is compared of them, one row each, in the order of the grid's rows.

    a: activations, unit vectors [N, n_C]. height, rank: [N], from 0 to 1. lab: OKLab [N, 3]. grid: height and width.
    spread: the standard deviation of the picture's colours, as a length in OKLab.
    """

    a: Tensor
    height: Tensor
    rank: Tensor
    lab: Tensor
    grid: tuple[int, int]
    spread: float

    @classmethod
    def of(cls, encoder: VGG19, picture: Picture) -> "Places":
        """The places of a picture, in float64 on the CPU."""
        size = fitted_size(picture.height, picture.width, SIDE)
        size = (max(size[0], _MARGIN + 1), max(size[1], _MARGIN + 1))
        image = rows_at(picture, size, 0, size[0], light=False).expand(-1, 3, -1, -1)
        padded = F.pad(image, [_MARGIN] * 4, mode="reflect")
        with torch.no_grad():
            wide = encoder(padded.to(encoder.device), layers=[LAYER])[LAYER]
        edge, grid = _MARGIN // _STRIDE, (-(-size[0] // _STRIDE), -(-size[1] // _STRIDE))
        rows, columns = (slice(edge, edge + side) for side in grid)
        flat = wide[0, :, rows, columns].cpu().flatten(1).T.double()
        a = F.normalize(flat - flat.mean(0), dim=1)
        fine = oklab(image)
        lab = F.interpolate(fine, size=grid, mode="area")[0].flatten(1).T.double()
        height = torch.linspace(0, 1, grid[0]).double()[:, None].expand(grid).flatten()
        rank = lab[:, 0].argsort(stable=True).argsort().double() / len(lab)
        return cls(a, height, rank, lab, grid, float(fine.flatten(2).std(2).norm()))

    def mass(self, mask: Mask | None) -> Tensor:
        """The part of the picture that lies at each place, [N], with the sum 1; of a mask, what of it lies there."""
        mass = torch.ones(len(self.lab), dtype=torch.float64)
        if mask is not None:
            mass = mask.rows(self.grid, 0, self.grid[0]).double().flatten() + 1e-9
        return mass / mass.sum()


@dataclass(frozen=True, eq=False)
class InputPlaces:
    """The places of the content image, and of all styles."""

    content: Places
    styles: tuple[Places, ...]

    @classmethod
    def of(cls, encoder: VGG19, inputs: Inputs) -> "InputPlaces":
        """The places of all pictures of a painting."""
        return cls(
            Places.of(encoder, inputs.content),
            tuple(Places.of(encoder, one.picture) for one in inputs.styles),
        )

    def of_region(self, inputs: Inputs, region: Region) -> tuple[list[Places], list[Tensor]]:
        """The places of the styles of a region, and the mass of each [M], by the styles' weights: 1 in all."""
        masses = [
            (inputs.styles[number].weight + 1e-9) * self.styles[number].mass(mask)
            for number, mask in zip(region.styles, region.style_masks, strict=True)
        ]
        total = sum(float(one.sum()) for one in masses)
        return [self.styles[number] for number in region.styles], [one / total for one in masses]


def oklab(image: Image) -> Tensor:
    """The colours of an image [1, 3, H, W] in [0, 1], in OKLab."""
    return oklab_from_linear(linear_from_srgb(image))


def distances(content: Places, styles: Sequence[Places]) -> Tensor:
    """c of each place of one picture to each of some others, [N, M]."""
    return torch.cat([_distances(content, one) for one in styles], 1)


def _distances(content: Places, style: Places) -> Tensor:
    cost = 1 - content.a @ style.a.T
    cost = cost + HEIGHT * (content.height[:, None] - style.height).square()
    cost = cost + LIGHT * (content.rank[:, None] - style.rank).square()
    chroma = torch.cdist(content.lab[:, 1:] / HUE_UNIT, style.lab[:, 1:] / HUE_UNIT)
    return cost + HUE * chroma.square()


def coupling(cost: Tensor, mass: Tensor) -> Tensor:
    """P [N, M] over the mass of C, so that each row sums to 1, by Sinkhorn's iteration.

    mass: of S [M]; that of C is even. In float64: a place that costs 15 more than the nearest one is no partner.
    """
    kernel = torch.exp((cost.amin(1, keepdim=True) - cost) / EPS)
    of_style, power = torch.ones_like(mass), RHO / (RHO + EPS)
    for _ in range(ITERATIONS):
        of_content = 1 / (len(cost) * (kernel @ of_style)).clamp_min(_LEAST)
        of_style = (mass / (of_content @ kernel).clamp_min(_LEAST)) ** power
    found = kernel * of_style
    return found / found.sum(1, keepdim=True).clamp_min(_LEAST)
