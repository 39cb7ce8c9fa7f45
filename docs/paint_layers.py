"""Paint the pictures of docs/layers.md: `python docs/paint_layers.py [FOLDER]`; begun again, it goes on.

FOLDER, `out/layers` without one, takes the two explorations; the pictures that are published are JPEGs of theirs.
The photograph and the painting are others', and not part of the project: they are read from `../shared/images`.
"""

import sys
from pathlib import Path

import pyvips

from impasto.apps.cli import main as impasto

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT.parent / "shared" / "images"
PUBLISHED = ROOT / "docs" / "layers"
AXES = ("content-layer", "style-layers")
SETTINGS = ("--size", "192", "--threads", "1")
"""One thread: the last bits are then the same with any number of processors."""

QUALITY = 90


def main(folder: Path) -> int:
    """Explore both axes, then publish; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    photograph, painting = (
        PICTURES / "content" / "tubingen.jpg",
        PICTURES / "style" / "starry_night_google.jpg",
    )
    for axis in AXES:
        words = [
            "explore",
            str(photograph),
            str(painting),
            "--vary",
            axis,
            "-o",
            str(folder / axis),
            *SETTINGS,
        ]
        code = impasto(words)
        if code:
            return code
        for file in sorted((folder / axis / "cells").glob("*.png")):
            publish(file)
    return 0


def publish(file: Path) -> None:
    """A JPEG of a picture, with its recipe and profile inside."""
    PUBLISHED.mkdir(exist_ok=True)
    keep = pyvips.enums.ForeignKeep.ICC | pyvips.enums.ForeignKeep.XMP
    target = PUBLISHED / f"{file.stem}.jpg"
    pyvips.Image.new_from_file(str(file)).jpegsave(str(target), Q=QUALITY, subsample_mode="off", keep=keep)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "layers"))
