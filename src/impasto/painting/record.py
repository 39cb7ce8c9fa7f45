"""What is shown and saved of a painting: previews, its result, its checkpoint, and the metadata that both carry."""

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.distributed.partition import ALIGNED
from impasto.errors import CheckpointError, OutputError, SettingsError
from impasto.images.resize import alpha_at, fitted_size, rows_at
from impasto.inputs.color_transfer import ColorTransfer
from impasto.painting.adjust import read_adjustments
from impasto.painting.checkpoint import Checkpoint, SavedState, check_fits, check_same, save_checkpoint
from impasto.painting.loop import BEGUN, Progress
from impasto.painting.planner import Planner
from impasto.painting.problem import PaintingProblem
from impasto.painting.result import PartOfResult, Result
from impasto.solvers.solver import Solver
from impasto.tensor_types import Image
from impasto.version import __version__


class PaintingRecord:
    """Shows how far a painting is, and writes down what it is made from and with.

    problem: with the settings that it begins with. colors: the inputs as they were read. threads: it computes with.
    """

    def __init__(self, problem: PaintingProblem, colors: ColorTransfer, threads: int):
        self._problem, self._colors, self._threads = problem, colors, threads
        self._settings, self._partition = problem.settings, problem.partition
        self._weights = problem.encoder.weights.provenance
        self._photographs: dict[tuple[int, int], Tensor] = {}

    @property
    def versions(self) -> dict[str, Any]:
        """The versions on which the bytes depend: impasto's, torch's, and the numbers of threads and of processes."""
        ranks = {} if self._partition.size == 1 else {"ranks": self._partition.size}
        return {"impasto": __version__, "torch": torch.__version__, "threads": self._threads, **ranks}

    @property
    def adjustments(self) -> list[dict[str, Any]]:
        """See `Painting.adjustments`."""
        return [one.as_dict() for one in self._problem.adjustments]

    @property
    def _fingerprints(self) -> list[str]:
        problem = self._problem
        return [
            *(cost.fingerprint() for cost in problem.costs),
            *(cost.fingerprint() for cost in problem.image_costs),
        ]

    def stopped(self, progress: Progress, ended: bool) -> str:
        """Why the painting ended, or "interrupted"; ended: whether its iteration did."""
        problem, solver = self._problem, progress.solver
        if not ended:
            return "interrupted"
        if solver is not None and progress.scale == len(problem.scales) - 1:
            if solver.finished:
                return solver.finished
            if progress.step >= problem.scales[-1].steps:
                return "all steps done"
        return "cancelled" if problem.cancelled() else "interrupted"

    def metadata(self, progress: Progress, stopped: str) -> dict[str, Any]:
        """See `Painting.metadata`."""
        described = self._colors.original.described().items()
        weights = self._weights.as_dict()
        height, width = self._problem.schedule.size
        return {
            "settings": self._settings.as_dict(),
            "width": width,
            "height": height,
            "inputs": {role: {**one, "name": Path(one["name"]).name} for role, one in described},
            "weights": {**weights, "path": Path(weights["path"]).name},
            "versions": self.versions,
            **({"costs": self._fingerprints} if self._fingerprints else {}),
            **({"adjustments": self.adjustments} if self.adjustments else {}),
            "steps": len(progress.history),
            "stopped": stopped,
        }

    def preview(self, progress: Progress, long_side: int) -> np.ndarray:
        """See `Painting.preview`; cheap at any size of the canvas."""
        if isinstance(long_side, bool) or not isinstance(long_side, int) or long_side < 1:
            wanted = "a whole number of pixels from 1 on"
            raise SettingsError(f"the long side of a preview must be {wanted}, got {long_side!r}")
        problem, saved = self._problem, progress.saved_state
        if progress.solver is not None:
            canvas = progress.solver.image
        else:
            canvas = problem.initial_canvas() if saved is None else saved["image"]
        size = problem.scales[progress.scale].size
        small = fitted_size(*size, min(long_side, max(size)))
        whole = self._shrunk(problem.shown(canvas, progress.scale).detach(), size, small)
        if whole is None:
            return np.zeros((*small, 3), np.uint8)
        picture = self._colors.preview(whole, self._photograph(small))
        return (picture[0].permute(1, 2, 0) * 255).round().clamp(0, 255).to(torch.uint8).numpy()

    def _shrunk(self, canvas: Image, size: tuple[int, int], small: tuple[int, int]) -> Image | None:
        """The whole canvas on the CPU of the first process, shrunk by area; each process shrinks its own rows."""
        stride = min(size[0] // small[0], size[1] // small[1], ALIGNED)
        stride = 2 ** int(math.log2(stride))  # processes own whole strides of rows
        pooled = canvas.new_empty(1, 3, 0, -(-size[1] // stride))
        if canvas.numel():
            pooled = F.avg_pool2d(canvas, stride, ceil_mode=True, count_include_pad=False)
        whole = self._partition.gathered(pooled, size[0], stride)
        return None if whole is None else F.interpolate(whole, small, mode="area")

    def _photograph(self, small: tuple[int, int]) -> Tensor:
        if small not in self._photographs:
            self._photographs = {small: rows_at(self._colors.original.content, small, 0, small[0])}
        return self._photographs[small]

    def result(self, progress: Progress, stopped: str) -> Result:
        """See `Painting.result`."""
        image, is_whole = self._painted(_solver(progress, "asking for the result"), progress.scale)
        original = self._colors.original
        kind = Result if is_whole else PartOfResult
        return kind(
            image=image,
            alpha=alpha_at(self._problem.inputs.content, self._problem.schedule.size) if is_whole else None,
            history=list(progress.history),
            stopped=stopped,
            seconds=progress.seconds,
            settings=self._settings,
            weights=self._weights.as_dict(),
            metadata=self.metadata(progress, stopped),
            pictures={"content": original.content, "style": original.styles[0].picture},
        )

    def _painted(self, solver: Solver, scale: int) -> tuple[Image, bool]:
        """The canvas at the last scale, in its colours, and whether it is all of it.

        It is in the first process; elsewhere these are the process's own rows.
        """
        problem, partition, size = self._problem, self._partition, self._problem.schedule.size
        canvas = solver.image.detach()
        for finer in range(scale + 1, len(problem.scales)):
            canvas = problem.upscaled(canvas, finer)
        canvas = problem.shown(canvas, len(problem.scales) - 1)
        whole = partition.gathered(canvas, size[0])
        image = canvas.cpu() if whole is None else whole
        if image.data_ptr() == solver.image.data_ptr():
            image = image.clone()  # the solver goes on with its own
        first = 0 if whole is not None else partition.rows_of(size[0]).start
        image = self._colors.finished(image, size, first, problem.settings.protect_strength)
        return image, partition.rank == 0

    def save(self, path: str | os.PathLike[str], progress: Progress, extra: Mapping[str, Any] | None) -> None:
        """See `Painting.save_checkpoint`."""
        solver = _solver(progress, "saving a checkpoint")

        def write(state: Mapping[str, Any]) -> None:
            checkpoint = Checkpoint(
                settings=self._settings,
                inputs=self._colors.original.described(),
                weights=self._weights.checksum,
                versions=self.versions,
                scale=progress.scale,
                step=progress.step,
                seconds=progress.seconds,
                history=progress.history,
                solver_state=dict(state),
                layouts=list(self._problem.layouts),
                costs=self._fingerprints,
                adjustments=self.adjustments,
                extra=dict(extra or {}),
            )
            save_checkpoint(path, checkpoint)

        height = self._problem.scales[progress.scale].size[0]
        with self._partition.reporting(OutputError):
            state = solver.state()
            if progress.begun is not None and state:
                state[BEGUN] = progress.begun
            self._partition.gathered_state(state, height, write)

    def resumed(self, checkpoint: Checkpoint, planner: Planner) -> Progress:
        """The progress from which the painting goes on; its layouts and adjustments become the checkpoint's.

        Raises CheckpointError when the checkpoint is another painting's.
        """
        check_same(
            checkpoint,
            inputs=self._colors.original.described(),
            settings=self._settings,
            costs=self._fingerprints,
            weights=self._weights.checksum,
        )
        problem, partition = self._problem, self._partition
        check_fits(checkpoint, [scale.size for scale in problem.scales])
        problem.plan_adjustments(read_adjustments(checkpoint.adjustments))
        problem.adjust(len(checkpoint.history) - 1)  # those after the last step are still to be taken over
        if checkpoint.versions.get("ranks", 1) == partition.size:
            planner.layouts = checkpoint.layouts
        else:  # another share of the picture, and so other memory
            planner.layouts = checkpoint.keeping_its_solver(planner.layouts)
        rows = partition.rows_of(problem.scales[checkpoint.scale].size[0]) if partition.size > 1 else None
        state = SavedState(checkpoint.solver_state, problem.encoder.device, rows)
        begun = checkpoint.scale, checkpoint.step, checkpoint.seconds, list(checkpoint.history)
        return Progress(*begun, saved_state=state)


def _solver(progress: Progress, before: str) -> Solver:
    """The solver at work. Raises CheckpointError while there is none."""
    if progress.solver is None:
        raise CheckpointError(f"nothing is painted yet: take at least one step before {before}")
    return progress.solver
