"""What a painting that goes on must share with the one that began, and what it may not share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from impasto.errors import CheckpointError
from impasto.files.tensor_file import InFile
from impasto.memory.layout import Layout
from impasto.objective.tiling.tiles import Span
from impasto.painting.checkpoint import Checkpoint
from impasto.settings import Settings


def check_same(
    checkpoint: Checkpoint,
    *,
    inputs: Mapping[str, Mapping[str, Any]],
    settings: Settings,
    costs: Sequence[str],
    weights: str,
) -> None:
    """That a painting goes on with what it was begun with.

    inputs: as `Inputs.described` gives them. costs: fingerprints. weights: their checksum.
    Raises CheckpointError, which names what is another.
    """
    _check_inputs(checkpoint.inputs, inputs)
    if checkpoint.settings != settings:
        raise CheckpointError("the checkpoint was painted with other settings; use those it carries")
    if checkpoint.costs != costs:
        raise CheckpointError(
            f"the checkpoint was painted with {_told(checkpoint.costs)}, this is with "
            f"{_told(costs)}: give the same as Stylizer(..., costs=[...]), or paint anew"
        )
    if checkpoint.weights != weights:
        raise CheckpointError(
            f"the checkpoint was painted with other weights (checksum {checkpoint.weights[:12]}...); "
            "name that file with --weights, or paint anew"
        )


def _check_inputs(saved: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> None:
    for role, before in saved.items():
        what = f"the {role} picture" if role.startswith(("content", "style", "start")) else f"the {role}"
        after = now.get(role)
        if after is None or after["fingerprint"] != before["fingerprint"]:
            raise CheckpointError(
                f"{what} {before['name']} has changed since the checkpoint was written; "
                "put the old file back, or paint anew"
            )
        if after.get("weight", 1) != before.get("weight", 1):
            raise CheckpointError(
                f"{what} {before['name']} had the weight {before.get('weight', 1):g} when the checkpoint was written, "
                f"and has {after.get('weight', 1):g} now; give the old one, or paint anew"
            )
    for role in now:
        if role not in saved:
            raise CheckpointError(
                f"the checkpoint was painted without the {role} {now[role]['name']}; leave it away, or paint anew"
            )


def differences(checkpoint: Checkpoint, now: Mapping[str, Any]) -> list[str]:
    """What keeps a resumed painting from giving the very same bytes."""
    before, after = {"ranks": 1, **checkpoint.versions}, {"ranks": 1, **now}
    return [
        f"the checkpoint was written with {name} {then}, this is {after[name]}: the last bits may differ"
        for name, then in before.items()
        if after.get(name) != then
    ]


def _told(fingerprints: Sequence[str]) -> str:
    return f"the custom costs {' and '.join(fingerprints)}" if fingerprints else "no custom cost"


def replanned(fresh: Sequence[Layout], checkpoint: Checkpoint) -> list[Layout]:
    """New layouts for a painting that goes on in another number of processes; the solver at work stays what it is."""
    layouts, old = list(fresh), checkpoint.layouts[checkpoint.stage]
    layouts[checkpoint.stage] = replace(
        layouts[checkpoint.stage],
        solver=old.solver,
        history=old.history,
        kept=old.kept,
        moments=old.moments,
    )
    return layouts


class SavedState(Mapping[str, Any]):
    """What a checkpoint holds of a solver, whose tensors are read, and come to `device`, one by one when asked for.

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
