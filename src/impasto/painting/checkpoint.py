"""Checkpoints: one file that holds everything a painting needs to go on, to the bit.

A safetensors file: the solver's tensors (the canvas among them), and a JSON header that introduces itself
(format, versions, settings, inputs and their fingerprints, progress). It holds state and no code.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from impasto.errors import CheckpointError, SettingsError
from impasto.evaluation import Cost
from impasto.files.atomic_write import replacing
from impasto.files.readable import check_regular
from impasto.files.tensor_file import InFile, find_tensors, is_stored, write_tensors
from impasto.layout import Layout
from impasto.painting.adjust import read_adjustments
from impasto.painting.checkpoint_kinds import check_header
from impasto.settings import Settings
from impasto.solvers.solver import State
from impasto.tensor_types import Span

FORMAT, VERSION = "impasto checkpoint", 3
READABLE = (2, 3)
"""Formats that can be read: 2 called a scale a stage, and knew no adjustments."""
_KEY = "impasto"


@dataclass(frozen=True)
class Checkpoint:
    """A painting in the middle of being painted.

    inputs: by role ("content", "style", "style 2", "start", "mask", ...): path or description, fingerprint, and of a
        style its weight when that is not 1.
    versions: impasto, torch and threads it was painted with; the same bytes need the same.
    layouts: how each scale is computed, and so in which order sums are taken; see `layout.py`.
    costs: the fingerprints of the user's own, which have to be given again; see `costs/custom.py`.
    adjustments: what was changed on the way, each with its "step"; see `adjust.py`.
    extra: what the program that paints wants back, such as the output's name; JSON-able.
    """

    settings: Settings
    inputs: dict[str, dict[str, Any]]
    weights: str
    versions: dict[str, Any]
    scale: int
    step: int
    seconds: float
    history: list[Cost]
    solver_state: State
    layouts: list[Layout]
    costs: list[str] = field(default_factory=list)
    adjustments: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def keeping_its_solver(self, fresh: Sequence[Layout]) -> list[Layout]:
        """New layouts, for another number of processes; the solver at work stays what it is."""
        layouts, old = list(fresh), self.layouts[self.scale]
        layouts[self.scale] = replace(
            layouts[self.scale], solver=old.solver, history=old.history, kept=old.kept, moments=old.moments
        )
        return layouts


def save_checkpoint(path: str | os.PathLike[str], checkpoint: Checkpoint) -> None:
    """Write the checkpoint; an earlier one of that name is replaced in one motion, or left untouched.

    The file is written tensor by tensor, without a copy of any. What the solver does not hold as a tensor but
    can make one of (`tensor_file.Stored`) is fetched when its turn comes.

    Raises OutputError when the file cannot be written.
    """
    parts = dict(vars(checkpoint))
    state = parts.pop("solver_state")
    tensors = {name: value for name, value in state.items() if isinstance(value, Tensor) or is_stored(value)}
    header = {
        "format": FORMAT,
        "version": VERSION,
        **parts,
        "settings": checkpoint.settings.as_dict(),
        "history": [cost.numbers() for cost in checkpoint.history],
        "solver": {name: value for name, value in state.items() if name not in tensors},
        "layouts": [asdict(layout) for layout in checkpoint.layouts],
    }
    with replacing(Path(path), overwrite=True) as file:
        write_tensors(file, tensors, {_KEY: json.dumps(header)})


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint.

    The solver's tensors stay in the file, as `InFile`, and are read when the painting goes on: past steps that were
    stored on disk would not fit into memory, and of several processes each reads its own rows.

    Raises CheckpointError when the file is missing, damaged, not a checkpoint, or of a later format.
    """
    header, tensors = _read(Path(path))
    header = {"costs": [], "adjustments": [], **header}
    if "stage" in header:
        header["scale"] = header["stage"]
    try:
        check_header(header)
        # Earlier versions wrote adjustments that change nothing, too.
        found = read_adjustments(header["adjustments"])
        adjustments = [one.as_dict() for one in found if one.changes]
        parts = {
            **{one.name: header[one.name] for one in fields(Checkpoint) if one.name != "solver_state"},
            "settings": Settings.from_dict(header["settings"]),
            "history": [Cost(*numbers) for numbers in header["history"]],
            "solver_state": header["solver"] | tensors,
            "layouts": [Layout(**values) for values in header["layouts"]],
            "adjustments": adjustments,
        }
        return Checkpoint(**parts)
    except (KeyError, TypeError, AttributeError, SettingsError) as error:
        raise CheckpointError(
            f"{path} is a checkpoint with something missing or wrong ({error}); start over"
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
    if header.get("version") not in READABLE:
        raise CheckpointError(
            f"{path} is a checkpoint of format {header.get('version')}; this impasto reads {READABLE[0]} to {VERSION}: "
            "resume it with the version that wrote it"
        )


def check_same(
    checkpoint: Checkpoint,
    *,
    inputs: Mapping[str, Mapping[str, Any]],
    settings: Settings,
    costs: Sequence[str],
    weights: str,
) -> None:
    """Check that a painting is resumed with what it was begun with.

    inputs: as `Inputs.described` gives them. costs: fingerprints. weights: their checksum.
    Raises CheckpointError, which names what is another.
    """
    _check_inputs(checkpoint.inputs, inputs)
    if checkpoint.settings != settings:
        raise CheckpointError("the checkpoint was painted with other settings; use those it carries")
    if checkpoint.costs != costs:
        raise CheckpointError(
            f"the checkpoint was painted with {_names(checkpoint.costs)}, this is with "
            f"{_names(costs)}: give the same as Stylizer(..., costs=[...]), or start over"
        )
    if checkpoint.weights != weights:
        raise CheckpointError(
            f"the checkpoint was painted with other weights (checksum {checkpoint.weights[:12]}...); "
            "name that file with --weights, or start over"
        )


def _check_inputs(saved: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> None:
    for role, before in saved.items():
        what = f"the {role} picture" if role.startswith(("content", "style", "start")) else f"the {role}"
        after = now.get(role)
        if after is None or after["fingerprint"] != before["fingerprint"]:
            raise CheckpointError(
                f"{what} {before['name']} has changed since the checkpoint was written; "
                "put the old file back, or start over"
            )
        if after.get("weight", 1) != before.get("weight", 1):
            raise CheckpointError(
                f"{what} {before['name']} had the weight {before.get('weight', 1):g} when the checkpoint was written, "
                f"and has {after.get('weight', 1):g} now; give the old one, or start over"
            )
    for role in now:
        if role not in saved:
            raise CheckpointError(
                f"the checkpoint was painted without the {role} {now[role]['name']}; omit it, or start over"
            )


def check_fits(checkpoint: Checkpoint, sizes: Sequence[tuple[int, int]]) -> None:
    """Check that the solver's saved state fits the painting's scales.

    sizes: height and width of each scale. Raises CheckpointError, which names what is another.
    """
    scale, state = checkpoint.scale, checkpoint.solver_state
    if scale >= len(sizes) or len(checkpoint.layouts) != len(sizes):
        raise CheckpointError(
            f"the checkpoint is at scale {scale + 1} of {len(checkpoint.layouts)}, and the painting has {len(sizes)} "
            "scales; start over"
        )
    if "image" not in state:
        raise CheckpointError("the checkpoint holds no canvas: it is damaged; start over")
    expected = (1, 3, *sizes[scale])
    for name, value in state.items():
        if isinstance(value, InFile) and tuple(value.shape) != expected:
            raise CheckpointError(
                f"the checkpoint's {name} is of shape {tuple(value.shape)}, expected {expected}; start over"
            )


def differences(checkpoint: Checkpoint, now: Mapping[str, Any]) -> list[str]:
    """The reasons why a resumed painting may not give the very same bytes."""
    before, after = {"ranks": 1, **checkpoint.versions}, {"ranks": 1, **now}
    return [
        f"the checkpoint was written with {name} {then}, this is {after[name]}: the last bits may differ"
        for name, then in before.items()
        if after.get(name) != then
    ]


def _names(fingerprints: Sequence[str]) -> str:
    return f"the custom costs {' and '.join(fingerprints)}" if fingerprints else "no custom cost"


class SavedState(Mapping[str, Any]):
    """A solver's saved state, whose tensors are read, and brought to `device`, one by one when asked for.

    rows: of each tensor [1, n, H, W] only these, for a process that shares the picture with others; None: all of it.
    """

    def __init__(self, state: Mapping[str, Any], device: torch.device, rows: Span | None = None):
        self._state, self._device, self._rows = state, device, rows

    def __getitem__(self, name: str) -> Any:
        value = self._state[name]
        if isinstance(value, InFile):
            value = value.tensor() if self._rows is None else value.rows(*self._rows)
            return value.to(self._device)
        return value

    def __contains__(self, name: object) -> bool:  # Mapping's own would read the tensor
        return name in self._state

    def __iter__(self) -> Iterator[str]:
        return iter(self._state)

    def __len__(self) -> int:
        return len(self._state)
