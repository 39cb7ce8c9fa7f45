"""Draw the two pictures of `impasto demo`: a view to be painted, and a painting to learn the manner from.

    python examples/draw_pictures.py --out DIR

Nothing is read: every stone, cloud and brush stroke comes from the seeded code in `drawing/`. Needs about a
minute on one core. By default the files in the package are drawn anew.
"""

import argparse
from pathlib import Path

from drawing.canvas import draw_canvas
from drawing.fields import save_jpeg
from drawing.view import draw_view

DEMO = Path(__file__).resolve().parent.parent / "src" / "impasto" / "demo"


def main() -> None:
    """Write content.jpg and style.jpg, 800x600 each, to the folder that is asked for."""
    parser = argparse.ArgumentParser(description="Draw the demo's content and style pictures.")
    parser.add_argument(
        "--out", type=Path, default=DEMO, metavar="DIR", help="default: the package's demo folder"
    )
    out = parser.parse_args().out
    save_jpeg(out / "content.jpg", draw_view())
    save_jpeg(out / "style.jpg", draw_canvas())


if __name__ == "__main__":
    main()
