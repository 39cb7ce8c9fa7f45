"""Who paints in `quality.py`: impasto with its presets or with settings, pastiche 1.6, or another program's folder.

paint                          a preset
glaze:strength=0.7,steps=60    a preset with other settings
pastiche                       pastiche 1.6 as it comes: L-BFGS, 500 steps; six minutes a picture at 320 pixels
FOLDER                         pictures of another program, named *PHOTO_PAINTING*.png
"""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import impasto
from impasto.settings.presets import PRESETS

Paint = Callable[[Path, Path, int, Path], bool]
"""(photograph, painting, size, output) -> whether there is a picture."""


def contender(name: str) -> Paint:
    """What a contender's name stands for; ends the program where it is none."""
    preset, _, settings = name.partition(":")
    if preset in PRESETS:
        values = dict(one.split("=", 1) for one in settings.split(",") if one)
        return _impasto({"recipe": preset, **{key: _value(text) for key, text in values.items()}})
    if name == "pastiche":
        return _pastiche
    if Path(name).is_dir():
        return _folder(Path(name))
    sys.exit(f"there is no contender {name}: expected {', '.join(PRESETS)}, pastiche or a folder")


def short(name: str) -> str:
    """A contender's name as a part of file names."""
    return Path(name).name.translate(str.maketrans(":,=", "---"))


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _impasto(settings: dict[str, object]) -> Paint:
    def paint(content: Path, style: Path, size: int, out: Path) -> bool:
        stylizer = impasto.Stylizer(impasto.Settings(size=size, **settings))  # type: ignore[arg-type]
        stylizer.stylize(content, style).save(out, overwrite=True)
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
