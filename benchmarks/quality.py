"""How painted are the pictures? Contenders side by side, by the report's palette, brush, scene and grain.

    python benchmarks/quality.py                   # the real pairs at 320 pixels: writes benchmarks/quality.json
    python benchmarks/quality.py --strengths       # glaze and paint at strengths from 0.1 to 0.9: quality_curve.json
    python benchmarks/quality.py --size 256 --contenders paint pastiche --pairs "tubingen x wave" --out sheet

Contenders are presets, presets with settings, NNST, pastiche 1.6, and folders of other programs (`contenders.py`). With
--out the pictures are kept in that folder, with sheet.png, a row for each pair and a column for each contender, and
blind.html, where people choose the better picture without knowing whose it is. A picture that is there already is not
painted again: delete it to have it painted again.

A contender is better than another where it is nearer to the painting at the same distance from the photograph, and so
where its curve over strength lies below.

Beside each result's lattice and strongest straight line (the report's) stand its parents' own: what the photograph and
the painting have by themselves is no fault of a result.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyvips
import torch
from blind_page import write_blind_page
from contenders import contender, short

import impasto
from impasto.measures.artifacts import strongest
from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, Report

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT.parent / "shared" / "images"
PAIRS = (
    *("tubingen x starry_night_google", "louvre x monet_800600", "boston x the_scream", "tubingen x wave"),
    *("tubingen x shipwreck", "louvre x water-lilies-1919-2", "boston x composition_vii"),
)
CURVE_PAIRS = PAIRS[:3]
STRENGTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
FIGURES = ("palette", "brush", "scene", "grain")

Figures = dict[str, float]
Measured = dict[str, dict[str, Any]]
"""By pair: the four figures by name, and what `faults` gives."""


def parents(pair: str) -> tuple[Path, Path]:
    """The files of a pair's photograph and painting."""
    photograph, painting = pair.split(" x ")
    return PICTURES / "content" / f"{photograph}.jpg", PICTURES / "style" / f"{painting}.jpg"


def file_of(out: Path, pair: str, name: str) -> Path:
    """Where a contender's picture of a pair is kept."""
    return out / f"{pair.replace(' x ', '_')}_{short(name)}.png"


def figures(report: Report) -> Figures:
    """The four figures of a picture; the mean over layers, where there are several."""
    return {name: round(statistics.fmean(report[name].column(RESULT)), 3) for name in FIGURES}


def faults(report: Report) -> dict[str, dict[str, Figures]]:
    """The lattice by period, and the strongest straight line by direction, of the result and of both its parents.

    A result's line is one that its photograph has not; a parent's is its own, beside an empty picture.
    """
    grey = [one.mean(dim=1)[0] for one in (report.images.result, report.images.content, report.images.style)]
    beside = (grey[1], torch.zeros_like(grey[1]), torch.zeros_like(grey[2]))
    names = (RESULT, PHOTOGRAPH, PAINTING)
    found = {
        "lattice": {
            row: {one: values[one] for one in names} for row, values in report["lattice"].values.items()
        },
        "lines": {
            "level": {n: strongest(a, b).strength for n, a, b in zip(names, grey, beside, strict=True)},
            "upright": {n: strongest(a.T, b.T).strength for n, a, b in zip(names, grey, beside, strict=True)},
        },
    }
    return {
        fault: {row: {one: round(value, 3) for one, value in values.items()} for row, values in rows.items()}
        for fault, rows in found.items()
    }


def measured(name: str, pairs: list[str], size: int, out: Path) -> Measured:
    """Paint the pairs that have no picture in `out` yet, and measure what there is."""
    paint, found = contender(name), Measured()
    for pair in pairs:
        picture = file_of(out, pair, name)
        if picture.exists() or paint(*parents(pair), size, picture):
            report = impasto.report(picture, *parents(pair), identity=False)
            found[pair] = {**figures(report), **faults(report)}
            print(short(name), pair, found[pair], flush=True)
    return found


def mean(rows: Measured) -> Figures:
    """Of the four figures over all pairs."""
    return {one: round(statistics.fmean(row[one] for row in rows.values()), 3) for one in FIGURES}


def sheet(out: Path, pairs: list[str], names: list[str]) -> None:
    """All pictures in one, a row for each pair; an empty place where there is none."""
    files = [file_of(out, pair, name) for pair in pairs for name in names]
    images = [
        pyvips.Image.new_from_file(str(file)) if file.exists() else pyvips.Image.black(8, 8, bands=3)
        for file in files
    ]
    joined = pyvips.Image.arrayjoin(images, across=len(names), shim=8, background=[255])
    joined.write_to_file(str(out / "sheet.png"))


def record(name: str, found: object) -> None:
    """Write what was found as data."""
    (ROOT / "benchmarks" / name).write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def compare(names: list[str], pairs: list[str], size: int, out: Path) -> None:
    """Contenders side by side; all pairs are written as data."""
    found = {}
    for name in names:
        rows = measured(name, pairs, size, out)
        if not rows:
            sys.exit(f"{name} has no picture of these pairs")
        found[short(name)] = {"pairs": rows, "mean": mean(rows)}
        print(short(name), "mean", found[short(name)]["mean"], flush=True)
    sheet(out, pairs, names)
    pictures = {
        pair: {short(name): file_of(out, pair, name) for name in names if file_of(out, pair, name).exists()}
        for pair in pairs
    }
    write_blind_page(out / "blind.html", pictures, {pair: parents(pair) for pair in pairs})
    if pairs == list(PAIRS):
        record("quality.json", {"size": size, "contenders": found})


def curves(names: list[str], pairs: list[str], size: int, out: Path) -> None:
    """Each contender at strengths from 0.1 to 0.9: the means over the pairs, written as data."""
    found: dict[str, dict[str, Figures]] = {name: {} for name in names}
    for name in names:
        for strength in STRENGTHS:
            one = f"{name}{',' if ':' in name else ':'}strength={strength}"
            found[name][str(strength)] = mean(measured(one, pairs, size, out))
            print(name, strength, found[name][str(strength)], flush=True)
    record("quality_curve.json", {"size": size, "pairs": pairs, "contenders": found})


def main() -> None:
    """Paint, measure, print, and write what was found."""
    parser = argparse.ArgumentParser(description="How painted are the pictures?")
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--contenders", nargs="+", default=["glaze", "paint"])
    parser.add_argument("--pairs", nargs="+")
    parser.add_argument("--strengths", action="store_true", help="curves over strength")
    parser.add_argument("--out", type=Path, help="a folder where the pictures are kept")
    options = parser.parse_args()
    if not PICTURES.is_dir():
        sys.exit("the real pictures are not here (../shared/images)")
    run, pairs = (curves, CURVE_PAIRS) if options.strengths else (compare, PAIRS)
    with TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        out.mkdir(exist_ok=True, parents=True)
        run(options.contenders, options.pairs or list(pairs), options.size, out)


if __name__ == "__main__":
    main()
