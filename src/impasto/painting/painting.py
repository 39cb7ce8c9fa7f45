"""A painting while it is painted: an iterator of `Step`s that can be watched, steered, stopped, saved and resumed."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from impasto.costs.custom import CustomCost
from impasto.costs.image_cost import ImageCost
from impasto.distributed.partition import WHOLE, Partition
from impasto.errors import CheckpointError, OutputError
from impasto.images.resize.resize import alpha_at
from impasto.inputs.color_transfer import ColorTransfer
from impasto.inputs.inputs import Inputs
from impasto.kernels.threads import computing_with
from impasto.layout import Layout
from impasto.memory.available import AvailableMemory, available_on, kept_to, step_limit
from impasto.memory.peak import Demand, Scale
from impasto.memory.plan import Plan, make_plan
from impasto.memory.request import memory_request
from impasto.memory.time_forecast import calibrate, forecast
from impasto.objective.encode_style import StyleEncodings
from impasto.painting.adjust import Adjustment, read_adjustments
from impasto.painting.checkpoint import (
    Checkpoint,
    SavedState,
    check_fits,
    check_same,
    differences,
    save_checkpoint,
)
from impasto.painting.loop import BEGUN, Event, Progress, Step, paint
from impasto.painting.preview import Previews
from impasto.painting.problem import PaintingProblem
from impasto.painting.result import PartOfResult, Result
from impasto.settings import Settings
from impasto.solvers.smoothing_metric import METRIC_HALO
from impasto.tensor_types import Image
from impasto.version import __version__
from impasto.vgg.precision import repeatable
from impasto.vgg.vgg19 import VGG19


class Painting:
    """A painting that `Stylizer.paint` began: every turn of its iteration is one `Step` of the solver.

    Between two steps `preview()` shows the painting, `adjust()` changes its weights, `result()` is the picture so far,
    and `save_checkpoint(path)` keeps everything that is needed to go on. `cancel()` may be called from any thread.
    Paintings in several threads of one process compute in turns.

    Several processes may paint one picture together. Each has a `Painting`, and all do the same with it at the same
    time. The first has the whole result, and writes the files. When another process is gone, methods raise RankError.

    Attributes:
        settings: those with which the painting began; `adjustments` has what was changed since.
        notes: sentences that the user should know, such as what departs from the settings so that memory is enough.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: VGG19,
        inputs: Inputs,
        resume: Checkpoint | None = None,
        partition: Partition = WHOLE,
        costs: Sequence[CustomCost] = (),
        image_costs: Sequence[ImageCost] = (),
        adjustments: Sequence[Adjustment] = (),
        styles: StyleEncodings | None = None,
    ):
        self.settings, self._encoder, self._partition = settings, encoder, partition
        with partition.reporting():
            with computing_with(settings.threads) as self._threads:
                self._colors = ColorTransfer.of(settings.colour, inputs)
            self._problem = PaintingProblem(
                settings, encoder, self._colors.inputs, partition, costs, image_costs, styles
            )
        self._previews = Previews(self._colors, partition)
        self._problem.plan_adjustments(read_adjustments(adjustments))
        self._progress = Progress() if resume is None else self._resumed(resume)
        self.notes = self._notes(resume)
        self._events = paint(self._problem, self._progress)
        self._ended, self._after_step = False, True

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the result, in pixels."""
        return self._problem.schedule.size

    @property
    def steps(self) -> int:
        """The number of steps that all scales together take, at most."""
        return sum(scale.steps for scale in self._problem.scales)

    @property
    def adjustments(self) -> list[dict[str, Any]]:
        """Every change of weights with the number of steps taken before it: {"step": 12, "strength": 0.7}."""
        return [one.as_dict() for one in self._problem.adjustments]

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        """Paint to the end of the next step."""
        for event in self.events():
            if isinstance(event, Step):
                return event
        raise StopIteration

    def events(self) -> Iterator[Step | Event]:
        """Yield every `Step`, and before it an `Event` for what takes a while: a scale begins, encoding, compiling."""
        while True:
            with self._partition.reporting(), self._computing():
                event = next(self._events, None)
            if event is None:
                self._ended = True
                return
            self._after_step = isinstance(event, Step)
            yield event

    # Watching and steering.

    def preview(self, long_side: int = 512) -> np.ndarray:
        """The picture as it is now, in its final colours; before the first step, the first canvas.

        All of several processes have to call it; those that are not the first get a black picture.

        Args:
            long_side: in pixels; at most that of the canvas.

        Returns:
            A copy, RGB uint8 [h, w, 3].

        Raises:
            SettingsError: the long side is not a whole number from 1 on.
        """
        with self._partition.reporting():  # no turn is taken: what is shown need not be right to the last bit
            scale, solver, saved = self._progress.scale, self._progress.solver, self._progress.saved_state
            if solver is not None:
                canvas = solver.image
            else:
                canvas = self._problem.initial_canvas() if saved is None else saved["image"]
            shown = self._problem.shown(canvas, scale)
            return self._previews.of(shown, self._problem.scales[scale].size, long_side)

    def adjust(self, **changes: Any) -> None:
        """Change weights between two steps; the painting goes on from where it is.

        The encodings stay; L-BFGS forgets the curvature and Adam nothing. The change is part of checkpoints and of the
        picture's metadata, with the number of steps after which it was made. While a later scale begins (an `Event`)
        the change is made after the next step. A painting whose solver had come to its end goes on when it is iterated
        again.

        Args:
            changes: strength, alpha, beta, variation and protect_strength, as the settings of these names;
                style_layers and content_layer, weights of layers that were encoded when the painting began; styles,
                the weights of the style images, a list in their order.

        Raises:
            SettingsError: another name, or a value that cannot be used; nothing is changed then.
        """
        with self._partition.reporting():
            progress, problem = self._progress, self._problem
            taken = len(progress.history)
            later = bool(taken) and not self._after_step
            problem.add_adjustment(taken + later, changes, later=later)
            left = progress.step < problem.scales[progress.scale].steps
            if self._ended and left and not problem.cancelled():
                self._events, self._ended = paint(problem, progress), False

    def cancel(self) -> None:
        """End the painting before its next evaluation or, where several processes share it, before its next step.

        Any thread may call this. The iteration then stops; `result()` and `save_checkpoint()` give the picture after
        the last whole step.
        """
        self._problem.cancel()

    def anywhere(self, asked: bool) -> bool:
        """Whether `asked` holds in any of the processes that paint together, so that all of them act alike."""
        with self._partition.reporting():
            return self._partition.anywhere(asked)

    # The plan.

    def plan(self, *, timed: bool = True) -> Plan:
        """The layout, memory and time of each scale.

        timed: whether times are forecast, which takes a few seconds to measure.
        """
        plan = self._plan
        if not timed:
            return plan
        with computing_with(self._threads):
            disk = any(one.layout.kept == "disk" for one in plan.scales)
            return forecast(plan, calibrate(self._encoder, plan.demand, disk=disk))

    @property
    def layouts(self) -> list[Layout]:
        """The layout of each scale; may be set before the first step. Raises SettingsError when nothing fits."""
        if not self._problem.layouts:
            self._problem.layouts = [one.layout for one in self._plan.scales]
        return list(self._problem.layouts)

    @layouts.setter
    def layouts(self, layouts: Sequence[Layout]) -> None:
        self._problem.layouts = list(layouts)
        self.__dict__.pop("_peaks", None)

    @cached_property
    def _plan(self) -> Plan:
        """For each scale the best layout that fits into the memory there is; no times."""
        memory = self._memory
        return make_plan(
            self._request, self._parts, memory.base, memory.limit, named=memory.named, reached=memory.reached
        )

    @cached_property
    def _memory(self) -> AvailableMemory:
        """What the process holds, and may hold: of several the one with the least memory decides."""
        partition = self._partition
        own = available_on(self._encoder.device, self.settings.memory, partition.on_machine)
        base = int(partition.largest(own.base))
        spare = -int(partition.largest(own.base - own.limit))
        return AvailableMemory(base, base + spare, own.named, int(partition.largest(own.reached)))

    @cached_property
    def _request(self) -> Demand:
        problem = self._problem
        return memory_request(
            self.settings,
            self._encoder,
            problem.inputs,
            self._partition,
            problem.costs,
            problem.image_costs,
            0 if problem.styles is None else problem.styles.limit,
        )

    @cached_property
    def _parts(self) -> list[Scale]:
        """What one process computes of each scale: the largest part, with what its tiles and the metric see."""
        problem, coarser = self._problem, None
        found = []
        for scale in problem.scales:
            style = max(problem.schedule.style_sizes(scale.size), key=lambda size: size[0] * size[1])
            part = self._part(scale.size)
            found.append(Scale(part, self._part(style), scale.steps, coarser))
            coarser = part
        return found

    def encode_styles(self) -> None:
        """Encode the style images for every scale, for encodings that are kept; see `Stylizer.encode_style`."""
        with self._partition.reporting(), self._computing():
            self._problem.encode_styles()

    def _part(self, size: tuple[int, int]) -> tuple[int, int]:
        if self._partition.size == 1:
            return size
        return min(size[0], self._partition.largest_part(size[0]) + 2 * METRIC_HALO), size[1]

    @cached_property
    def _peaks(self) -> list[int]:
        """For each scale the most bytes that the process will hold, in the layout that it has."""
        request = replace(self._request, final=self._parts[-1].size)
        return [
            request.peak(part, layout, self._memory.base)
            for part, layout in zip(self._parts, self.layouts, strict=True)
        ]

    @contextlib.contextmanager
    def _computing(self) -> Iterator[None]:
        """With as many threads as are wanted; on an NVIDIA GPU to the bit, and within its part of the memory there."""
        device = self._encoder.device
        with contextlib.ExitStack() as stack:
            stack.enter_context(computing_with(self._threads))
            if not self._problem.layouts:
                self._problem.layouts = self.layouts
            if device.type == "cuda":
                stack.enter_context(repeatable())
                here = self._progress.scale
                peak = max(self._peaks[here : here + 2])  # the step may be the first of the next scale
                stack.enter_context(kept_to(step_limit(self._memory.limit, peak), device))
            yield

    # The result.

    @property
    def metadata(self) -> dict[str, Any]:
        """All that is needed to make the picture again, without names of folders; a saved picture carries it."""
        inputs = {
            role: {**one, "name": Path(one["name"]).name}
            for role, one in self._colors.original.described().items()
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
            **({"costs": self._fingerprints()} if self._fingerprints() else {}),
            **({"adjustments": self.adjustments} if self.adjustments else {}),
            "steps": len(self._progress.history),
            "stopped": self._stopped(),
        }

    def result(self) -> Result:
        """The picture so far, at the size of the result, in the colours that the settings ask for.

        Returns:
            The result; in a process other than the first of several, a `PartOfResult`.

        Raises:
            CheckpointError: no step was taken yet.
        """
        with self._partition.reporting(), self._computing():
            kind, image = self._painted()
            return kind(
                image=image,
                alpha=alpha_at(self._problem.inputs.content, self.size) if kind is Result else None,
                history=list(self._progress.history),
                stopped=self._stopped(),
                seconds=self._progress.seconds,
                settings=self.settings,
                weights=self._encoder.weights.provenance.as_dict(),
                metadata=self.metadata,
                pictures={
                    "content": self._colors.original.content,
                    "style": self._colors.original.styles[0].picture,
                },
            )

    def _painted(self) -> tuple[type[Result], Image]:
        """The canvas at the last scale, in its colours: all of it in the first process, elsewhere its own rows."""
        problem, solver = self._problem, self._progress.solver
        if solver is None:
            raise CheckpointError(
                "nothing is painted yet: take at least one step before asking for the result"
            )
        canvas = solver.image.detach()
        for scale in range(self._progress.scale + 1, len(problem.scales)):
            canvas = problem.upscaled(canvas, scale)
        canvas = problem.shown(canvas, len(problem.scales) - 1)
        whole = self._partition.gathered(canvas, self.size[0])
        kind: type[Result] = Result if self._partition.rank == 0 else PartOfResult
        image = canvas.cpu() if whole is None else whole
        if image.data_ptr() == solver.image.data_ptr():
            image = image.clone()  # the solver goes on with its own
        first = 0 if whole is not None else self._partition.rows_of(self.size[0]).start
        strength = problem.settings.protect_strength
        return kind, self._colors.finished(image, self.size, first, strength)

    def _stopped(self) -> str:
        if not self._ended:
            return "interrupted"
        scale, step, solver = self._progress.scale, self._progress.step, self._progress.solver
        last = len(self._problem.scales) - 1
        if (
            solver is not None
            and scale == last
            and (solver.finished or step >= self._problem.scales[last].steps)
        ):
            return solver.finished or "all steps done"
        return "cancelled" if self._problem.cancelled() else "interrupted"

    # Checkpoints.

    def save_checkpoint(self, path: str | os.PathLike[str], extra: Mapping[str, Any] | None = None) -> None:
        """Write all that is needed to go on.

        Args:
            path: the file, which is replaced when the new one is whole.
            extra: what the program that paints wants to keep with it, JSON-able.

        Raises:
            OutputError: the file cannot be written.
            CheckpointError: no step was taken yet.
        """
        progress = self._progress
        if progress.solver is None:
            raise CheckpointError("nothing is painted yet: take at least one step before saving a checkpoint")

        def write(state: Mapping[str, Any]) -> None:
            save_checkpoint(
                path,
                Checkpoint(
                    settings=self.settings,
                    inputs=self._colors.original.described(),
                    weights=self._encoder.weights.provenance.checksum,
                    versions=self._versions(),
                    scale=progress.scale,
                    step=progress.step,
                    seconds=progress.seconds,
                    history=progress.history,
                    solver_state=dict(state),
                    layouts=self.layouts,
                    costs=self._fingerprints(),
                    adjustments=self.adjustments,
                    extra=dict(extra or {}),
                ),
            )

        height = self._problem.scales[progress.scale].size[0]
        with self._partition.reporting(OutputError):
            state = progress.solver.state()
            if progress.begun is not None and state:
                state[BEGUN] = progress.begun
            self._partition.gathered_state(state, height, write)

    def _resumed(self, checkpoint: Checkpoint) -> Progress:
        check_same(
            checkpoint,
            inputs=self._colors.original.described(),
            settings=self.settings,
            costs=self._fingerprints(),
            weights=self._encoder.weights.provenance.checksum,
        )
        problem, partition = self._problem, self._partition
        check_fits(checkpoint, [scale.size for scale in problem.scales])
        problem.plan_adjustments(read_adjustments(checkpoint.adjustments))
        problem.adjust(
            len(checkpoint.history) - 1
        )  # those made after the last step are still to be taken over
        if checkpoint.versions.get("ranks", 1) == partition.size:
            self.layouts = checkpoint.layouts
        else:  # another share of the picture, and so other memory
            self.layouts = checkpoint.keeping_its_solver(self.layouts)
        rows = partition.rows_of(problem.scales[checkpoint.scale].size[0]) if partition.size > 1 else None
        return Progress(
            scale=checkpoint.scale,
            step=checkpoint.step,
            seconds=checkpoint.seconds,
            history=list(checkpoint.history),
            saved_state=SavedState(checkpoint.solver_state, self._encoder.device, rows),
        )

    def _notes(self, resume: Checkpoint | None) -> list[str]:
        """What the user should know. A new painting is planned for it: what does not fit is told at once."""
        if resume is not None:
            return differences(resume, self._versions())
        return self._plan.departures()

    def _fingerprints(self) -> list[str]:
        return [
            *(cost.fingerprint() for cost in self._problem.costs),
            *(cost.fingerprint() for cost in self._problem.image_costs),
        ]

    def _versions(self) -> dict[str, Any]:
        ranks = {} if self._partition.size == 1 else {"ranks": self._partition.size}
        return {"impasto": __version__, "torch": torch.__version__, "threads": self._threads, **ranks}
