"""The parts of a painting, such as its sky, its trees and its meadow, and where each belongs in the photograph.

A photograph that is mostly sky has to take over a meadow's colours, too: the palette cost asks for all that the
painting has. Which pixels take them must not be left to their lightness alone, or the dark corner of a sky turns brown.
So the painting's places are sorted into `PARTS` kinds, by k-means. Each place of the photograph goes to one of them, so
that each kind covers as much of the photograph as of the painting. T >= 0, of places p and kinds k, minimises

    sum T c + SOFT sum T log T,    sum_k T = mass of p,  sum_p T = mass of k
    c(p, k) = -eps log sum_(q in k) mass_q / mass_k exp(-c(p, q) / eps)

(c(p, q) and eps are those of `places.py`). Each pixel belongs to the kind of the places around that it resembles most,
by joint bilateral upsampling (Kopf, Cohen, Lischinski and Uyttendaele, "Joint bilateral upsampling", 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.inputs.inputs import Inputs, Region
from impasto.inputs.places import EPS, InputPlaces, Places, distances, oklab
from impasto.tensor_types import Image

PARTS = 4
"""Into so many kinds a painting's places are sorted."""
_LAB, _HEIGHT, _ACTIVATIONS = 3.0, 2.0, 1.5
"""What colour, height in the picture and activations count when places are sorted."""
_STARTS, _ROUNDS = 8, 40
SOFT, _ITERATIONS = 0.01, 200
_NEAR, _ALIKE = 0.6, 0.1
"""Of joint bilateral upsampling: the variance of the distance, in places, and the deviation of the colour, in OKLab."""


@dataclass(frozen=True, eq=False)
class PartMap:
    """Where the parts lie in one picture.

    share: how much of each place belongs to each part, float32 [K, n_y, n_x]. lab: the colours of the places,
    [3, n_y, n_x].
    """

    share: Tensor
    lab: Tensor

    @property
    def count(self) -> int:
        """K, how many parts there are."""
        return len(self.share)

    def rows(self, image: Image, height: int, first: int) -> Tensor:
        """The part of each pixel of some rows of the picture, from 0 to K - 1, uint8 [rows, W].

        image: these rows [1, 3, rows, W] in [0, 1], of a picture of `height` rows, from row `first` on.
        """
        rows, width = image.shape[2:]
        n_y, n_x = self.lab.shape[1:]
        y = (torch.arange(first, first + rows) + 0.5) * n_y / height - 0.5
        x = (torch.arange(width) + 0.5) * n_x / width - 0.5
        colors = oklab(image.cpu().expand(-1, 3, -1, -1))[0]
        found = torch.zeros(self.count, rows, width)
        for down, right in product((-1, 0, 1), repeat=2):
            i = (y.round().long() + down).clamp(0, n_y - 1)
            j = (x.round().long() + right).clamp(0, n_x - 1)
            there = i[:, None], j
            apart = (y - i).square()[:, None] + (x - j).square()
            unlike = (colors - self.lab[:, *there]).square().sum(0)
            weight = torch.exp(-apart / _NEAR - unlike / _ALIKE**2) + 1e-12
            found += weight * self.share[:, *there]
        return found.argmax(0).to(torch.uint8)


def parts_of(places: InputPlaces, inputs: Inputs, region: Region) -> list[PartMap]:
    """The parts of the styles of a region: where they lie in the photograph, and in each of these styles in turn."""
    content = places.content
    chosen, masses = places.of_region(inputs, region)
    mass = torch.cat(masses)
    kinds = F.one_hot(_sorted(chosen, mass), PARTS).double()
    kinds = kinds[:, mass @ kinds > 0]
    covered = [
        part @ of_one for part, of_one in zip(masses, kinds.split([len(m) for m in masses]), strict=True)
    ]
    found = [_part_map(content, content.mass(region.mask), chosen, kinds, mass, sum(covered))]
    for one, part, covers in zip(chosen, masses, covered, strict=True):
        found.append(_part_map(one, part / part.sum(), chosen, kinds, mass, covers / covers.sum()))
    return found


class Parts:
    """The parts of the regions of a painting. They depend on the styles' weights alone, so all scales share them."""

    def __init__(self, places: InputPlaces):
        self._places = places
        self._known: dict[Any, list[PartMap]] = {}

    def of_region(self, inputs: Inputs, region: Region) -> list[PartMap]:
        """See `parts_of`."""
        weights = tuple(inputs.styles[number].weight for number in region.styles)
        key = region.mask, region.styles, region.style_masks, weights
        if key not in self._known:
            self._known[key] = parts_of(self._places, inputs, region)
        return self._known[key]


def _part_map(
    one: Places, of_place: Tensor, styles: Sequence[Places], kinds: Tensor, mass: Tensor, covers: Tensor
) -> PartMap:
    """Where each kind lies in a picture; covers: how much of it each kind is to cover, [K]."""
    share = assigned(_costs_of_kinds(distances(one, styles), kinds, mass), of_place, covers)
    return PartMap(share.T.reshape(-1, *one.grid).float(), one.lab.T.reshape(3, *one.grid).float())


def _sorted(styles: Sequence[Places], mass: Tensor) -> Tensor:
    """The kind of each place of some paintings, from 0 to PARTS - 1, by k-means: the best of several starts."""
    x = torch.cat(
        [
            torch.cat([_LAB * one.lab, _HEIGHT * one.height[:, None], _ACTIVATIONS * one.a], 1)
            for one in styles
        ]
    )
    generator = torch.Generator().manual_seed(0)
    best, found = float("inf"), torch.zeros(len(x), dtype=torch.int64)
    for _ in range(_STARTS):
        centers = x[torch.multinomial(mass, PARTS, generator=generator)]
        for _ in range(_ROUNDS):
            apart, kind = torch.cdist(x, centers).min(1)
            weight = mass[:, None] * F.one_hot(kind, PARTS)
            total = weight.sum(0)[:, None]
            moved = torch.where(total > 0, weight.T @ x / total.clamp_min(1e-300), centers)
            if torch.equal(moved, centers):
                break
            centers = moved
        error = float(mass @ apart.square())
        if error < best:
            best, found = error, kind
    return found


def _costs_of_kinds(cost: Tensor, kinds: Tensor, mass: Tensor) -> Tensor:
    """c(p, k) [N, K] of c(p, q) [N, M]; kinds: 1 where a place is of a kind, [M, K]; mass: of each place [M]."""
    least = cost.amin(1, keepdim=True)
    near = torch.exp((least - cost) / EPS) @ (mass[:, None] * kinds) / (mass @ kinds)
    return least - EPS * near.clamp_min(1e-300).log()


def assigned(cost: Tensor, mass: Tensor, of_kinds: Tensor) -> Tensor:
    """T [N, K] over the mass of each place, so that each row sums to 1, by Sinkhorn's iteration in logarithms.

    cost: c [N, K]. mass: of each place [N]. of_kinds: what each kind covers, [K]; both sum to 1.
    """
    kernel, of_place, of_kind = -cost / SOFT, mass.log(), of_kinds.log()
    g = torch.zeros_like(of_kind)
    for _ in range(_ITERATIONS):
        f = of_place - torch.logsumexp(kernel + g, 1)
        g = of_kind - torch.logsumexp(kernel + f[:, None], 0)
    return torch.softmax(kernel + g, 1)
