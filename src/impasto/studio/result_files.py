"""The files of a finished painting: the picture, its small pictures, and the canvas in full precision for downloads."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

import impasto
from impasto.errors import OutputError, PictureError
from impasto.files.atomic_write import replacing
from impasto.studio.folder import write_json
from impasto.studio.library import save_small
from impasto.studio.record import Record

COSTS = "costs.json"


def save_result(record: Record, result: "impasto.Result") -> None:
    """Write everything that is stored of a result, or nothing. Raises OutputError: the disk is full, say."""
    try:
        result.save(record.picture, overwrite=True)
        _save_canvas(record.canvas, result)
        write_json(
            record.home / COSTS,
            {"costs": [asdict(cost) for cost in result.history], "stopped": result.stopped},
        )
        save_small(record.picture, record.home)
    except OutputError:
        raise
    except (OSError, PictureError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"the picture could not be saved ({reason}): is the disk full?") from None
    for name in ("report.png", "report.txt"):
        (record.home / name).unlink(missing_ok=True)


def export(record: Record, to: Path, bits: int) -> None:
    """Write the picture in the format that the file's name says, as `impasto stylize --bits` would have.

    Raises OutputError, SettingsError (the format does not hold so many bits), PictureError.
    """
    metadata = impasto.read_metadata(record.picture)
    settings = impasto.Settings.from_dict({**metadata["settings"], "bits": bits})
    with np.load(record.canvas, allow_pickle=False) as planes:
        image = torch.from_numpy(planes["rgb"])
        alpha = torch.from_numpy(planes["alpha"]) if "alpha" in planes else None
    impasto.Result(
        image=image,
        alpha=alpha,
        history=[],
        stopped=metadata.get("stopped", ""),
        seconds=record.seconds,
        settings=settings,
        weights=metadata.get("weights", {}),
        metadata={**metadata, "settings": settings.as_dict()},
    ).save(to, overwrite=True)


def bundle(record: Record, to: Path, files: Mapping[str, Path], command: str) -> None:
    """Write a ZIP with the picture, everything that it was made from, its settings as a file, and the command.

    files: by their names in it.
    """
    metadata = impasto.read_metadata(record.picture)
    toml = to.with_suffix(".toml")
    impasto.write_settings(toml, impasto.Settings.from_dict(metadata["settings"]), overwrite=True)
    try:
        with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
            for name, path in files.items():
                archive.write(path, name)
            archive.write(toml, "settings.toml")
            archive.writestr("again.txt", command + "\n")
            archive.writestr("recipe.json", json.dumps(metadata, indent=1))
    finally:
        toml.unlink(missing_ok=True)


def _save_canvas(path: Path, result: "impasto.Result") -> None:
    planes: dict[str, Any] = {"rgb": result.image.numpy()}
    if result.alpha is not None:
        planes["alpha"] = result.alpha.numpy()
    with replacing(path, overwrite=True) as file:
        np.savez(file, **planes)
