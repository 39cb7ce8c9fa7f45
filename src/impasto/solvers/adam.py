"""Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1), with a clip to [0, 1] after each step."""

import math

import torch
from torch import Tensor

from impasto.errors import CostError
from impasto.evaluation import Cost, Evaluate
from impasto.solvers.base import State

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Adam on the pixels.

    image: any shape, values in [0, 1]; a copy is taken.
    learning_rate: how far a pixel moves in a step, about; 1 is black to white.
    """

    def __init__(self, image: Tensor, learning_rate: float):
        self.image = image.clone()
        self.learning_rate = learning_rate
        self.finished: str | None = None
        self._mean = torch.zeros_like(image)
        self._square = torch.zeros_like(image)
        self._steps = 0

    def step(self, evaluate: Evaluate) -> Cost:
        """One Adam step; returns the cost at the image that the step started from.

        Raises CostError when that cost is not a finite number.
        """
        evaluation = evaluate(self.image)
        cost, gradient = evaluation.cost, evaluation.gradient
        if not math.isfinite(cost.total):
            raise CostError.at(cost.total)
        self._steps += 1
        self._mean.lerp_(gradient, 1 - BETA_1)
        self._square.mul_(BETA_2).addcmul_(gradient, gradient, value=1 - BETA_2)
        mean_bias, square_bias = 1 - BETA_1**self._steps, 1 - BETA_2**self._steps
        root = (self._square / square_bias).sqrt_().add_(EPSILON)
        self.image.addcdiv_(self._mean, root, value=-self.learning_rate / mean_bias).clamp_(0, 1)
        return cost

    def state(self) -> State:
        """Image, moments and number of steps."""
        return {"image": self.image, "mean": self._mean, "square": self._square, "steps": self._steps}

    def restore(self, state: State) -> None:
        """Go on from a saved state."""
        self.image, self._mean, self._square = state["image"], state["mean"], state["square"]
        self._steps = state["steps"]
