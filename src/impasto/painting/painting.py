"""One painting while it is painted: an iterator of `Step`s that can be stopped, saved and resumed."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from impasto.costs.custom import CustomCost
from impasto.errors import CheckpointError, OutputError, RankError, SettingsError
from impasto.images.resize.resize import resize_picture
from impasto.inputs.color_transfer import Colouring
from impasto.inputs.inputs import Inputs
from impasto.kernels.threads import computing_with
from impasto.memory.available import kept_to, step_limit
from impasto.memory.plan import Plan
from impasto.memory.time_forecast import calibrate, forecast
from impasto.objective.problem import PicturesAtEveryScale
from impasto.painting.checkpoint import Checkpoint, save_checkpoint
from impasto.painting.loop import Progress, run
from impasto.painting.result import PartOfResult, Result, Step
from impasto.painting.resuming import check_same, differences, replanned
from impasto.settings import Settings
from impasto.solvers.solver import State
from impasto.tensor_types import Image
from impasto.version import __version__
from impasto.vgg.precision import repeatable
from impasto.vgg.vgg19 import VGG19

if TYPE_CHECKING:
    from impasto.distributed.group import Group


class Painting:
    """Iterate over it to paint; every turn is one `Step` of the solver.

    At any time between two steps, `result()` is the picture so far and `save_checkpoint(path)` keeps
    everything needed to go on. Made by `Stylizer.paint`.

    group: the processes that paint this picture together, see `distributed/`; each has a `Painting`, and all do the
        same with it at the same time. A `Step`'s image is then the rank's own rows; rank 0 has the whole result, and
        writes the files. When another rank is gone, every method raises RankError.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        inputs: Inputs,
        resume: Checkpoint | None = None,
        group: "Group | None" = None,
        costs: Sequence[CustomCost] = (),
    ):
        self.settings, self._encoder, self._group, self._given = settings, encoder, group, inputs
        self._costs = tuple(costs)
        with self._reported(), computing_with(settings.threads) as self._threads:
            self._colouring = Colouring.of(settings.colour, inputs)
            self._inputs = self._colouring.inputs
            self.problem = self._problem(resume)
        self.notes = self._notes(resume)
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

    @property
    def recipe(self) -> dict[str, Any]:
        """What its picture would carry inside it now: all that is needed to make it again."""
        return self._recipe()

    def plan(self) -> Plan:
        """How each scale will be computed, in how much memory and in what time; takes a few seconds to measure.

        Raises SettingsError when nothing is painted, because only the colours are taken.
        """
        if not self.problem.stages:
            raise SettingsError("colour only paints nothing, so there is nothing to plan: it is done at once")
        plan = self.problem.plan
        with computing_with(self._threads):
            disk = any(one.layout.kept == "disk" for one in plan.scales)
            return forecast(plan, calibrate(self._encoder, plan.demand, disk=disk))

    def __iter__(self) -> Iterator[Step]:
        return self

    def _problem(self, resume: Checkpoint | None) -> PicturesAtEveryScale:
        ranks = 1 if self._group is None else self._group.size
        as_before = resume is not None and resume.versions.get("ranks", 1) == ranks
        layouts = resume.layouts if resume is not None and as_before else None
        if self._group is None:
            problem = PicturesAtEveryScale(self.settings, self._encoder, self._inputs, layouts, self._costs)
        else:
            from impasto.objective.shared_problem import PicturesInSlabs

            problem = PicturesInSlabs(
                self.settings, self._encoder, self._inputs, layouts, self._group, self._costs
            )
        if resume is not None and not as_before:  # another share of the picture: other memory
            problem.layouts = replanned(problem.layouts, resume)
        return problem

    def _notes(self, resume: Checkpoint | None) -> list[str]:
        """Planned at once: what cannot be done is told before anything is computed."""
        if resume is not None:
            return differences(resume, self._versions())
        return self.problem.plan.departures() if self.problem.stages else []

    def __next__(self) -> Step:
        with self._reported(), self._computing():
            try:
                return next(self._steps)
            except StopIteration:
                self._ended = True
                raise

    @contextlib.contextmanager
    def _computing(self) -> Iterator[None]:
        """With as many threads as are wanted; on an NVIDIA GPU to the bit, and within its part of the memory there."""
        device = self._encoder.device
        with contextlib.ExitStack() as stack:
            stack.enter_context(computing_with(self._threads))
            if device.type == "cuda" and self.problem.stages:
                stack.enter_context(repeatable())
                here = self._progress.stage
                peak = max(self.problem.peaks[here : here + 2])  # the step may be the first of the next scale
                stack.enter_context(kept_to(step_limit(self.problem.room.limit, peak), device))
            yield

    def anywhere(self, asked: bool) -> bool:
        """Whether `asked` holds in any of the processes that paint together, so that all of them act alike."""
        if self._group is None:
            return asked
        with self._reported():
            return self._group.anywhere(asked)

    def result(self) -> Result:
        """The picture as far as it got, at the size of the result, in the colours that the settings ask for.

        In a process other than the first of several it is a `PartOfResult`.
        Raises CheckpointError before the first step.
        """
        with self._reported():
            return self._result()

    def _result(self) -> Result:
        with self._computing():
            kind, image = self._painted() if self.problem.stages else self._recoloured()
        return kind(
            image=image,
            alpha=self.problem.alpha() if kind is Result else None,
            history=list(self._progress.history),
            stopped=self._stopped(),
            seconds=self._progress.seconds,
            settings=self.settings,
            weights=self._encoder.weights.provenance.as_dict(),
            recipe=self._recipe(),
            pictures={"content": self._given.content, "style": self._given.styles[0].picture},
        )

    def save_checkpoint(self, path: str | os.PathLike[str], extra: Mapping[str, Any] | None = None) -> None:
        """Write all that is needed to go on; `extra` is kept beside it for the program that paints.

        Raises OutputError when the file cannot be written, CheckpointError before the first step.
        """
        progress = self._progress
        if not self.problem.stages:
            raise CheckpointError("colour only paints nothing, so there is nothing to go on with: paint anew")
        if progress.solver is None:
            raise CheckpointError("nothing is painted yet: take at least one step before saving a checkpoint")
        with self._reported(OutputError):
            self._save(path, progress, progress.solver.state(), extra)

    def _save(
        self,
        path: str | os.PathLike[str],
        progress: Progress,
        state: State,
        extra: Mapping[str, Any] | None,
    ) -> None:
        def write(state: State) -> None:
            save_checkpoint(
                path,
                Checkpoint(
                    settings=self.settings,
                    inputs=self._inputs.described(),
                    weights=self._encoder.weights.provenance.checksum,
                    versions=self._versions(),
                    stage=progress.stage,
                    step=progress.step,
                    seconds=progress.seconds,
                    history=progress.history,
                    solver_state=state,
                    layouts=self.problem.layouts,
                    costs=self._fingerprints(),
                    extra=dict(extra or {}),
                ),
            )

        if self._group is None:
            write(state)
            return
        from impasto.distributed.gather import save_together
        from impasto.objective.shared_problem import PicturesInSlabs

        assert isinstance(self.problem, PicturesInSlabs)
        save_together(self._group, self.problem.slabs(progress.stage).spans, state, write)

    def _painted(self) -> tuple[type[Result], Image]:
        """The canvas at the last scale, in its colours."""
        if self._progress.solver is None:
            raise CheckpointError(
                "nothing is painted yet: take at least one step before asking for the result"
            )
        canvas = self._progress.solver.image
        for stage in range(self._progress.stage + 1, len(self.problem.stages)):
            canvas = self.problem.grow(canvas, stage)
        canvas = self.problem.shown(canvas, len(self.problem.stages) - 1)
        kind, image, first = self._whole(canvas)
        return kind, self._colouring.finished(image, self.size, first, self.settings.protect_strength)

    def _recoloured(self) -> tuple[type[Result], Image]:
        """The photograph, which has the painting's colours; all of it in the first process."""
        if self._group is not None and self._group.rank:
            return PartOfResult, torch.empty(1, 3, 0, self.size[1])
        image = resize_picture(self._inputs.content, self.size).rgb
        return Result, self._colouring.finished(image, self.size, 0, self.settings.protect_strength)

    def _whole(self, canvas: Image) -> tuple[type[Result], Image, int]:
        """The canvas of the last scale on the CPU, whether it is all of it, and its first row."""
        if self._group is None:
            return Result, self._apart(canvas), 0
        from impasto.objective.shared_problem import PicturesInSlabs

        assert isinstance(self.problem, PicturesInSlabs)
        last = len(self.problem.stages) - 1
        whole = self.problem.whole(canvas, last)
        if whole is not None:
            return Result, whole, 0
        first = self.problem.slabs(last).spans[self._group.rank].start
        return PartOfResult, self._apart(canvas), first

    def _apart(self, canvas: Image) -> Image:
        """A canvas on the CPU, where the solver goes on with another."""
        image, solver = canvas.detach().cpu(), self._progress.solver
        return image.clone() if solver and image.data_ptr() == solver.image.data_ptr() else image

    def _reported(self, but: type[Exception] = RankError) -> contextlib.AbstractContextManager[None]:
        """What ends this process is told to the others, who cannot go on; see `Group.reporting`."""
        return contextlib.nullcontext() if self._group is None else self._group.reporting(but)

    def _resumed(self, checkpoint: Checkpoint) -> Progress:
        check_same(
            checkpoint,
            inputs=self._inputs.described(),
            settings=self.settings,
            costs=self._fingerprints(),
            weights=self._encoder.weights.provenance.checksum,
        )
        return Progress(
            stage=checkpoint.stage,
            step=checkpoint.step,
            seconds=checkpoint.seconds,
            history=list(checkpoint.history),
            saved_state=self.problem.part_of(checkpoint.solver_state, checkpoint.stage),
        )

    def _fingerprints(self) -> list[str]:
        return [cost.fingerprint() for cost in self._costs]

    def _versions(self) -> dict[str, Any]:
        ranks = {} if self._group is None else {"ranks": self._group.size}
        return {"impasto": __version__, "torch": torch.__version__, "threads": self._threads, **ranks}

    def _recipe(self) -> dict[str, Any]:
        """What the picture carries inside it; file names without their folders."""
        inputs = {
            role: {**one, "name": Path(one["name"]).name} for role, one in self._inputs.described().items()
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
            **({"costs": self._fingerprints()} if self._costs else {}),
            "steps": len(self._progress.history),
            "stopped": self._stopped(),
        }

    def _stopped(self) -> str:
        solver = self._progress.solver
        if not self.problem.stages:
            return "recoloured"
        if not self._ended:
            return "interrupted"
        return (solver and solver.finished) or "all steps done"
