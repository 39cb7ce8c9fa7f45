"""Figures of matplotlib as files: the same figure is the same bytes, and a file appears whole or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import SettingsError
from impasto.files.atomic_write import check_target, replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXTENSIONS = (".png", ".pdf", ".svg")
# The dates that matplotlib writes would make the same figure another file every time.
_WITHOUT_DATE: dict[str, Any] = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}


def check_figure(path: Path, overwrite: bool, what: str, extensions: tuple[str, ...] = EXTENSIONS) -> None:
    """Check all that can be checked before there is anything to draw; `what`: its name in messages.

    Raises SettingsError for an extension that is none of `extensions`, and OutputError as `check_target`.
    """
    if path.suffix.lower() not in extensions:
        raise SettingsError(
            f"the {what} '{path}' has no extension of a format that can be written: use {', '.join(extensions)}"
        )
    check_target(path, overwrite)


def save_figure(figure: "Figure", path: Path, overwrite: bool, dpi: int) -> None:
    """Write a figure; dpi: dots per inch of a .png. Raises OutputError when it cannot be written."""
    import matplotlib

    kind = path.suffix.lower()[1:]
    with matplotlib.rc_context({"svg.hashsalt": "impasto"}), replacing(path, overwrite) as file:
        figure.savefig(file, format=kind, dpi=dpi, metadata=_WITHOUT_DATE[kind])
