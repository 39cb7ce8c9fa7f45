"""The coarse-to-fine loop: a generator of events and `Step`s. Progress bars, checkpoints and plots only listen."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from torch import Tensor

from impasto.errors import CheckpointError, ImpastoError
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.painting.scales import Scale
from impasto.solvers.solver import Solver
from impasto.tensor_types import Image, ResizedImage


@dataclass(frozen=True)
class Step:
    """One step of the solver.

    number: from 1, over all scales. scale: from 1, of `scales`. step: from 1 at this scale, of at most `steps`.
    size: height and width in pixels. seconds: painting time so far.
    done: part of the whole work, 0 to 1, counted in pixels.

    `Painting.preview()` and `Painting.result()` give the picture as it is now, until the next step is asked for.
    """

    number: int
    scale: int
    scales: int
    step: int
    steps: int
    size: tuple[int, int]
    cost: Cost
    seconds: float
    done: float


@dataclass(frozen=True)
class Event:
    """A phase of a painting that is no step, and may take a while.

    kind: "scale", a scale begins; "encoding", the pictures are sent through the network; "compiling", the first
    evaluation has to compile code, which is cached afterwards. scale: from 1, of `scales`. size: height and width of
    the scale in pixels. steps: how many it takes at most.
    """

    kind: Literal["scale", "encoding", "compiling"]
    scale: int
    scales: int
    size: tuple[int, int]
    steps: int


BEGUN = "begun"  # the key of `Progress.begun` in the solver's saved state


class Cancelled(Exception):  # noqa: N818 - it is no error
    """Raised between two evaluations of a step, when the painting was cancelled; the loop ends without an error."""


@runtime_checkable
class Problem(Protocol):
    """The problem that the loop paints, scale by scale (numbers from 0)."""

    @property
    def scales(self) -> Sequence[Scale]:
        """Coarse to fine."""

    def initial_canvas(self) -> Image:
        """The canvas of the first scale."""

    def upscaled(self, canvas: Image, scale: int) -> ResizedImage:
        """The canvas of this scale, given what the one before it painted."""

    def solver(self, canvas: Image, scale: int) -> Solver:
        """A new solver for this scale that starts from `canvas`."""

    def first_canvas_saved(self, canvas: Image) -> Tensor | None:
        """The part of a scale's first canvas that is saved, to encode the scale again when the painting is resumed."""

    def encode(self, scale: int, begun: Tensor | None, steps: int = 0) -> Any:
        """The encodings, which never change while the scale is painted; steps: taken when it began."""

    def objective(self, scale: int, encodings: Any) -> Evaluate:
        """Cost and gradient at this scale, with the weights as they are now."""

    def adjust(self, number: int) -> bool:
        """Take over what was adjusted after so many steps; whether anything was."""

    def compiles(self) -> bool:
        """Whether the first evaluation will compile code."""

    def cancelled(self) -> bool:
        """Whether the painting is to end: asked before each evaluation, by all processes that share it."""


@dataclass
class Progress:
    """How far a painting has come: with the solver's state, all that is needed to go on.

    scale: from 0. step: steps taken at this scale. seconds: painting time. begun: what
    `Problem.first_canvas_saved` gave of this scale. saved_state: of the solver, until it goes on from that.
    """

    scale: int = 0
    step: int = 0
    seconds: float = 0.0
    history: list[Cost] = field(default_factory=list)
    solver: Solver | None = None
    begun: Tensor | None = None
    saved_state: Mapping[str, Any] | None = None


def paint(problem: Problem, progress: Progress) -> Iterator[Step | Event]:
    """Paint all scales, yielding after every step; `progress` is always up to date and may be a saved one."""
    number = progress.scale
    try:
        while True:
            scale = problem.scales[number]
            yield _event("scale", problem, number)
            # The solver first: the one before holds memory that the encodings may need.
            solver = _solver_for(problem, progress, number)
            yield _event("encoding", problem, number)
            if problem.cancelled():
                return
            encodings = problem.encode(number, progress.begun, len(progress.history) - progress.step)
            if problem.compiles():
                yield _event("compiling", problem, number)
            if problem.adjust(len(progress.history)):
                solver.forget()
            evaluate = _until_cancelled(problem, problem.objective(number, encodings))
            while progress.step < scale.steps and not solver.finished:
                if problem.cancelled():
                    return
                started = time.perf_counter()
                cost = solver.step(evaluate)  # the method's `train_step`
                progress.seconds += time.perf_counter() - started
                progress.step += 1
                progress.history.append(cost)
                yield _step(problem, progress, solver, cost)
                if problem.adjust(len(progress.history)):
                    evaluate = _until_cancelled(problem, problem.objective(number, encodings))
                    solver.forget()
            number += 1
            if number == len(problem.scales):
                return
            del encodings, evaluate, solver
    except Cancelled:
        return


def _until_cancelled(problem: Problem, evaluate: Evaluate) -> Evaluate:
    """`evaluate`, which raises Cancelled instead once the painting is cancelled, in all processes that share it."""

    def checked(image: Image) -> Evaluation:
        if problem.cancelled():
            raise Cancelled
        return evaluate(image)

    return checked


def _solver_for(problem: Problem, progress: Progress, number: int) -> Solver:
    """The saved solver, or a new one on the first canvas or on the canvas of the scale before, upscaled.

    The progress is that of this scale from then on, and until then that of the scale before.
    """
    solver = progress.solver
    if progress.saved_state is not None:
        solver = _restored(problem, progress.saved_state, number)
        progress.begun = progress.saved_state.get(BEGUN)
        progress.saved_state, progress.solver = None, solver
    if solver is not None and progress.scale == number:  # saved, or it had come to its end and was adjusted
        if problem.adjust(len(progress.history)):
            solver.forget()
        return solver
    if solver is None:
        canvas = problem.initial_canvas()
    else:
        coarse = solver.image
        progress.solver = solver = None  # its past steps go before the canvas grows
        canvas = problem.upscaled(coarse, number)
        del coarse
    progress.begun = problem.first_canvas_saved(canvas)
    progress.solver = solver = problem.solver(canvas, number)
    progress.scale, progress.step = number, 0
    return solver


def _restored(problem: Problem, saved: Mapping[str, Any], number: int) -> Solver:
    try:
        solver = problem.solver(saved["image"], number)
        solver.restore(saved)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, ImpastoError):
            raise
        raise CheckpointError(
            f"the solver cannot go on from the checkpoint ({type(error).__name__}: {error}): it is damaged; start over"
        ) from None
    return solver


def _event(kind: Literal["scale", "encoding", "compiling"], problem: Problem, number: int) -> Event:
    scale = problem.scales[number]
    return Event(kind, number + 1, len(problem.scales), scale.size, scale.steps)


def _step(problem: Problem, progress: Progress, solver: Solver, cost: Cost) -> Step:
    scale = problem.scales[progress.scale]
    last_of_scale = progress.step == scale.steps or solver.finished
    before = sum(earlier.work for earlier in problem.scales[: progress.scale])
    here = scale.work if last_of_scale else scale.work * progress.step // scale.steps
    return Step(
        number=len(progress.history),
        scale=progress.scale + 1,
        scales=len(problem.scales),
        step=progress.step,
        steps=scale.steps,
        size=scale.size,
        cost=cost,
        seconds=progress.seconds,
        done=(before + here) / sum(one.work for one in problem.scales),
    )
