"""The coarse-to-fine loop: a generator of `Step`s. Progress bars, checkpoints and plots only listen."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, runtime_checkable

from impasto.objective.evaluation import Cost, Evaluate
from impasto.painting.result import Step
from impasto.solvers.solver import Solver
from impasto.tensor_types import Image, ResizedImage


@dataclass(frozen=True)
class Stage:
    """One scale: its height and width in pixels, and how many steps it takes at most."""

    size: tuple[int, int]
    steps: int

    @property
    def work(self) -> int:
        """Steps times pixels."""
        return self.steps * self.size[0] * self.size[1]


@runtime_checkable
class Problem(Protocol):
    """What is painted, stage by stage."""

    stages: Sequence[Stage]

    def evaluate_at(self, stage: int) -> Evaluate:
        """Cost and gradient at the size of this stage."""
        ...

    def first_canvas(self) -> Image:
        """Where the first stage starts."""
        ...

    def grow(self, canvas: Image, stage: int) -> ResizedImage:
        """Where this stage starts, given what the one before it painted."""
        ...

    def shown(self, canvas: Image, stage: int) -> Image:
        """The picture that a canvas of this stage stands for."""
        ...

    def solver(self, canvas: Image, stage: int) -> Solver:
        """A new solver for this stage that starts from `canvas`."""
        ...


@dataclass
class Progress:
    """How far a run has come: with the solver's state, all that is needed to go on."""

    stage: int = 0
    step: int = 0
    seconds: float = 0.0
    history: list[Cost] = field(default_factory=list)
    solver: Solver | None = None
    saved_state: Mapping[str, Any] | None = None


def run(problem: Problem, progress: Progress) -> Iterator[Step]:
    """Paint all stages, yielding after every step; `progress` is kept up to date and may be a saved one."""
    if not problem.stages:
        return
    while True:
        stage = problem.stages[progress.stage]
        # The solver first: the one before holds memory that the targets may need.
        solver = progress.solver = _solver_for(problem, progress)
        evaluate = problem.evaluate_at(progress.stage)
        while progress.step < stage.steps and not solver.finished:
            started = time.perf_counter()
            cost = solver.step(evaluate)
            progress.seconds += time.perf_counter() - started
            progress.step += 1
            progress.history.append(cost)
            yield _step(problem, progress, solver, cost)
        if progress.stage + 1 == len(problem.stages):
            return
        del evaluate, solver
        progress.stage, progress.step = progress.stage + 1, 0


def _solver_for(problem: Problem, progress: Progress) -> Solver:
    """The saved solver, or a new one on the first canvas or on the last stage's canvas, grown."""
    if progress.saved_state is not None:
        solver = problem.solver(progress.saved_state["image"], progress.stage)
        solver.restore(progress.saved_state)
        progress.saved_state = None
        return solver
    if progress.solver is None:
        return problem.solver(problem.first_canvas(), progress.stage)
    canvas = progress.solver.image
    progress.solver = None  # its past steps go before the canvas grows
    return problem.solver(problem.grow(canvas, progress.stage), progress.stage)


def _step(problem: Problem, progress: Progress, solver: Solver, cost: Cost) -> Step:
    stage = problem.stages[progress.stage]
    last_of_stage = progress.step == stage.steps or solver.finished
    before = sum(earlier.work for earlier in problem.stages[: progress.stage])
    here = stage.work if last_of_stage else stage.work * progress.step // stage.steps
    return Step(
        number=len(progress.history),
        scale=progress.stage + 1,
        scales=len(problem.stages),
        step=progress.step,
        steps=stage.steps,
        size=stage.size,
        cost=cost,
        seconds=progress.seconds,
        done=(before + here) / sum(one.work for one in problem.stages),
        _canvas=solver.image,
        _shown=partial(problem.shown, stage=progress.stage),
    )
