"""Checkpoints: one file that holds everything a painting needs to go on, to the bit.

A safetensors file: the solver's tensors (the canvas among them), and a JSON header that introduces itself
(format, versions, settings, inputs and their fingerprints, progress). It holds state and no code.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from impasto.errors import CheckpointError
from impasto.files.atomic_write import replacing
from impasto.files.readable import check_regular
from impasto.files.tensor_file import InFile, find_tensors, is_stored, write_tensors
from impasto.memory.layout import Layout
from impasto.objective.evaluation import Cost
from impasto.settings import Settings
from impasto.solvers.solver import State

FORMAT, VERSION = "impasto checkpoint", 2
_KEY = "impasto"


@dataclass(frozen=True)
class Checkpoint:
    """A painting in the middle of being painted.

    inputs: by role ("content", "style", "style 2", "start", "mask", ...): path or description, fingerprint, and of a
        style its weight when that is not 1.
    versions: impasto, torch and threads it was painted with; the same bytes need the same.
    layouts: how each scale is computed, and so in which order sums are taken; see `memory/layout.py`.
    costs: the fingerprints of the user's own, which have to be given again; see `costs/custom.py`.
    extra: what the program that paints wants back, such as the output's name; JSON-able.
    """

    settings: Settings
    inputs: dict[str, dict[str, Any]]
    weights: str
    versions: dict[str, Any]
    stage: int
    step: int
    seconds: float
    history: list[Cost]
    solver_state: State
    layouts: list[Layout]
    costs: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


def save_checkpoint(path: str | os.PathLike[str], checkpoint: Checkpoint) -> None:
    """Write the checkpoint; an earlier one of that name is replaced in one motion, or left untouched.

    The file is written tensor by tensor, without a copy of any. What the solver does not keep as a tensor but
    can make one of (`tensor_file.Stored`) is fetched when its turn comes.

    Raises OutputError when the file cannot be written.
    """
    state = checkpoint.solver_state
    tensors = {name: value for name, value in state.items() if isinstance(value, Tensor) or is_stored(value)}
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
        "history": [cost.numbers() for cost in checkpoint.history],
        "solver": {name: value for name, value in state.items() if name not in tensors},
        "layouts": [layout.as_dict() for layout in checkpoint.layouts],
        "costs": checkpoint.costs,
        "extra": checkpoint.extra,
    }
    with replacing(Path(path), overwrite=True) as file:
        write_tensors(file, tensors, {_KEY: json.dumps(header)})


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint.

    The solver's tensors stay in the file, as `InFile`, and are read when the painting goes on: past steps that were
    kept on disk would not fit into memory, and of several processes each reads its own rows.

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
            layouts=[Layout.from_dict(values) for values in header["layouts"]],
            costs=header.get("costs", []),
            extra=header["extra"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{path} is a checkpoint with something missing ({error}); paint anew"
        ) from None


def _read(path: Path) -> tuple[Mapping[str, Any], Mapping[str, InFile]]:
    check_regular(path, "checkpoint", CheckpointError)
    try:
        metadata, tensors = find_tensors(path, lambda found: _check(path, _introduction(found)))
        return _introduction(metadata), tensors
    except CheckpointError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is not a checkpoint of impasto, or is damaged ({error})") from None


def _introduction(metadata: Mapping[str, str]) -> Any:
    """The JSON with which a checkpoint introduces itself; None in other files."""
    return json.loads(metadata.get(_KEY, "null"))


def _check(path: Path, header: Any) -> None:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of impasto")
    if header.get("version") != VERSION:
        raise CheckpointError(
            f"{path} is a checkpoint of format {header.get('version')}; this impasto reads format {VERSION}: "
            "resume it with the version that wrote it"
        )
