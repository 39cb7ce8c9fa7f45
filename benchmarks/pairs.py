"""What a report measures of a few pairs at 256 pixels, and how far a change may move it.

    python benchmarks/pairs.py      # paints and writes benchmarks/pairs.json; six minutes on two cores

Run it after a change that is meant to change pictures, look at them and at the difference of the file, and commit both.
`tests/measures/test_pairs.py` paints the same pairs once and compares.

Each pair is painted in several ways that should give the same picture and differ in the last bits only: L-BFGS
makes of such differences visible ones. The recorded value is the middle of what they give; the tolerance is three
times their range, that of the pair in which it is widest (four pictures of one pair can agree by chance), and at least
a hundredth of the value.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

import impasto

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT / "benchmarks" / "pairs.json"
DEMO = ROOT / "src" / "impasto" / "demo"
OTHERS = ROOT.parent / "shared" / "images"
"""Real pictures, which are not part of the project."""

PAIRS = {
    "demo": (DEMO / "content.jpg", DEMO / "style.jpg"),
    "tubingen x starry night": (
        OTHERS / "content" / "tubingen.jpg",
        OTHERS / "style" / "starry_night_google.jpg",
    ),
    "louvre x monet": (OTHERS / "content" / "louvre.jpg", OTHERS / "style" / "monet.jpg"),
}
SETTINGS: dict[str, Any] = {"recipe": "glaze", "size": 256, "steps": 20}
"""The quickest recipe, with half its steps: what harms pictures harms these."""

WAYS: dict[str, dict[str, Any]] = {
    "one thread": {"threads": 1},
    "two threads": {"threads": 2},
    "torch's convolutions": {"threads": 1, "convolution": "direct"},
    "tiles": {"threads": 1, "engine": "tiled", "tile": 128},
}
TIMES_THE_RANGE, LEAST = 3.0, 0.01

OF_THE_RESULT = ("result", "distance", "strength")
"""The columns that say something of the result, and not where."""

Numbers = dict[str, float]


def paint(pair: str, **how: Any) -> Tensor:
    """A pair's picture [1, 3, H, W]."""
    return impasto.stylize(*PAIRS[pair], **SETTINGS, **how).image


def measured(pair: str, image: Tensor) -> Numbers:
    """What a report says of the picture of a pair: each number by "measure / row / column"."""
    found = impasto.report(image, *PAIRS[pair], settings=impasto.Settings(**SETTINGS), identity=False)
    return {
        f"{one.name} / {row} / {column}": value
        for one in found.measures
        for row, columns in one.values.items()
        for column, value in columns.items()
        if column in OF_THE_RESULT
    }


def record(found: Mapping[str, Sequence[Numbers]]) -> dict[str, dict[str, dict[str, float]]]:
    """The middle of each number and its tolerance, by pair, from what each way gave."""
    low = {pair: {name: min(one[name] for one in ways) for name in ways[0]} for pair, ways in found.items()}
    high = {pair: {name: max(one[name] for one in ways) for name in ways[0]} for pair, ways in found.items()}

    def held(pair: str, name: str) -> dict[str, float]:
        value = (low[pair][name] + high[pair][name]) / 2
        widest = max(high[one][name] - low[one][name] for one in found)
        tolerance = max(TIMES_THE_RANGE * widest, LEAST * abs(value))
        return {"value": float(f"{value:.5g}"), "tolerance": float(f"{tolerance:.3g}")}

    return {pair: {name: held(pair, name) for name in low[pair]} for pair in found}


def beyond(found: Numbers, recorded: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """The numbers that are further from the recorded ones than their tolerance, each in words."""
    return {
        name: f"{found[name]:.5g}, recorded {held['value']:.5g} ± {held['tolerance']:.3g}"
        for name, held in recorded.items()
        if abs(found[name] - held["value"]) > held["tolerance"]
    }


def main() -> None:
    """Paint every pair in every way, and write what is measured."""
    found = {pair: [measured(pair, paint(pair, **how)) for how in WAYS.values()] for pair in PAIRS}
    RECORDED.write_text(json.dumps(record(found), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
