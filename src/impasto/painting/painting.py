"""A painting while it is painted: an iterator of `Step`s that can be watched, steered, stopped, saved and resumed."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from impasto.costs.custom import CustomCost
from impasto.costs.image_cost import ImageCost
from impasto.distributed.partition import WHOLE, Partition
from impasto.inputs.color_transfer import ColorTransfer
from impasto.inputs.inputs import Inputs
from impasto.kernels.threads import computing_with
from impasto.layout import Layout
from impasto.memory.plan import Plan
from impasto.objective.encode_style import StyleEncodings
from impasto.objective.scale_setup import KnownNeighbours
from impasto.painting.adjust import Adjustment, read_adjustments
from impasto.painting.checkpoint import Checkpoint, differences
from impasto.painting.loop import Event, Progress, Step, paint
from impasto.painting.planner import Planner
from impasto.painting.problem import PaintingProblem
from impasto.painting.record import PaintingRecord
from impasto.painting.result import Result
from impasto.settings import Settings
from impasto.vgg.vgg19 import VGG19


class Painting:
    """A painting that `Stylizer.paint` began: every turn of its iteration is one `Step` of the solver.

    Between two steps `preview()` shows the painting, `adjust()` changes its weights, `result()` is the picture so far,
    and `save_checkpoint(path)` writes everything that is needed to go on. `cancel()` may be called from any thread.
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
        neighbours: KnownNeighbours = (),
    ):
        self.settings, self._partition = settings, partition
        with partition.reporting():
            with computing_with(settings.threads) as self._threads:
                self._colors = ColorTransfer.of(settings.colour, inputs)
                image_costs = [self._colors.cost(one) for one in image_costs]
            self._problem = PaintingProblem(
                settings, encoder, self._colors.inputs, partition, costs, image_costs, styles, neighbours
            )
        self._planner = Planner(self._problem)
        self._record = PaintingRecord(self._problem, self._colors, self._threads)
        self._problem.plan_adjustments(read_adjustments(adjustments))
        if resume is None:  # what does not fit into memory is said now
            self._progress, self.notes = Progress(), self._planner.best.departures()
        else:
            self._progress = self._record.resumed(resume, self._planner)
            self.notes = differences(resume, self._record.versions)
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
        return self._record.adjustments

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
            with self._computing():
                event = next(self._events, None)
            if event is None:
                self._ended = True
                return
            self._after_step = isinstance(event, Step)
            yield event

    @property
    def neighbours(self) -> KnownNeighbours:
        """Of the last scale, once it is begun, for each region and layer: the number of the candidate that each
        position is drawn to, int32 [n_H, n_W]. Empty without neighbours, and among several processes.

        A painting of the same style at the same size may take them over: see `Stylizer.paint`.
        """
        return self._problem.neighbours

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
            return self._record.preview(self._progress, long_side)

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
        """End the painting before its next evaluation, in all processes that share it.

        Any thread of any of them may call this. The iteration then stops; `result()` and `save_checkpoint()` give the
        picture after the last whole step.
        """
        self._problem.cancel()

    def anywhere(self, asked: bool) -> bool:
        """Whether `asked` holds in any of the processes that paint together, so that all of them act alike."""
        with self._partition.reporting():
            return self._partition.anywhere(asked)

    # The plan.

    def plan(self, *, times: bool = True) -> Plan:
        """The layout, memory and time of each scale.

        times: whether to forecast them, which takes a few seconds to measure.
        """
        return self._planner.plan(self._threads, times)

    @property
    def layouts(self) -> list[Layout]:
        """The layout of each scale; may be set before the first step. Raises SettingsError when nothing fits."""
        return self._planner.layouts

    @layouts.setter
    def layouts(self, layouts: Sequence[Layout]) -> None:
        self._planner.layouts = list(layouts)

    def encode_styles(self) -> None:
        """Encode the style images for every scale, into the cache; see `Stylizer.encode_style`."""
        with self._computing():
            self._problem.encode_styles()

    @contextlib.contextmanager
    def _computing(self) -> Iterator[None]:
        """Compute within this block as the settings say: with so many threads, in layouts that fit, on their device."""
        with self._partition.reporting(), computing_with(self._threads):
            self._problem.layouts = self.layouts
            with self._planner.on_device(self._progress.scale):
                yield

    # What is saved of it.

    @property
    def metadata(self) -> dict[str, Any]:
        """The data from which the picture can be made again, without names of folders; a saved picture carries it."""
        return self._record.metadata(self._progress, self._stopped())

    def result(self) -> Result:
        """The picture so far, at the size of the result, in the colours that the settings ask for.

        Returns:
            The result; in a process other than the first of several, a `PartOfResult`.

        Raises:
            CheckpointError: no step was taken yet.
        """
        with self._computing():
            return self._record.result(self._progress, self._stopped())

    def save_checkpoint(self, path: str | os.PathLike[str], extra: Mapping[str, Any] | None = None) -> None:
        """Write all that is needed to go on.

        Args:
            path: the file, which is replaced when the new one is whole.
            extra: what the program that paints wants to save with it, JSON-able.

        Raises:
            OutputError: the file cannot be written.
            CheckpointError: no step was taken yet.
        """
        self._record.save(path, self._progress, extra)

    def _stopped(self) -> str:
        return self._record.stopped(self._progress, self._ended)
