"""Maps of regions: one colour a region, as painting programs and segmentation networks make them.

A region's colour is one that fills a place of its own, 3 x 3 pixels of about one value. Between two regions the colours
are mixed (anti-aliased) over a pixel or a few: such a pixel belongs to both, by how it is mixed. Only regions that lie
close by are asked, so that the purple between a red and a blue region is no part of a purple one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from impasto.errors import PictureError
from impasto.images.io.raw_pixels import plain_pixels
from impasto.images.masks.mask import Mask, described
from impasto.images.pixel_store import Samples, stored, strips

MOST_REGIONS = 16
FLAT = 8
"""Steps of 255 by which a place of one colour may vary: the noise of a JPEG."""
NEAR, SAME = 16, 48
"""Steps of 255, as the distance of two colours: pixels that near are of the colour itself; two regions' colours differ
by more than SAME."""
SPECK = 0.0002
"""A colour on less than this part of the map is no region; what is so coloured goes to its surroundings."""
FLAT_PART, NEAR_PART = 0.5, 0.8
"""Of a map of regions at least this part is flat, and of that this part near its regions' colours; a photograph fails
the first, a soft mask the second."""
BESIDE = 3
"""Pixels around a mixed one in which the regions that it is mixed of are looked for."""

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class LabelMap:
    """The regions of a map, in the order in which they are met, reading row by row from the top left corner.

    colours: of each region, 0 to 255. masks: one for each, which add up to 1 everywhere.
    """

    colours: tuple[Colour, ...]
    masks: tuple[Mask, ...]
    name: str
    fingerprint: str


def read_labels(source: object, *, role: str = "map of regions") -> LabelMap:
    """Read a map of regions; alpha and profile are left aside, EXIF orientation is not. Black is a colour as others.

    Args:
        source: what `read_picture` takes.
        role: what it is for, in messages.

    Raises:
        PictureError: it cannot be read, has one colour only or more than MOST_REGIONS, or is no such map.
    """
    pixels, name, digest = plain_pixels(source, role)
    shown = described(role, name)
    pixels = _eight_bits(pixels)
    colours = _colours(pixels, shown)
    weights, found = _split(pixels, torch.tensor(colours, dtype=torch.float32))
    if len(found) < 2:
        raise PictureError(f"{shown} has one colour only: give each region a colour of its own")
    masks = tuple(Mask(Samples(weights[i]), f"{name} ({in_hex(colours[i])})", digest) for i in found)
    return LabelMap(tuple(colours[i] for i in found), masks, name, digest)


def matched(photograph: LabelMap, painting: LabelMap) -> list[Mask]:
    """The painting's region of the same colour, for each region of the photograph.

    Raises:
        PictureError: a colour of the photograph's map is not in the painting's.
    """
    theirs = np.array(painting.colours, float)
    found = []
    for colour in photograph.colours:
        distances = np.linalg.norm(theirs - np.array(colour), axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] > SAME:
            raise PictureError(
                f"the region {in_hex(colour)} of '{photograph.name}' is not in '{painting.name}', which has "
                f"{', '.join(in_hex(one) for one in painting.colours)}: give both the same colours"
            )
        found.append(painting.masks[nearest])
    return found


def in_hex(colour: Colour) -> str:
    """A colour as painting programs write it.

    >>> in_hex((255, 128, 0))
    '#ff8000'
    """
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _eight_bits(pixels: np.ndarray) -> np.ndarray:
    """[H, W, 3], uint8."""
    if pixels.dtype != np.uint8:
        full = 65535 if pixels.dtype == np.uint16 else 1
        pixels = stored(pixels.astype(np.float32) / full, np.dtype(np.uint8))
    return pixels if pixels.shape[2] == 3 else np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def _colours(pixels: np.ndarray, name: str) -> list[Colour]:
    """The regions' colours, the largest region first."""
    height, width, _ = pixels.shape
    counts: Counter[int] = Counter()
    for strip, rows, _, _ in _strips(pixels, 1):
        flat = _is_flat(strip)[rows]
        codes = (strip[0, 0] * 65536 + strip[0, 1] * 256 + strip[0, 2])[rows][flat].to(torch.int64)
        values, numbers = torch.unique(codes, return_counts=True)
        counts.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
    colours: list[np.ndarray] = []
    sizes: list[int] = []
    near, all_flat = 0, counts.total()
    for code, count in counts.most_common():
        colour = np.array([code >> 16, code >> 8 & 255, code & 255], float)
        distances = np.linalg.norm(np.array(colours) - colour, axis=1) if colours else np.array([np.inf])
        if distances.min() > SAME:
            if len(colours) == 16 * MOST_REGIONS:
                break
            colours.append(colour)
            sizes.append(0)
            distances = np.append(distances, 0.0) if len(colours) > 1 else np.array([0.0])
        sizes[int(distances.argmin())] += count
        near += count if distances.min() <= NEAR else 0
    kept = [i for i in range(len(colours)) if sizes[i] >= SPECK * height * width]
    if len(kept) > MOST_REGIONS:
        raise PictureError(
            f"{name} has {len(kept)} colours; at most {MOST_REGIONS} regions are told apart: "
            "merge some, or use --mask for soft regions"
        )
    if near < FLAT_PART * height * width or near < NEAR_PART * all_flat or not kept:
        raise PictureError(
            f"{name} is no map of regions: only {near / (height * width):.0%} of it is in flat colours, one for "
            "each region; for soft regions use --mask"
        )
    return [(int(colours[i][0]), int(colours[i][1]), int(colours[i][2])) for i in kept]


def _split(pixels: np.ndarray, colours: Tensor) -> tuple[np.ndarray, list[int]]:
    """The regions' weights [regions, H, W, 1], uint8, 255 together; and which there are, in reading order."""
    height, width, _ = pixels.shape
    weights = np.zeros((len(colours), height, width, 1), np.uint8)
    found: list[int] = []
    for strip, rows, first, last in _strips(pixels, BESIDE + 1):
        parts, certain = _parts(strip, colours)
        met = certain[:, rows].flatten(1)
        places = {i: int(met[i].to(torch.uint8).argmax()) for i in range(len(colours)) if bool(met[i].any())}
        found += [i for i in sorted(places, key=places.__getitem__) if i not in found]
        weights[:, first:last, :, 0] = parts[:, rows].numpy()
    return weights, found


def _parts(strip: Tensor, colours: Tensor) -> tuple[Tensor, Tensor]:
    """Of a strip [1, 3, h, w]: the weights [regions, h, w] in steps of 255, and where a region is certain."""
    distances = torch.cdist(strip[0].flatten(1).T, colours)
    nearest = distances.argmin(1)
    of_a_region = (distances.amin(1) <= SAME).view(strip.shape[2:]) & _is_flat(strip)
    numbers = torch.arange(len(colours))
    certain = (nearest.view(1, *strip.shape[2:]) == numbers[:, None, None]) & of_a_region
    weights = certain.to(torch.uint8) * 255
    mixed = ~of_a_region
    if bool(mixed.any()):
        beside = functional.max_pool2d(certain[None].float(), 2 * BESIDE + 1, 1, BESIDE)[0].bool()
        nearest = nearest.view(strip.shape[2:])
        weights[:, mixed] = _mixture(strip[0][:, mixed].T, beside[:, mixed].T, nearest[mixed], colours)
    return weights, certain


def _mixture(values: Tensor, beside: Tensor, nearest: Tensor, colours: Tensor) -> Tensor:
    """What mixed pixels are mixed of: [regions, pixels].

    values: their colours [pixels, 3]. beside: which regions lie close by [pixels, regions]; where there is one only, it
    takes the pixel; where none, the region of the nearest colour does.
    """
    candidates = torch.where(
        beside.any(1, keepdim=True), beside, functional.one_hot(nearest, len(colours)).bool()
    )
    first = candidates.to(torch.uint8).argmax(1)
    second, share = first.clone(), torch.zeros(len(values))
    least = torch.full((len(values),), torch.inf)
    for i, j in combinations(range(len(colours)), 2):
        both = candidates[:, i] & candidates[:, j]
        if not bool(both.any()):
            continue
        way = colours[j] - colours[i]
        along = ((values - colours[i]) @ way / way.square().sum()).clamp(0, 1)
        off = (values - colours[i] - along[:, None] * way).square().sum(1)
        better = both & (off < least)
        first[better], second[better], share[better], least[better] = i, j, along[better], off[better]
    steps = (255 * share).round().to(torch.uint8)
    weights = torch.zeros(len(colours), len(values), dtype=torch.uint8)
    weights.scatter_(0, second[None], steps[None])
    weights.scatter_add_(0, first[None], (255 - steps)[None])
    return weights


def _is_flat(strip: Tensor) -> Tensor:
    """Where the 3 x 3 pixels around are of about one colour: [h, w]."""
    highest = functional.max_pool2d(strip, 3, 1, 1)
    lowest = -functional.max_pool2d(-strip, 3, 1, 1)
    flat: Tensor = (highest - lowest).amax((0, 1)) <= FLAT
    return flat


def _strips(pixels: np.ndarray, beyond: int) -> Iterator[tuple[Tensor, slice, int, int]]:
    """Strips of rows [1, 3, h, w] with `beyond` more on both sides; where the strip's own lie in it; first, last."""
    height, width, _ = pixels.shape
    for first, last in strips(height, width):
        top, bottom = max(0, first - beyond), min(height, last + beyond)
        strip = torch.from_numpy(pixels[top:bottom].transpose(2, 0, 1)[None].astype(np.float32))
        yield strip, slice(first - top, last - top), first, last
