"""Paint the film and the x-t slices of docs/video.md: `python docs/paint_film.py [FOLDER]`; begun again, it goes on.

The film is a camera that pans and comes nearer over the demo's photograph. It is painted in the manner of the demo's
painting, in FOLDER (`out/film` without one), frame by frame. An x-t slice is one row of pixels, frame below frame:
flicker would show as noise.
"""

import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from build import DOCS
from PIL import Image

import impasto

ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))
from tests.video.synthetic import camera, film  # noqa: E402

PUBLISHED = DOCS / "video"
DEMO = ROOT / "src" / "impasto" / "demo"
SIZE, COUNT, RATE = (120, 192), 24, Fraction(8)
QUALITY = 60
SLICES = 5
"""Each frame is so many rows high in a slice."""


def pictures() -> list[np.ndarray]:
    """The frames of the film, uint8 [H, W, 3]."""
    photograph = np.asarray(Image.open(DEMO / "content.jpg"))
    half = cv2.resize(photograph, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    made = film(half, SIZE, COUNT, lambda i: camera(60 + 3.3 * i, 110, 1.006**i))
    return made.frames


def main(folder: Path) -> None:
    """Paint, and write what the page shows."""
    folder.mkdir(parents=True, exist_ok=True)
    PUBLISHED.mkdir(exist_ok=True)
    frames = pictures()
    shots = folder / "shots"
    shots.mkdir(exist_ok=True)
    for number, one in enumerate(frames):
        Image.fromarray(one).save(shots / f"shot-{number:02}.png")
    settings = impasto.Settings(threads=1)
    work = folder / "film"
    painting = impasto.VideoStylizer(settings).paint(shots, DEMO / "style.jpg", rate=RATE, folder=work)
    for one in painting:
        print(
            f"frame {one.number + 1} of {painting.count}: {one.steps} steps, {one.seconds:.1f} s", flush=True
        )
    painted = [one.pixels for one in painting.frames()]
    Image.fromarray(painted[0]).save(
        PUBLISHED / "film.webp", save_all=True, append_images=list(map(Image.fromarray, painted[1:])),
        duration=round(1000 / RATE), loop=0, quality=QUALITY, method=6,
    )  # fmt: skip
    for name, shown in (("film", frames), ("painted", painted)):
        slice_ = np.stack([one[SIZE[0] * 2 // 3] for one in shown]).repeat(SLICES, 0).repeat(2, 1)
        Image.fromarray(slice_).save(PUBLISHED / f"row-{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "film")
