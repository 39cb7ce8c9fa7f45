"""One painting while it is painted: an iterator of `Step`s that can be stopped, saved and resumed."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from impasto.checkpoint import Checkpoint, save_checkpoint
from impasto.encoder.vgg19 import VGG19
from impasto.errors import CheckpointError
from impasto.images.picture import Picture
from impasto.problem import PicturesAtEveryScale
from impasto.result import Result, Step
from impasto.run import Progress, run
from impasto.settings import Settings
from impasto.version import __version__


class Painting:
    """Iterate over it to paint; every turn is one `Step` of the solver.

    At any time between two steps, `result()` is the picture so far and `save_checkpoint(path)` keeps
    everything needed to go on. Made by `Stylizer.paint`.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        pictures: Mapping[str, Picture],
        resume: Checkpoint | None = None,
    ):
        self.settings, self._encoder, self._pictures = settings, encoder, dict(pictures)
        self.problem = PicturesAtEveryScale(
            settings, encoder, pictures["content"], pictures["style"], pictures.get("start")
        )
        self.notes = [] if resume is None else _differences(resume, self._versions())
        self._progress = Progress() if resume is None else self._resumed(resume)
        self._steps = run(self.problem, self._progress)
        self._ended = False

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the result, in pixels."""
        return self.problem.size

    @property
    def steps(self) -> int:
        """How many steps all scales together take, at most."""
        return sum(stage.steps for stage in self.problem.stages)

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        with _threads(self.settings.threads):
            try:
                return next(self._steps)
            except StopIteration:
                self._ended = True
                raise

    def result(self) -> Result:
        """The picture as far as it got, at the size of the result.

        Raises CheckpointError before the first step.
        """
        if self._progress.solver is None:
            raise CheckpointError(
                "nothing is painted yet: take at least one step before asking for the result"
            )
        canvas = self._progress.solver.image
        for stage in range(self._progress.stage + 1, len(self.problem.stages)):
            canvas = self.problem.grow(canvas, stage)
        return Result(
            image=canvas.detach().cpu().clone(),
            alpha=self.problem.alpha(),
            history=list(self._progress.history),
            stopped=self._stopped(),
            seconds=self._progress.seconds,
            settings=self.settings,
            weights=self._encoder.weights.provenance.as_dict(),
            recipe=self._recipe(),
        )

    def save_checkpoint(self, path: str | os.PathLike[str], extra: Mapping[str, Any] | None = None) -> None:
        """Write all that is needed to go on; `extra` is kept beside it for the program that paints.

        Raises OutputError when the file cannot be written, CheckpointError before the first step.
        """
        progress = self._progress
        if progress.solver is None:
            raise CheckpointError("nothing is painted yet: take at least one step before saving a checkpoint")
        save_checkpoint(
            path,
            Checkpoint(
                settings=self.settings,
                inputs=self._inputs(),
                weights=self._encoder.weights.provenance.checksum,
                versions=self._versions(),
                stage=progress.stage,
                step=progress.step,
                seconds=progress.seconds,
                history=progress.history,
                solver_state=progress.solver.state(),
                extra=dict(extra or {}),
            ),
        )

    def _resumed(self, checkpoint: Checkpoint) -> Progress:
        for role, saved in checkpoint.inputs.items():
            picture = self._pictures.get(role)
            if picture is None or picture.fingerprint != saved["fingerprint"]:
                raise CheckpointError(
                    f"the {role} picture {saved['name']} has changed since the checkpoint was written; "
                    "put the old file back, or paint anew"
                )
        if checkpoint.settings != self.settings:
            raise CheckpointError("the checkpoint was painted with other settings; use those it carries")
        if checkpoint.weights != self._encoder.weights.provenance.checksum:
            raise CheckpointError(
                f"the checkpoint was painted with other weights (checksum {checkpoint.weights[:12]}...); "
                "name that file with --weights, or paint anew"
            )
        return Progress(
            stage=checkpoint.stage,
            step=checkpoint.step,
            seconds=checkpoint.seconds,
            history=list(checkpoint.history),
            saved_state=checkpoint.solver_state,
        )

    def _inputs(self) -> dict[str, dict[str, str]]:
        return {
            role: {"name": picture.name, "fingerprint": picture.fingerprint}
            for role, picture in self._pictures.items()
        }

    def _versions(self) -> dict[str, Any]:
        threads = self.settings.threads or torch.get_num_threads()
        return {"impasto": __version__, "torch": torch.__version__, "threads": threads}

    def _recipe(self) -> dict[str, Any]:
        """What the picture carries inside it; file names without their folders."""
        inputs = {
            role: {"name": Path(picture.name).name, "fingerprint": picture.fingerprint}
            for role, picture in self._pictures.items()
        }
        weights = self._encoder.weights.provenance.as_dict()
        weights["path"] = Path(weights["path"]).name
        height, width = self.size
        return {
            "settings": self.settings.as_dict(),
            "width": width,
            "height": height,
            "inputs": inputs,
            "weights": weights,
            "versions": self._versions(),
            "steps": len(self._progress.history),
            "stopped": self._stopped(),
        }

    def _stopped(self) -> str:
        solver = self._progress.solver
        if not self._ended:
            return "interrupted"
        return (solver and solver.finished) or "all steps done"


def _differences(checkpoint: Checkpoint, now: Mapping[str, Any]) -> list[str]:
    """What keeps a resumed painting from giving the very same bytes."""
    return [
        f"the checkpoint was written with {name} {then}, this is {now[name]}: the last bits may differ"
        for name, then in checkpoint.versions.items()
        if now.get(name) != then
    ]


@contextlib.contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """torch's thread count is the whole process's: it is put back after each step."""
    before = torch.get_num_threads()
    if count is None or count == before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
