"""How painted are the pictures? Presets, and other programs' pictures, by the report's palette, brush, scene and grain.

    python benchmarks/quality.py                       # the real pairs at 320 pixels: writes benchmarks/quality.json
    python benchmarks/quality.py --size 256 --contenders paint --pairs "tubingen x wave" --out sheet
    python benchmarks/quality.py --contenders glaze,paint,FOLDER     # FOLDER: PHOTO_PAINTING.png of another program

With --out the pictures and a contact sheet are kept in that folder: a row for each pair, a column for each contender.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import pyvips

import impasto
from impasto.settings.presets import PRESETS

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT.parent / "shared" / "images"
PAIRS = (
    *("tubingen x starry_night_google", "louvre x monet_800600", "boston x the_scream", "tubingen x wave"),
    *("tubingen x shipwreck", "louvre x water-lilies-1919-2", "boston x composition_vii"),
)
FIGURES = ("palette", "brush", "scene", "grain")


def parents(pair: str) -> tuple[Path, Path]:
    """The files of a pair's photograph and painting."""
    photograph, painting = pair.split(" x ")
    return PICTURES / "content" / f"{photograph}.jpg", PICTURES / "style" / f"{painting}.jpg"


def picture(pair: str, contender: str, size: int, out: Path | None) -> Any:
    """What a contender made of a pair: painted by a preset, or read from a folder; None where it has none."""
    content, style = parents(pair)
    if contender in PRESETS:
        result = impasto.stylize(content, style, recipe=contender, size=size)
        if out is not None:
            result.save(out / f"{pair.replace(' x ', '_')}_{contender}.png", overwrite=True)
        return result
    found = sorted(Path(contender).glob(f"*{pair.replace(' x ', '_')}*.png"))
    return found[0] if found else None


def figures(result: Any, pair: str) -> dict[str, float]:
    """The four figures of a result; the mean over layers, where there are several."""
    content, style = parents(pair)
    report = impasto.report(result, content, style, identity=False)
    return {name: round(statistics.fmean(report[name].column("result")), 3) for name in FIGURES}


def sheet(out: Path, pairs: list[str], contenders: list[str]) -> None:
    """All pictures in one, pair by pair."""
    files = [out / f"{pair.replace(' x ', '_')}_{one}.png" for pair in pairs for one in contenders]
    images = [pyvips.Image.new_from_file(str(file)) for file in files if file.exists()]
    joined = pyvips.Image.arrayjoin(images, across=len(contenders), shim=8, background=[255])
    joined.write_to_file(str(out / "sheet.png"))


def main() -> None:
    """Paint, measure, print, and write what was found."""
    parser = argparse.ArgumentParser(description="How painted are the pictures?")
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--contenders", default="glaze,paint")
    parser.add_argument("--pairs", nargs="*", default=list(PAIRS))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if not PICTURES.is_dir():
        sys.exit("the real pictures are not here (../shared/images)")
    if options.out is not None:
        options.out.mkdir(exist_ok=True, parents=True)
    contenders, found = options.contenders.split(","), {}
    for contender in contenders:
        name, rows = Path(contender).name, {}
        for pair in options.pairs:
            result = picture(pair, contender, options.size, options.out)
            if result is not None:
                rows[pair] = figures(result, pair)
                print(name, pair, rows[pair], flush=True)
        means = {one: round(statistics.fmean(row[one] for row in rows.values()), 3) for one in FIGURES}
        print(name, "mean", means, flush=True)
        found[name] = {"pairs": rows, "mean": means}
    if options.out is not None:
        sheet(options.out, options.pairs, contenders)
    if options.pairs == list(PAIRS):
        record = {"size": options.size, "contenders": found}
        (ROOT / "benchmarks" / "quality.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
