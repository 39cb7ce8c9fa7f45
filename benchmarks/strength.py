"""How evenly `strength` changes a picture: the mean distance in OKLab from each strength to the next.

python benchmarks/strength.py                                # the demo's pair at 192 pixels; a minute or two
python benchmarks/strength.py PHOTO PAINTING --size 256
"""

import argparse
from itertools import pairwise
from pathlib import Path

from step import DEMO
from torch import Tensor

import impasto
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def distance(one: Tensor, other: Tensor) -> float:
    """The mean over all pixels; 1 is black to white."""
    labs = [oklab_from_linear(linear_from_srgb(image)) for image in (one, other)]
    return float((labs[0] - labs[1]).square().sum(dim=1).sqrt().mean())


def main() -> None:
    """Paint and print."""
    parser = argparse.ArgumentParser(description="How evenly strength changes a picture.")
    parser.add_argument("content", nargs="?", type=Path, default=DEMO / "content.jpg")
    parser.add_argument("style", nargs="?", type=Path, default=DEMO / "style.jpg")
    parser.add_argument("--size", type=int, default=192)
    options = parser.parse_args()
    images = [
        impasto.stylize(options.content, options.style, size=options.size, strength=strength).image
        for strength in STRENGTHS
    ]
    for (before, one), (after, other) in pairwise(zip(STRENGTHS, images, strict=True)):
        print(f"{before:g} to {after:g}: {distance(one, other):.3f}")


if __name__ == "__main__":
    main()
