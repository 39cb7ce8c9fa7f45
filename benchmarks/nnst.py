"""Neural Neighbor Style Transfer (NNST-Opt) on one page: a contender of `quality.py`; impasto does not paint with it.

    python benchmarks/nnst.py photo.jpg painting.jpg out.png --size 384 --raw before_its_colours.png

Kolkin, Kucera, Paris, Sykora, Shechtman and Shakhnarovich (arXiv 2203.13215). The method, its order and its numbers are
those of the authors' program, nkolkin13/NeuralNeighborStyleTransfer, with the defaults that it has at 512 pixels:

1. Both pictures are Laplacian pyramids. The canvas is the photograph without its three finest levels of detail.
2. At four scales, each twice the one before: every place of the photograph (a quarter of it is what has been painted so
   far) is given the hypercolumn of the painting that it resembles most, by centred cosine; the painting stands in four
   rotations. 200 updates by Adam of the pyramid draw the canvas's hypercolumns to these.
3. 200 more at the last scale, in which every layer is searched by itself, anew at each update ("feature splitting").
4. Hue and saturation become the photograph's own, moved to mean and covariance of the painting's (`with_its_colours`).

It departs from that program so:

- VGG-19 with the original weights instead of torchvision's VGG-16: the ten layers of the same names, each scaled to
  about the mean activation of the retrained network.
- Pictures are shrunk with antialiasing.
- A layer of at most 64 positions a side is compared as it is in step 3. Theirs then compares another layer's numbers.
"""

import argparse
import random
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyvips
import torch
import torch.nn.functional as F
from torch import Tensor

import impasto
from impasto.costs.normalization import typical_activation
from impasto.images.color.spaces import linear_from_oklab, oklab_from_linear

BLOCKS = {1: (1, 2), 2: (1, 2), 3: (1, 2, 3), 4: (1, 2, 3)}
RETRAINED = {1: 0.5, 2: 0.6, 3: 0.6, 4: 0.5}
"""Mean activations of the retrained network, by block."""
SCALES = {
    f"relu{block}_{i}": RETRAINED[block] / typical_activation(f"relu{block}_{i}", "max")
    for block, layers in BLOCKS.items()
    for i in layers
}
LEVELS, BLURRED, SIZES = 8, 3, 4
"""Levels of the pyramid (fewer where a picture is lower than 256 pixels), those without detail at first, and scales."""
ALPHA = 0.75
UPDATES, RATE = 200, 2e-3
SIDE = 64
"""A side's positions, at most, in the last phase: so many are taken, with an offset that changes."""
LEAST = 1e-8
SEARCH = torch.bfloat16
"""In which cosines are compared: three times as fast, and the nearest found is within 0.004 of the nearest there is."""

Pyramid = list[Tensor]


def paint(content: Tensor, style: Tensor, updates: int = UPDATES) -> Tensor:
    """The photograph [1, 3, H, W] in the manner of the painting, both in [0, 1]; before its colours are chosen."""
    chance, encoder = random.Random(0), impasto.VGG19()

    def features(image: Tensor) -> list[Tensor]:
        return [a * SCALES[name] for name, a in encoder(image, list(SCALES)).items()]

    levels = min(LEVELS, min(*content.shape[2:], *style.shape[2:]).bit_length() - 1)
    of_C, of_S = pyramid(content, levels), pyramid(style, levels)
    canvas = [torch.zeros_like(level) if i < BLURRED else level for i, level in enumerate(of_C)]
    for scale in reversed(range(SIZES)):
        photograph, painting = picture(of_C[scale:]), picture(of_S[scale:])
        share = 0 if scale == SIZES - 1 else 1 - ALPHA
        sought = share * picture([of_C[scale], *canvas[scale + 1 :]]) + (1 - share) * photograph
        with torch.no_grad():
            query = hypercolumns(features(sought), sought)
            found = [rows(hypercolumns(features(turned), turned)) for turned in rotations(painting)]
            candidates = torch.cat(found)
            targets = F.normalize(neighbours(rows(query), candidates, searched(candidates)))

        def to_targets(image: Tensor, targets: Tensor = targets) -> Tensor:
            own = F.normalize(rows(hypercolumns(features(image), image)), eps=LEAST**0.5)
            return 1 - (own * targets).sum(1).mean()

        canvas[scale:] = updated(canvas[scale:], to_targets, updates)
    with torch.no_grad():
        of_painting = Sampled([features(turned) for turned in rotations(painting)])
    canvas = updated(canvas, lambda image: split(features(image), of_painting, chance), updates)
    return picture(canvas)


class Sampled:
    """The painting's positions in each layer, every so many rows and columns; each sample is prepared once."""

    def __init__(self, of_S: list[list[Tensor]]):
        self.of_S, self.at = of_S, cache(self._at)

    def _at(self, layer: int, y: int, x: int, stride: int) -> tuple[Tensor, Tensor]:
        found = torch.cat([rows(one[layer][:, :, y::stride, x::stride]) for one in self.of_S])
        return found, searched(found)


def split(of_G: list[Tensor], painting: Sampled, chance: random.Random) -> Tensor:
    """Each layer's mean distance to the nearest position of the painting, centred cosine; the sum over layers."""
    cost = torch.zeros(())
    for layer, a in enumerate(of_G):
        stride = max(1, max(a.shape[2:]) // SIDE)
        y, x = chance.randrange(stride), chance.randrange(stride)
        own = rows(a[:, :, y::stride, x::stride])
        theirs, units = painting.at(layer, y, x, stride)
        best = neighbours(own.detach(), theirs, units) - theirs.mean(0)
        cost = cost + (1 - F.cosine_similarity(own - own.mean(0), best)).mean()
    return cost


def searched(candidates: Tensor) -> Tensor:
    """Candidates [positions, n] without their mean, of length 1, as `neighbours` multiplies with them."""
    return F.normalize(candidates - candidates.mean(0)).to(SEARCH).T.contiguous()


def neighbours(query: Tensor, candidates: Tensor, units: Tensor) -> Tensor:
    """The candidate that each query is nearest to by cosine, after both lost their means; all [positions, n]."""
    query = F.normalize(query - query.mean(0)).to(SEARCH)
    index = [(some @ units).float().argmax(1) for some in query.split(256)]
    return candidates[torch.cat(index)]


def hypercolumns(features: list[Tensor], image: Tensor) -> Tensor:
    """All layers in one, at a quarter of the picture's size; none counts more for having more channels."""
    size = (image.shape[2] // 4, image.shape[3] // 4)
    resized = [F.interpolate(a / a.shape[1], size, mode="bilinear", align_corners=True) for a in features]
    return torch.cat(resized, dim=1)


def rows(a: Tensor) -> Tensor:
    """[1, n, H, W] as [positions, n]."""
    return a[0].flatten(1).T


def rotations(image: Tensor) -> list[Tensor]:
    """By 0, 90, 180 and 270 degrees."""
    return [image.rot90(quarters, (2, 3)) for quarters in range(4)]


def pyramid(image: Tensor, levels: int) -> Pyramid:
    """Laplacian: the details from the finest on, and what is left."""
    found = []
    for _ in range(levels):
        smaller = F.interpolate(image, (image.shape[2] // 2, image.shape[3] // 2), mode="bilinear")
        found.append(image - F.interpolate(smaller, image.shape[2:], mode="bilinear"))
        image = smaller
    return [*found, image]


def picture(levels: Pyramid) -> Tensor:
    """What a pyramid is of."""
    image = levels[-1]
    for detail in reversed(levels[:-1]):
        image = detail + F.interpolate(image, detail.shape[2:], mode="bilinear")
    return image


def updated(levels: Pyramid, cost: Callable[[Tensor], Tensor], updates: int) -> Pyramid:
    """A pyramid after so many updates by Adam."""
    levels = [level.clone().requires_grad_() for level in levels]
    adam = torch.optim.Adam(levels, lr=RATE)
    for _ in range(updates):
        adam.zero_grad()
        cost(picture(levels)).backward()
        adam.step()
    return pyramid(picture(levels).detach(), len(levels) - 1)


def with_its_colours(result: Tensor, content: Tensor, style: Tensor) -> Tensor:
    """The result's lightness with the photograph's hues, moved to the painting's mean and covariance.

    OKLab is taken of the coded values, as there. A painting without colour gives all three channels its covariance.
    """
    G, C, S = (oklab_from_linear(one.clamp(0, 1)) for one in (result, content, style))
    low, high = S.amin((2, 3), keepdim=True), S.amax((2, 3), keepdim=True)
    light = G.clamp(low, high)
    if covariance(rows(S))[1:, 1:].abs().max() < 6e-5:
        found = moved(torch.cat([light[:, :1], G[:, 1:]], 1), S)
    else:
        found = torch.cat([light[:, :1], along_edges(moved(C[:, 1:], S[:, 1:]), light[:, :1])], 1)
    return linear_from_oklab(found.clamp(low, high)).clamp(0, 1)


def moved(image: Tensor, style: Tensor) -> Tensor:
    """To the style's mean and covariance; [1, n, H, W]."""
    own, theirs = rows(image), rows(style)
    n = own.shape[1]
    roots = []
    for one in (own, theirs):
        values, vectors = torch.linalg.eigh(covariance(one) + 1e-4 * torch.eye(n))
        roots.append((vectors, values.sqrt()))
    (vectors, root), (of_S, root_S) = roots
    white = (own - own.mean(0)) @ vectors / root @ vectors.T
    return (white @ of_S * root_S @ of_S.T + theirs.mean(0)).T.reshape(image.shape)


def covariance(x: Tensor) -> Tensor:
    """Of [positions, n]."""
    x = x - x.mean(0)
    return x.T @ x / len(x)


def along_edges(colours: Tensor, light: Tensor) -> Tensor:
    """Five times the mean of 3 x 3 pixels, weighted by how near they are in lightness."""

    def around(image: Tensor) -> Tensor:
        padded = F.pad(image, (1, 1, 1, 1), mode="replicate")
        return F.unfold(padded, 3).reshape(image.shape[1], 9, *image.shape[2:])

    weights = torch.exp(-10 * (around(light) - light).abs())
    for _ in range(5):
        colours = (around(colours) * weights).sum(1)[None] / weights.sum(1)
    return colours


def read(path: Path, size: int) -> Tensor:
    """A picture [1, 3, H, W] in [0, 1] whose longer side is `size`."""
    image = pyvips.Image.thumbnail(str(path), size, height=size, export_profile="srgb").extract_band(0, n=3)
    return torch.from_numpy(image.numpy().copy()).permute(2, 0, 1)[None].float() / 255


def write(image: Tensor, path: Path) -> None:
    """An 8-bit picture."""
    coded = (image.clamp(0, 1) * 255).round().byte()[0].permute(1, 2, 0).contiguous()
    pyvips.Image.new_from_array(coded.numpy()).copy(interpretation="srgb").write_to_file(str(path))


def main() -> None:
    """Paint, and say how long it took."""
    parser = argparse.ArgumentParser(description="Neural Neighbor Style Transfer.")
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--raw", type=Path, help="where the picture goes before its colours are chosen")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--updates", type=int, default=UPDATES, help="at each scale, and in the last phase")
    options = parser.parse_args()
    begun = time.monotonic()
    content, style = (read(path, options.size) for path in (options.content, options.style))
    result = paint(content, style, options.updates)
    write(with_its_colours(result, content, style), options.out)
    if options.raw:
        write(result, options.raw)
    print(f"{options.out}: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
