"""Paint the gallery's pictures: `python docs/paint_gallery.py [NAME ...]`, all of them without a name.

The demo's own two pictures are part of the project; the others are read from where `publishing.py` says.
"""

import sys
from pathlib import Path

from publishing import ROOT, painting, photograph

import impasto

GALLERY = ROOT / "docs" / "gallery"
SIZE = 512

STYLES = ("starry_night_google", "the_scream", "composition_vii", "wave", "shipwreck", "water-lilies-1919-2")


def jobs() -> dict[str, tuple[Path, Path]]:
    """The photograph and painting of each gallery picture, by its name."""
    demo = ROOT / "src" / "impasto" / "demo"
    tubingen = {f"tubingen_{name}": (photograph(), painting(name)) for name in STYLES}
    return {"demo": (demo / "content.jpg", demo / "style.jpg")} | tubingen


def main(names: list[str]) -> None:
    """Paint the named pictures, at 512 pixels, with the defaults."""
    GALLERY.mkdir(exist_ok=True)
    stylizer = impasto.Stylizer(impasto.Settings(size=SIZE))
    for name in names or jobs():
        result = stylizer.stylize(*jobs()[name])
        result.save(GALLERY / f"{name}.jpg", overwrite=True)
        print(
            f"{name}: J {result.history[-1].total:.3f}, {len(result.history)} steps, {result.seconds:.0f} s"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
