"""What the scripts that paint the documentation's pictures share: where they read, and how they publish.

The photographs and paintings are others', and not part of the project: they are read from `../shared/images`.
"""

from pathlib import Path

import pyvips

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT.parent / "shared" / "images"
ONE_THREAD = ("--threads", "1")
"""The last bits are then the same with any number of processors."""


def photograph(name: str = "tubingen") -> Path:
    """A photograph's file, by its name."""
    return PICTURES / "content" / f"{name}.jpg"


def painting(name: str) -> Path:
    """A painting's file, by its name."""
    return PICTURES / "style" / f"{name}.jpg"


def publish(file: Path, folder: Path, quality: int = 90) -> None:
    """A JPEG of a picture, with its recipe and profile inside, in a folder of docs; an earlier one is replaced."""
    folder.mkdir(exist_ok=True)
    keep = pyvips.enums.ForeignKeep.ICC | pyvips.enums.ForeignKeep.XMP
    target = folder / f"{file.stem}.jpg"
    pyvips.Image.new_from_file(str(file)).jpegsave(str(target), Q=quality, subsample_mode="off", keep=keep)
