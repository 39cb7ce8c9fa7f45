"""Paint the pictures of docs/layers.md: `python docs/paint_layers.py [FOLDER]`; begun again, it goes on.

FOLDER, `out/layers` without one, takes the two explorations; the pictures that are published are JPEGs of theirs.
"""

import sys
from pathlib import Path

from publishing import ONE_THREAD, ROOT, painting, photograph, publish

from impasto.cli.main import main as impasto

PUBLISHED = ROOT / "docs" / "layers"
AXES = ("content-layer", "style-layers")


def main(folder: Path) -> int:
    """Explore both axes, then publish; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = (str(photograph()), str(painting("starry_night_google")))
    for axis in AXES:
        words = [
            "explore",
            *pictures,
            "--vary",
            axis,
            "-o",
            str(folder / axis),
            "--size",
            "192",
            "--recipe",
            "glaze",
            *ONE_THREAD,
        ]
        code = impasto(words)
        if code:
            return code
        for file in sorted((folder / axis / "cells").glob("*.png")):
            publish(file, PUBLISHED)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "layers"))
