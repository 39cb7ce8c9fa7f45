"""Maps of regions: one colour a region, as painting programs and segmentation networks make them.

A region's colour is one that fills a place of its own, 3 x 3 pixels of about one value. Each pixel belongs to the
region of the nearest colour. Between two regions colours are mixed (anti-aliased): there only regions that lie close by
are asked, so that the purple between a red and a blue region is no part of a purple one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from impasto.errors import PictureError
from impasto.images.io.read import plain_pixels
from impasto.images.mask import Mask, described
from impasto.images.pixel_store import Samples, stored, strips

MOST_REGIONS = 16
FLAT = 8  # steps of 255 by which a place of one colour may vary: the noise of a JPEG
NEAR, SAME = 16, 48
"""Steps of 255, as the distance of two colours: pixels that near are of the colour itself; two regions' colours differ
by more than SAME."""
SPECK = 0.0002
"""A colour on less than this part of the map is no region; what is so coloured goes to its surroundings."""
FLAT_PART, NEAR_PART = 0.5, 0.8
"""The part of a map of regions that has to be flat; and the part of that which has to be near its regions' colours. A
photograph fails the first, a soft mask the second."""
NEARBY = 8, 3
"""Pixels around a mixed one in which the regions that it may belong to are looked for: within 3, which an anti-aliased
edge is wide, else within a block of a JPEG."""

Color = tuple[int, int, int]


@dataclass(frozen=True)
class LabelMap:
    """The regions of a map, in the order in which they are met, reading row by row from the top left corner.

    colors: of each region, 0 to 255. masks: one for each; each place is white in one of them.
    """

    colors: tuple[Color, ...]
    masks: tuple[Mask, ...]
    name: str
    fingerprint: str


def read_labels(source: object, *, role: str = "map of regions") -> LabelMap:
    """Read a map of regions; alpha and profile are left aside, EXIF orientation is not. Black is a colour as others.

    source, role: as for `read_picture`. Raises PictureError: no such map, or one colour only, or more than
    MOST_REGIONS.
    """
    pixels, name, digest = plain_pixels(source, role)
    shown = described(role, name)
    pixels = _eight_bits(pixels)
    colors = _palette(pixels, shown)
    labels = np.empty(pixels.shape[:2], np.uint8)
    for strip, rows, first, last in _strips(pixels, NEARBY[0] + 1):
        labels[first:last] = _nearest(strip, torch.tensor(colors, dtype=torch.float32))[rows].numpy()
    numbers, places = np.unique(labels, return_index=True)
    found = numbers[places.argsort()].tolist()
    if len(found) < 2:
        raise PictureError(f"{shown} has one colour only: give each region a colour of its own")
    masks = []
    for i in found:
        color, white = in_hex(colors[i]), Samples((labels == i)[..., None] * np.uint8(255))
        own = hashlib.sha256(f"{digest} {color}".encode()).hexdigest()  # no other region's
        masks.append(Mask(white, f"{name} ({color})", own))
    return LabelMap(tuple(colors[i] for i in found), tuple(masks), name, digest)


def matched(photograph: LabelMap, painting: LabelMap) -> list[Mask]:
    """The painting's region of the same colour, for each region of the photograph.

    Raises PictureError: a colour of the photograph's map is not in the painting's.
    """
    theirs = np.array(painting.colors, float)
    found = []
    for color in photograph.colors:
        distances = np.linalg.norm(theirs - np.array(color), axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] > SAME:
            raise PictureError(
                f"the region {in_hex(color)} of '{photograph.name}' is not in '{painting.name}', which has "
                f"{', '.join(in_hex(one) for one in painting.colors)}: give both the same colours"
            )
        found.append(painting.masks[nearest])
    return found


def in_hex(color: Color) -> str:
    """A colour as painting programs write it.

    >>> in_hex((255, 128, 0))
    '#ff8000'
    """
    return "#{:02x}{:02x}{:02x}".format(*color)


def _eight_bits(pixels: np.ndarray) -> np.ndarray:
    """[H, W, 3], uint8."""
    if pixels.dtype != np.uint8:
        full = 65535 if pixels.dtype == np.uint16 else 1
        pixels = stored(pixels.astype(np.float32) / full, np.dtype(np.uint8))
    return pixels if pixels.shape[2] == 3 else np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def _palette(pixels: np.ndarray, name: str) -> list[Color]:
    """The regions' colours, the largest region first."""
    area = pixels.shape[0] * pixels.shape[1]
    counts: Counter[int] = Counter()
    for strip, rows, _, _ in _strips(pixels, 1):
        flat = _is_flat(strip)[rows]
        codes = (strip[0, 0] * 65536 + strip[0, 1] * 256 + strip[0, 2])[rows][flat].to(torch.int64)
        values, numbers = torch.unique(codes, return_counts=True)
        counts.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
    colors: list[Color] = []
    sizes: list[int] = []
    near = 0
    for code, count in counts.most_common():
        color = code >> 16, code >> 8 & 255, code & 255
        distances = np.linalg.norm(np.array(colors).reshape(-1, 3) - color, axis=1)
        least = distances.min(initial=np.inf)
        if least <= SAME:
            sizes[int(distances.argmin())] += count
            near += count if least <= NEAR else 0
        elif len(colors) < 16 * MOST_REGIONS:
            colors.append(color)
            sizes.append(count)
            near += count
    regions = [color for color, size in zip(colors, sizes, strict=True) if size >= SPECK * area]
    if len(regions) > MOST_REGIONS:
        raise PictureError(
            f"{name} has {len(regions)} colours; at most {MOST_REGIONS} regions are supported: "
            "merge some, or use --mask for soft regions"
        )
    if near < FLAT_PART * area or near < NEAR_PART * counts.total() or not regions:
        raise PictureError(
            f"{name} is not a map of regions: only {near / area:.0%} of it is in flat colours, one for each region; "
            "for soft regions use --mask"
        )
    return regions


def _nearest(strip: Tensor, colors: Tensor) -> Tensor:
    """The region [h, w] of each pixel of a strip [1, 3, h, w], as a number."""
    height, width = strip.shape[2:]
    distances = torch.cdist(strip[0].flatten(1).T, colors).T.view(-1, height, width)
    least, nearest = distances.min(0)
    certain = (nearest == torch.arange(len(colors))[:, None, None]) & (least <= SAME) & _is_flat(strip)
    allowed = torch.ones_like(certain)
    for reach in NEARBY:
        nearby = functional.max_pool2d(certain[None].float(), (2 * reach + 1, 1), 1, (reach, 0))
        nearby = functional.max_pool2d(nearby, (1, 2 * reach + 1), 1, (0, reach))[0].bool()
        allowed = torch.where(nearby.any(0), nearby, allowed)
    return torch.where(allowed, distances, torch.inf).argmin(0)


def _is_flat(strip: Tensor) -> Tensor:
    """Whether the 3 x 3 pixels around each are of about one colour: [h, w]."""
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
