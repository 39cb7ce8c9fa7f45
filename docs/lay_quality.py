"""Lay the pictures of docs/quality.md: `python docs/lay_quality.py FOLDER_320 FOLDER_384 NNST NNST_RAW`.

The first two folders are those that `benchmarks/quality.py --out` kept at 320 pixels (glaze, paint) and at 384 (paint);
the others hold NNST's pictures at 384 pixels, with and without the colours that it chooses at its end. Nothing made
from a photograph without stated rights is laid out: of the pairs only those of Tübingen and Boston are.
"""

import sys
from pathlib import Path

import pyvips
from publishing import ROOT

PUBLISHED = ROOT / "docs" / "quality"
QUALITY = 86
AT_320 = ("tubingen_starry_night_google", "tubingen_wave", "tubingen_shipwreck")
AT_384 = ("tubingen_starry_night_google", "boston_the_scream")
CROPS = {
    "tubingen_starry_night_google": {"sky": (40, 30), "houses": (256, 110), "edge": (190, 30)},
    "boston_the_scream": {"sky": (180, 10), "houses": (130, 85), "edge": (5, 10)},
}
"""Upper left corners, in pixels."""
SIDE = 128


def main(at_320: Path, at_384: Path, nnst: Path, raw: Path) -> None:
    """Lay two sheets and the crops."""
    presets = [at_320 / f"{pair}_{name}.png" for pair in AT_320 for name in ("glaze", "paint")]
    lay([opened(file) for file in presets], 2, "sheet")
    three = {pair: [opened(file) for file in painters(pair, at_384, nnst, raw)] for pair in AT_384}
    lay([one for pictures in three.values() for one in pictures], 3, "nnst")
    crops = [
        picture.crop(*corner, SIDE, SIDE)
        for pair, pictures in three.items()
        for corner in CROPS[pair].values()
        for picture in pictures
    ]
    lay(crops, 9, "crops", shim=4)


def painters(pair: str, at_384: Path, nnst: Path, raw: Path) -> list[Path]:
    """A pair's pictures: impasto's, NNST's, NNST's before it chooses colours."""
    return [at_384 / f"{pair}_paint.png", nnst / f"nnst_{pair}.png", raw / f"nnst_{pair}.png"]


def opened(file: Path) -> pyvips.Image:
    """A picture's three channels."""
    return pyvips.Image.new_from_file(str(file)).extract_band(0, n=3)


def lay(pictures: list[pyvips.Image], across: int, name: str, shim: int = 8) -> None:
    """Several pictures in one, as a JPEG."""
    joined = pyvips.Image.arrayjoin(pictures, across=across, shim=shim, background=[255])
    target = str(PUBLISHED / f"{name}.jpg")
    joined.copy(interpretation="srgb").jpegsave(target, Q=QUALITY, subsample_mode="off", keep="none")


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:]))
