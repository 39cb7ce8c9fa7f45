"""The two pictures that come with impasto."""

from pathlib import Path


def demo_picture(role: str) -> Path:
    """The package's own picture for this role."""
    from importlib.resources import files

    return Path(str(files("impasto.demo").joinpath(f"{role}.jpg")))
