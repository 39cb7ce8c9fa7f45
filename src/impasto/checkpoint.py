"""Checkpoints: one file that holds everything a painting needs to go on, to the bit.

A safetensors file: the solver's tensors (the canvas among them), and a JSON header that introduces itself
(format, versions, settings, inputs and their fingerprints, progress). It holds state and no code.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from impasto.atomic import replacing
from impasto.errors import CheckpointError
from impasto.evaluation import Cost
from impasto.settings import Settings
from impasto.solvers.base import State

FORMAT, VERSION = "impasto checkpoint", 1
_KEY = "impasto"


@dataclass(frozen=True)
class Checkpoint:
    """A painting in the middle of being painted.

    inputs: by role ("content", "style", "start"): path or description, and fingerprint.
    versions: impasto, torch and threads it was painted with; the same bytes need the same.
    extra: what the program that paints wants back, such as the output's name; JSON-able.
    """

    settings: Settings
    inputs: dict[str, dict[str, str]]
    weights: str
    versions: dict[str, Any]
    stage: int
    step: int
    seconds: float
    history: list[Cost]
    solver_state: State
    extra: dict[str, Any] = field(default_factory=dict)


def save_checkpoint(path: str | os.PathLike[str], checkpoint: Checkpoint) -> None:
    """Write the checkpoint; an earlier one of that name is replaced in one motion, or left untouched.

    Raises OutputError when the file cannot be written.
    """
    tensors = {
        name: value.detach().cpu().contiguous()
        for name, value in checkpoint.solver_state.items()
        if isinstance(value, Tensor)
    }
    header = {
        "format": FORMAT,
        "version": VERSION,
        "settings": checkpoint.settings.as_dict(),
        "inputs": checkpoint.inputs,
        "weights": checkpoint.weights,
        "versions": checkpoint.versions,
        "stage": checkpoint.stage,
        "step": checkpoint.step,
        "seconds": checkpoint.seconds,
        "history": [list(asdict(cost).values()) for cost in checkpoint.history],
        "solver": {name: v for name, v in checkpoint.solver_state.items() if not isinstance(v, Tensor)},
        "extra": checkpoint.extra,
    }
    with replacing(Path(path), overwrite=True) as file:
        # Not save_file: it writes a file of its own and renames it, past this one's fsync and permissions.
        file.write(save(tensors, metadata={_KEY: json.dumps(header)}))


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint.

    Raises CheckpointError when the file is missing, damaged, not a checkpoint, or of a later format.
    """
    header, tensors = _read(Path(path))
    try:
        return Checkpoint(
            settings=Settings.from_dict(header["settings"]),
            inputs=header["inputs"],
            weights=header["weights"],
            versions=header["versions"],
            stage=header["stage"],
            step=header["step"],
            seconds=header["seconds"],
            history=[Cost(*numbers) for numbers in header["history"]],
            solver_state=header["solver"] | tensors,
            extra=header["extra"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{path} is a checkpoint with something missing ({error}); paint anew"
        ) from None


def _read(path: Path) -> tuple[Mapping[str, Any], dict[str, torch.Tensor]]:
    if not path.is_file():
        raise CheckpointError(
            f"there is no checkpoint at {path}; `impasto stylize ... --checkpoint FILE` writes one"
        )
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(_KEY, "null"))
            _check(path, header)
            # Copies, because what lies in the file is not aligned as torch aligns: sums of unaligned numbers
            # are taken in another order, and the last bits would differ from a run that was never stopped.
            return header, {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path} is not a checkpoint of impasto, or is damaged ({error})") from None


def _check(path: Path, header: Any) -> None:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of impasto")
    if header.get("version") != VERSION:
        raise CheckpointError(
            f"{path} is a checkpoint of format {header.get('version')}; this impasto reads format {VERSION}: "
            "resume it with the version that wrote it"
        )
