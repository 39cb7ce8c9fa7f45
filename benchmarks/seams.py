"""How well the report finds seams: steps drawn into painted pictures that have none.

    python benchmarks/seams.py      # writes benchmarks/seams.json; a few minutes

The pictures are the gallery's, whole and as crops of 256 pixels, beside their photographs (those of others are read
from `../shared/images`, and left out where that is not). A step is drawn at any place, in any direction: every value
beyond the line raised or lowered, or beyond half of the line, with soft ends and fading over 64 pixels. Found means a
strength above THRESHOLD within a line of the place; a false alarm is such a strength where nothing was drawn. The
threshold was chosen on pictures like these: what the same rates are on others, nobody measured.
"""

import json
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

import impasto
from impasto.images.resize import resize_picture
from impasto.measures.artifacts import Line, strongest

ROOT = Path(__file__).resolve().parents[1]
GALLERY, DEMO = ROOT / "docs" / "gallery", ROOT / "src" / "impasto" / "demo"
PHOTOGRAPH = ROOT.parent / "shared" / "images" / "content" / "tubingen.jpg"

THRESHOLD = 4.5
STEPS, PARTS = (0.01, 0.02, 0.03, 0.05), (1.0, 0.5)
SIDE, FADE, SOFT, EDGE = 256, 64, 24, 20
"""Pixels: of a crop; over which a step of half a line fades; of its soft ends; no step so near the picture's edge."""
DRAWN = {"256 pixels": 2, "512 pixels": 8}
"""How often each step is drawn into each picture."""

Pair = tuple[str, Tensor, Tensor]
"""A name, a painted picture and its photograph, grey [H, W]."""


def whole() -> Iterator[Pair]:
    """The gallery's pictures."""
    for path in sorted(GALLERY.glob("*.jpg")):
        photograph = DEMO / "content.jpg" if path.stem == "demo" else PHOTOGRAPH
        if photograph.exists():
            painted = impasto.read_picture(path)
            content = resize_picture(impasto.read_picture(photograph), (painted.height, painted.width))
            yield path.stem, painted.rgb.mean(dim=1)[0], content.rgb.mean(dim=1)[0]


def crops(pair: Pair) -> Iterator[Pair]:
    """The four corners of a picture."""
    name, painted, content = pair
    for i, rows in enumerate((slice(None, SIDE), slice(-SIDE, None))):
        for j, columns in enumerate((slice(None, SIDE), slice(-SIDE, None))):
            yield f"{name} {i}{j}", painted[rows, columns], content[rows, columns]


def found(painted: Tensor, content: Tensor) -> tuple[Line, bool]:
    """The strongest line of both directions, and whether it is upright."""
    level, upright = strongest(painted, content), strongest(painted.T.contiguous(), content.T.contiguous())
    return (upright, True) if upright.strength > level.strength else (level, False)


def with_step(painted: Tensor, before: int, step: float, part: float, choose: random.Random) -> Tensor:
    """A step between two rows along a part of them, in 8 bits."""
    rows, columns = painted.shape
    beyond, along = torch.zeros(rows), torch.ones(columns)
    if part == 1:
        beyond[before:] = 1
    else:
        beyond[before : before + FADE] = torch.linspace(1, 0, FADE + 1)[: min(FADE, rows - before)]
        length = round(part * columns)
        start = choose.randrange(columns - length + 1)
        along = torch.zeros(columns)
        along[start : start + length] = 1
        along = torch.nn.functional.avg_pool1d(along[None], SOFT + 1, 1, SOFT // 2, count_include_pad=False)[
            0
        ]
    changed = painted + step * choose.choice((-1, 1)) * beyond[:, None] * along
    return (changed.clamp(0, 1) * 255).round() / 255


def is_found(pair: Pair, step: float, part: float, turn: int) -> bool:
    """Draw a step, and look for it."""
    name, painted, content = pair
    choose = random.Random(f"{name} {step} {part} {turn}")
    upright = choose.random() < 0.5
    if upright:
        painted, content = painted.T.contiguous(), content.T.contiguous()
    before = choose.randrange(EDGE, len(painted) - EDGE)
    line, other_way = found(with_step(painted, before, step, part, choose), content)
    return line.strength > THRESHOLD and not other_way and abs(line.before - before) <= 1


def main() -> None:
    """Measure, print, write."""
    pictures = {"512 pixels": list(whole())}
    pictures["256 pixels"] = [crop for pair in pictures["512 pixels"] for crop in crops(pair)]
    results = {}
    for size, pairs in pictures.items():
        without = [found(painted, content)[0].strength for _, painted, content in pairs]
        alarms = sum(strength > THRESHOLD for strength in without)
        print(
            f"{size}, {len(pairs)} pictures: {min(without):.1f} to {max(without):.1f} without a seam, middle "
            f"{statistics.median(without):.1f}; false alarms {alarms}"
        )
        rates = {}
        for part in PARTS:
            for step in STEPS:
                turns = range(DRAWN[size])
                hits = [is_found(pair, step, part, turn) for pair in pairs for turn in turns]
                rates[f"{part:g} of a line, step {step:g}"] = statistics.mean(hits)
                print(f"  {part:g} of a line, step {step:.0%}: found {statistics.mean(hits):.0%}", flush=True)
        results[size] = {"pictures": len(pairs), "without": sorted(without), "found": rates}
    Path(__file__).with_name("seams.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
