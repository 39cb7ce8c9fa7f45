"""Does a painted film flicker? Warping errors, style distance, sharpness and time, beside stills and the film itself.

    python benchmarks/video.py                              # every film at 128 pixels: writes benchmarks/video.json
    python benchmarks/video.py --films pan,flower --size 160 --out sheets --recipe glaze
    python benchmarks/video.py --films static               # 100 frames of a camera that stands, with its noise
    python benchmarks/video.py --painted flower.mkv         # the whole time lapse, which `impasto video` painted before

The films `pan`, `turn` and `sprite` are made of photographs, with exact motion; `flower` is a time lapse, whose motion
is told by the flow. Contenders: `film`, the film itself, which is the floor; `stills`, each frame painted by itself;
`video`, as `impasto video` paints it; and with --loose `loose`, begun from the paint that the motion brings, without
temporal cost. The warping error is the mean squared difference to the picture so many frames before, brought along the
motion, where a place is seen in both (Lai et al., "Learning blind video temporal consistency", arXiv 1808.00449). With
--out contact sheets, and x-t slices (one row of pixels over time), are written into that folder.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import impasto
from impasto.video.film import About, Frame
from impasto.video.film_file import FilmFile
from impasto.video.motion import motion
from impasto.video.temporal import Temporal
from impasto.video.warp import places

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.video.synthetic import camera, film  # noqa: E402

PICTURES = ROOT.parent / "shared" / "images"
STYLE = PICTURES / "style" / "starry_night_google.jpg"
COUNT, GAPS = 22, (1, 5, 20)
MEASURED = {1: ((0, 1), (5, 6), (20, 21)), 5: ((0, 5), (1, 6)), 20: ((0, 20), (1, 21))}
"""Which frames are compared, by the number of frames between them: stills are painted of these alone."""
STATIC_COUNT, STATIC_SIZE, STATIC_NOISE = 100, 96, 2.0

Back = Callable[[int, int], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Shots:
    """A film in memory. back: the flow from one frame to an earlier one, and where it holds."""

    path: Path
    pictures: list[np.ndarray]
    back: Back

    @property
    def about(self) -> About:
        """25 frames a second."""
        size, count = self.pictures[0].shape[:2], len(self.pictures)
        return About(str(self.path), size, Fraction(25), Fraction(1, 25), count, count / 25)

    def frames(self, start: Fraction, stop: Fraction | None, note: Any) -> Iterator[Frame]:
        """All of them."""
        for number, one in enumerate(self.pictures):
            begins = Fraction(number, 25)
            if start <= begins and (stop is None or begins < stop):
                yield Frame(begins, one, None, Fraction(1, 25))

    def fingerprint(self) -> str:
        """Of no use here."""
        return ""


def photograph(name: str) -> np.ndarray:
    """A photograph without detail finer than a lens gives a film."""
    pixels = cv2.cvtColor(cv2.imread(str(PICTURES / "content" / f"{name}.jpg")), cv2.COLOR_BGR2RGB)
    return cv2.GaussianBlur(pixels, (0, 0), 0.7)


def synthetic(name: str, size: int, count: int) -> Shots:
    """`pan`, `turn` (pan, zoom and rotation) or `sprite` (a disc that crosses before a slow pan)."""
    picture, shape = photograph("tubingen"), (round(size * 9 / 16), size)
    cameras = {
        "pan": lambda i: camera(300 + 2.3 * i, 320 + 0.7 * i),
        "turn": lambda i: camera(320 + 1.2 * i, 330, 1.012**i, 0.005 * i),
        "sprite": lambda i: camera(300 + 0.8 * i, 320),
    }
    sprite = (lambda i: np.array([30.0 + 4.3 * i, shape[0] / 2, 0.2 * size])) if name == "sprite" else None
    made = film(picture, shape, count, cameras[name], sprite, photograph("louvre"))
    return Shots(Path(name), made.frames, made.back)


def flower(size: int, count: int) -> Shots:
    """Every second frame of the time lapse, from the 40th on."""
    whole = FilmFile(PICTURES / "video" / "flower.mp4")
    shape = (round(size * whole.about.size[0] / whole.about.size[1]), size)
    chosen = [one for i, one in enumerate(whole.frames(Fraction(0), None, print)) if i >= 40 and i % 2 == 0]
    pictures = [cv2.resize(one.pixels, shape[::-1], interpolation=cv2.INTER_AREA) for one in chosen[:count]]

    def back(i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
        found = motion(pictures[i], pictures[j])
        return found.back, found.visible

    return Shots(Path("flower"), pictures, back)


def static(size: int, count: int) -> Shots:
    """One picture again and again, with the noise of a camera."""
    picture = photograph("tubingen")
    shape = (round(size * 3 / 4), size)
    still = cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    generator = np.random.default_rng(0)
    noisy = [
        np.clip(still + generator.normal(0, STATIC_NOISE, still.shape), 0, 255).round().astype(np.uint8)
        for _ in range(count)
    ]
    standing = np.zeros((*shape, 2), np.float32), np.ones(shape, bool)
    return Shots(Path("static"), noisy, lambda i, j: standing)


def warping_error(pictures: dict[int, np.ndarray], back: Back, gap: int, pairs: Any = None) -> float:
    """The mean over pairs of frames of the mean squared difference, values in [0, 1]."""
    found = []
    for j, i in pairs or MEASURED[gap]:
        flow, seen = back(i, j)
        brought = cv2.remap(
            pictures[j].astype(np.float32) / 255,
            *places(flow),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        found.append(float(((pictures[i] / 255 - brought) ** 2).mean(2)[seen].mean()))
    return statistics.fmean(found)


def style_distance(picture: np.ndarray, frame: np.ndarray, settings: impasto.Settings, encoder: Any) -> float:
    """The report's, on average over the style layers."""
    report = impasto.report(picture, frame, STYLE, settings=settings, encoder=encoder, identity=False)
    rows = report["style distance"].values
    return statistics.fmean(rows[layer]["result"] for layer in settings.style_layers if layer in rows)


def sharpness(picture: np.ndarray) -> float:
    """The standard deviation of the second differences, in levels of 255."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32), -1).std())


def contend(shots: Shots, settings: impasto.Settings, out: Path | None, loose: bool) -> dict[str, Any]:
    """The figures of one film."""
    needed = sorted({n for pairs in MEASURED.values() for pair in pairs for n in pair})
    painter = impasto.VideoStylizer(settings)
    stylizer = painter.stylizer.varied(replace(settings, size=shots.about.size[1]))
    style = stylizer.encode_style(STYLE)
    stills, seconds = {}, []
    for number in needed:
        began = time.perf_counter()
        image = stylizer.stylize(shots.pictures[number], style).image
        seconds.append(time.perf_counter() - began)
        stills[number] = np.round(image[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    contenders: dict[str, tuple[dict[int, np.ndarray], float]] = {
        "film": (dict(enumerate(shots.pictures)), 0.0),
        "stills": (stills, statistics.fmean(seconds)),
    }
    for name, temporal in (*([("loose", Temporal(hold=0.0))] if loose else []), ("video", Temporal())):
        by = impasto.VideoStylizer(settings, temporal=temporal, encoder=stylizer.encoder)
        frames = list(by.paint(shots, STYLE))
        contenders[name] = (
            {one.number: one.pixels for one in frames},
            statistics.fmean(one.seconds for one in frames[1:]),
        )
    encoder = stylizer.encoder
    later = needed[1:]
    figures: dict[str, Any] = {}
    for name, (pictures, spent) in contenders.items():
        figures[name] = {f"error {gap}": round(warping_error(pictures, shots.back, gap), 6) for gap in GAPS}
        if name != "film":
            figures[name]["style distance"] = round(
                statistics.fmean(
                    style_distance(pictures[n], shots.pictures[n], stylizer.settings, encoder) for n in later
                ),
                5,
            )
            figures[name]["sharpness"] = round(statistics.fmean(sharpness(pictures[n]) for n in later), 2)
            figures[name]["seconds"] = round(spent, 2)
    if out is not None:
        draw(out, shots, contenders)
    return figures


def stand(settings: impasto.Settings, size: int, count: int) -> dict[str, Any]:
    """What becomes of brightness and sharpness while a noisy camera stands."""
    shots = static(size, count)
    frames = list(impasto.VideoStylizer(settings).paint(shots, STYLE))
    first, last = frames[0].pixels, frames[-1].pixels
    pictures = {one.number: one.pixels for one in frames}
    pairs = [(n, n + 1) for n in range(count - 1)]
    return {
        "frames": count,
        "brightness": round(float(last.mean() / first.mean()) - 1, 5),
        "sharpness": round(sharpness(last) / sharpness(first) - 1, 5),
        "error 1": round(warping_error(pictures, shots.back, 1, pairs), 7),
        "error from first to last": round(warping_error(pictures, shots.back, 1, [(0, count - 1)]), 7),
        "error 1 of the film": round(warping_error(dict(enumerate(shots.pictures)), shots.back, 1, pairs), 7),
    }


def whole(painted: Path, settings: impasto.Settings) -> dict[str, Any]:
    """The figures of a painted film of the whole time lapse, beside the film, and beside stills of some frames."""
    shown = [one.pixels for one in FilmFile(painted).frames(Fraction(0), None, print)]
    height, width = shown[0].shape[:2]
    lapse = FilmFile(PICTURES / "video" / "flower.mp4").frames(Fraction(0), None, print)
    pictures = [cv2.resize(one.pixels, (width, height), interpolation=cv2.INTER_AREA) for one in lapse]

    def back(i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
        found = motion(pictures[i], pictures[j])
        return found.back, found.visible

    stylizer = impasto.Stylizer(replace(settings, size=width))
    style, stills = stylizer.encode_style(STYLE), {}
    for number in (100, 101, 105, 120):
        image = stylizer.stylize(pictures[number], style).image
        stills[number] = np.round(image[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    figures: dict[str, Any] = {"frames": len(shown), "size": width}
    for gap in GAPS:
        pairs = [(n, n + gap) for n in range(0, len(shown) - gap, 5)]
        for name, film_ in (("film", pictures), ("video", shown)):
            figures[f"{name}, error {gap}"] = round(
                warping_error(dict(enumerate(film_)), back, gap, pairs), 7
            )
        of_stills = warping_error(stills, back, gap, [(100, 100 + gap)])
        beside = warping_error({n: shown[n] for n in stills}, back, gap, [(100, 100 + gap)])
        figures[f"stills, error {gap}, from frame 100"] = round(of_stills, 7)
        figures[f"video, error {gap}, from frame 100"] = round(beside, 7)
    for name, of in (("stills", stills), ("video", {n: shown[n] for n in stills})):
        figures[f"{name}, style distance"] = round(
            statistics.fmean(
                style_distance(of[n], pictures[n], stylizer.settings, stylizer.encoder) for n in stills
            ),
            5,
        )
    figures["sharpness, frame 100 to frame 1"] = round(sharpness(shown[100]) / sharpness(shown[1]), 3)
    figures["sharpness of the film, likewise"] = round(sharpness(pictures[100]) / sharpness(pictures[1]), 3)
    return figures


def draw(out: Path, shots: Shots, contenders: dict[str, Any]) -> None:
    """A contact sheet, a row for each contender, and x-t slices of film, loose and video."""
    out.mkdir(exist_ok=True)
    shown = [0, 1, 5, 6, 20]
    rows = [np.hstack([pictures[n] for n in shown]) for pictures, _ in contenders.values()]
    cv2.imwrite(str(out / f"{shots.path}.png"), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    row = shots.about.size[0] // 2
    slices = [
        np.stack([contenders[name][0][n][row] for n in range(len(shots.pictures))]).repeat(4, 0)
        for name in ("film", "loose", "video")
        if name in contenders
    ]
    cv2.imwrite(str(out / f"{shots.path}-xt.png"), cv2.cvtColor(np.vstack(slices), cv2.COLOR_RGB2BGR))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--films", default="pan,turn,sprite,flower,static")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--recipe", default="paint")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--painted", type=Path)
    parser.add_argument("--loose", action="store_true")
    arguments = parser.parse_args()
    settings = impasto.Settings(recipe=arguments.recipe, threads=arguments.threads)
    file = Path(__file__).with_suffix(".json")
    found = json.loads(file.read_text()) if file.exists() else {}
    found.setdefault(arguments.recipe, {})["size"] = arguments.size
    if arguments.painted:
        found[arguments.recipe]["flower, whole"] = whole(arguments.painted, settings)
        file.write_text(json.dumps(found, indent=1) + "\n")
        print(json.dumps(found[arguments.recipe]["flower, whole"], indent=1))
        return
    for name in arguments.films.split(","):
        if name == "static":
            figures = stand(settings, STATIC_SIZE, STATIC_COUNT)
        else:
            make = flower if name == "flower" else lambda *size: synthetic(name, *size)  # noqa: B023
            figures = contend(make(arguments.size, COUNT), settings, arguments.out, arguments.loose)
        found[arguments.recipe][name] = figures
        file.write_text(json.dumps(found, indent=1) + "\n")
        print(name, json.dumps(figures, indent=1), flush=True)


if __name__ == "__main__":
    main()
