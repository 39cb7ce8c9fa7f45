"""Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1), with a clip to [0, 1] after each step."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from impasto.distributed.partition import Partition
from impasto.errors import CostError, SettingsError
from impasto.evaluation import Cost, Evaluate
from impasto.layout import Layout
from impasto.settings import Settings
from impasto.solvers.solver import SolverSettings, SolverWork, State, Vectors
from impasto.solvers.vectors import chunks

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
PASSES = 8  # the work of a step on vectors, in additions of one vector to another
QUICK_BETA_2 = 0.99  # BETA_2 where there are few steps, whose iterates are averaged
ENOUGH = 1e-4
"""A balanced cost that is 0 but for rounding: the canvas has the content and the style that were asked for.

Of a painting that is to be made it is 1 to 10."""


class Adam:
    """Adam on the pixels.

    image: any shape, values in [0, 1]; a copy is taken.
    learning_rate: how far a pixel moves in a step, about; 1 is black to white.
    average: decay of the average of iterates, from 0 (none) up to but not 1; the image is then that average, in which
        the noise of single steps is gone (Polyak and Juditsky 1992; crowsonkb's style-transfer-pytorch).
    beta_2: decay of the second moment.
    enough: a cost down to which nothing is left to be done: the image stays, and the solver has finished. Adam's steps
        have a length of their own, however small the gradient is.
    dtype: the precision that both moments are stored in; None is the image's own. torch.bfloat16 halves their
        memory, and every computation is still in the image's precision. What it costs, measured on a quadratic
        with curvatures from 1 to 100: on the way a value is 0.0005 off on average, 0.005 at most (rate 0.01,
        step 50, the cost 0.4 percent higher); at the minimum nothing. float16 is refused: the square of a
        small gradient is 0 in it.

    Raises SettingsError for any other dtype.
    """

    TITLE = "Adam"

    def __init__(
        self,
        image: Tensor,
        learning_rate: float,
        dtype: torch.dtype | None = None,
        *,
        average: float = 0.0,
        beta_2: float = BETA_2,
        enough: float = 0.0,
    ):
        if dtype not in (None, image.dtype, torch.bfloat16):
            usable = f"{image.dtype} or torch.bfloat16"
            raise SettingsError(f"Adam has its moments in {usable}, got {dtype}: use one of them")
        self.image = image.clone(memory_format=torch.contiguous_format)
        self.learning_rate, self._average, self._beta_2 = learning_rate, average, beta_2
        self._iterate = self.image.clone() if average else self.image
        self._enough = enough
        self.finished: str | None = None
        self._mean = torch.zeros_like(self.image, dtype=dtype)
        self._square = torch.zeros_like(self.image, dtype=dtype)
        self._steps = 0

    @classmethod
    def for_canvas(
        cls, canvas: Tensor, layout: Layout, settings: Settings, partition: Partition, height: int
    ) -> "Adam":
        """The solver of the rows of a canvas that this process owns; it decides nothing together with others."""
        average = settings.averaging
        beta_2 = QUICK_BETA_2 if average else BETA_2
        moments = getattr(torch, layout.moments)
        enough = ENOUGH if settings.balance else 0.0
        return cls(canvas, settings.learning_rate, moments, average=average, beta_2=beta_2, enough=enough)

    @staticmethod
    def layouts(settings: SolverSettings, steps: int) -> Iterator[Layout]:
        """Its ways to store the moments, best first."""
        plain = Layout(solver="adam", history=settings.history)
        yield plain
        yield replace(plain, encoding="disk")
        yield replace(plain, encoding="disk", moments="bfloat16")

    @staticmethod
    def vectors(layout: Layout, settings: SolverSettings) -> Vectors:
        """How many vectors of the canvas's size it has alive: image, iterate, both moments, the gradient."""
        moments = 2 * getattr(torch, layout.moments).itemsize / torch.float32.itemsize
        alive = 1 + bool(settings.averaging) + moments
        return Vectors(evaluating=alive, peak=1 + alive)

    @staticmethod
    def saved_vectors(layout: Layout, settings: SolverSettings) -> int:
        """How many float32 vectors of the canvas's size a checkpoint holds: image, moments and iterate."""
        return 4 if settings.averaging else 3

    @staticmethod
    def work(layout: Layout, steps: int) -> SolverWork:
        """The work of its steps."""
        return SolverWork(steps, PASSES * steps)

    @staticmethod
    def memory_words(layout: Layout) -> str:
        """Its way to store the moments, in words; nothing for the usual one."""
        return "in half precision" if layout.moments == "bfloat16" else ""

    def step(self, evaluate: Evaluate) -> Cost:
        """Take one Adam step; returns the cost at the image that the step started from.

        Raises CostError when that cost is not a finite number.
        """
        evaluation = evaluate(self._iterate)
        cost, gradient = evaluation.cost, evaluation.gradient.contiguous()
        if not math.isfinite(cost.total):
            raise CostError.at(cost.total)
        if cost.total < self._enough:
            self.finished = "nothing was left to improve"
            return cost
        self._steps += 1
        mean_bias, square_bias = 1 - BETA_1**self._steps, 1 - self._beta_2**self._steps
        generator = torch.Generator(self.image.device).manual_seed(self._steps)  # the same after a restart
        for image, g, stored_mean, stored_square in chunks(self._iterate, gradient, self._mean, self._square):
            mean, square = stored_mean.to(image.dtype), stored_square.to(image.dtype)
            mean.lerp_(g, 1 - BETA_1)
            square.mul_(self._beta_2).addcmul_(g, g, value=1 - self._beta_2)
            root = (square / square_bias).sqrt_().add_(EPSILON)
            image.addcdiv_(mean, root, value=-self.learning_rate / mean_bias).clamp_(0, 1)
            if stored_mean is not mean:
                stored_mean.copy_(mean)
                stored_square.copy_(round_at_random(square, generator))
        if self._average:
            share = (1 - self._average) / (1 - self._average**self._steps)
            for image, iterate in chunks(self.image, self._iterate):
                image.lerp_(iterate, share)
        return cost

    def forget(self) -> None:
        """Go on: both moments are averages of recent gradients, and follow a new cost by themselves."""
        self.finished = None

    def state(self) -> State:
        """Image, moments and number of steps; the iterate, where the image is an average."""
        state: State = {"image": self.image, "mean": self._mean, "square": self._square, "steps": self._steps}
        if self.finished:
            state = {**state, "finished": self.finished}
        return {**state, "iterate": self._iterate} if self._average else state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.image, self._steps = state["image"], state["steps"]
        self.finished = state.get("finished")
        self._iterate = state["iterate"] if self._average else self.image
        self._mean, self._square = (state[name].to(self._mean.dtype) for name in ("mean", "square"))


_LOW_BITS = 16  # those that float32 has and bfloat16 has not


def round_at_random(x: Tensor, generator: torch.Generator) -> Tensor:
    """`x` (float32) to one of its two neighbours in bfloat16, each the likelier the nearer; the mean is x.

    Adam's mean of squares changes by a thousandth at most in a step (1 - beta_2), and bfloat16 steps by a
    hundred-and-twenty-eighth: rounded to the nearest it would stand still for ever (stochastic rounding:
    Gupta et al., arXiv 1502.02551).
    """
    bits = x.float().view(torch.int32)
    noise = torch.randint(
        0, 1 << _LOW_BITS, bits.shape, generator=generator, dtype=torch.int32, device=x.device
    )
    return bits.add(noise).bitwise_and_(-1 << _LOW_BITS).view(torch.float32).to(torch.bfloat16)
