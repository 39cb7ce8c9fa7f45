"""Paint the pictures of docs/controls.md: `python docs/paint_controls.py [FOLDER]`; begun again, it goes on.

The commands are those that the page shows: they are run as they stand there, in FOLDER (`out/controls` without one),
after the pictures and masks that they name were laid there. What they paint is published as JPEGs. A picture that is
in FOLDER already is not painted again: delete it there to have it painted again.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

import pyvips
from build import DOCS, blocks
from publishing import ONE_THREAD, PICTURES, ROOT, painting, photograph, publish

from impasto.cli.main import main as impasto

PAGE = DOCS / "controls.md"
PUBLISHED = DOCS / "controls"
QUALITY = 85

PAINTINGS = {
    "painting": "starry_night_google",
    "munch": "the_scream",
    "hokusai": "wave",
    "monet": "monet_800600",
}
HOUSES = PICTURES / "masks" / "tubingen_region_a.png"
"""White where houses, bank and wall are; black in the sky, and in the river."""
SKY_ENDS = 450
"""Row of pixels: above it what is black is sky, and below it river."""

SKY, HOUSE, WATER = "#4060ff", "#ff4040", "#40a040"
SKYLINE = (
    "0,430 50,375 90,360 190,362 240,372 268,365 270,342 330,332 390,337 450,310 540,335 598,325 612,280 640,278 "
    "648,212 660,190 668,128 672,128 684,190 697,212 697,248 722,230 770,234 845,208 942,205 958,183 1024,190"
)
SHORE = "1024,768 990,766 860,730 740,695 640,662 510,622 400,605 240,583 180,578 0,565"
TREES = (
    "800,262 720,268 640,272 560,262 540,252 500,262 440,285 370,258 320,265 335,235 330,195 300,175 305,130 240,112 "
    "220,150 225,180 200,220 195,240 110,218 60,212 40,250 25,270 20,215 0,215"
)
POPPIES = "0,282 200,288 300,330 400,385 440,470 545,560 545,600 0,600"
"""Outlines over the photograph and over Monet's Poppy Field, in their pixels."""


def main(folder: Path) -> int:
    """Run what the page shows, then publish; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(folder)
    os.chdir(folder)
    for line in commands():
        words = shlex.split(line)[1:]
        code = 0 if is_done(words) else impasto([*words, *(ONE_THREAD if words[0] != "info" else ())])
        if code:
            return code
        for file in painted(words):
            publish(file, PUBLISHED, QUALITY)
    for name in ("map.png", "monet-map.png"):
        pyvips.Image.thumbnail(name, 320).write_to_file(str(PUBLISHED / name))
    return 0


def commands() -> list[str]:
    """The command lines of the page, in order."""
    shown = [one.code for one in blocks(PAGE.read_text("utf-8")) if one.language == "console"]
    joined = [code.replace("\\\n", " ") for code in shown]
    return [line.removeprefix("$ ") for code in joined for line in code.splitlines()]


def is_done(words: list[str]) -> bool:
    """Whether a command need not be run; an exploration knows itself. A picture that was stopped is removed."""
    if words[0] == "explore":
        return False
    out = Path(output(words))
    begun = out.with_name(f"{out.name}.checkpoint")
    if begun.exists():
        out.unlink(missing_ok=True)
        begun.unlink()
    return out.exists()


def painted(words: list[str]) -> list[Path]:
    """The pictures that a command leaves."""
    out = Path(output(words))
    if words[0] == "explore":
        return sorted((out / "cells").glob("*.png"))
    return [out] if out.suffix == ".png" else []


def output(words: list[str]) -> str:
    """What a command writes."""
    return words[words.index("-o" if "-o" in words else "--toml") + 1]


def lay_out(folder: Path) -> None:
    """The pictures, masks and maps that the page's commands read."""
    shutil.copyfile(photograph(), folder / "photo.jpg")
    for name, file in PAINTINGS.items():
        shutil.copyfile(painting(file), folder / f"{name}.jpg")
    houses = pyvips.Image.new_from_file(str(HOUSES)).extract_band(0)
    rows = pyvips.Image.xyz(houses.width, houses.height).extract_band(1)
    sky = (houses < 128) & (rows < SKY_ENDS)
    masks = {"houses": houses >= 128, "sky": sky, "ground": sky.invert()}
    trees = drawn(800, 600, "black", (f"0,0 800,0 {TREES}", "white"))
    masks |= {"monet-sky": trees[0], "monet-ground": trees[0].invert()}
    for name, mask in masks.items():
        mask.write_to_file(str(folder / f"{name}.png"))
    sky_of_photo, river = (f"0,0 {SKYLINE} 1024,0", SKY), (f"{SHORE} 0,768", WATER)
    drawn(1024, 768, HOUSE, sky_of_photo, river).write_to_file(str(folder / "map.png"))
    sky_of_monet, hill = (f"0,0 800,0 {TREES}", SKY), (POPPIES, HOUSE)
    drawn(800, 600, WATER, sky_of_monet, hill).write_to_file(str(folder / "monet-map.png"))


def drawn(width: int, height: int, ground: str, *areas: tuple[str, str]) -> pyvips.Image:
    """Areas, each of an outline and a colour, on a ground of another colour; RGB."""
    polygons = "".join(f'<polygon points="{points}" fill="{colour}"/>' for points, colour in areas)
    size = f'width="{width}" height="{height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="{ground}"/>{polygons}</svg>'
    return pyvips.Image.svgload_buffer(svg.encode()).extract_band(0, n=3).copy(interpretation="srgb")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "controls"))
