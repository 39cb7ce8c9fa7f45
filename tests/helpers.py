"""What many tests need: a tiny network of VGG-19's shape, the real pictures, small pictures."""

from pathlib import Path
from typing import Any

import pytest
import torch

from impasto.costs.custom import CustomCost
from impasto.evaluation import Evaluate
from impasto.vgg.layers import TABLE
from impasto.vgg.vgg19 import VGG19
from impasto.vgg.weights import Provenance, Weights

SHARED = Path(__file__).parents[2] / "shared"
IMAGES = SHARED / "images"

needs_pictures = pytest.mark.skipif(
    not IMAGES.is_dir(), reason=f"the real pictures are not here ({IMAGES.name} beside the project)"
)


def tiny_weights(seed: int = 0) -> Weights:
    """VGG-19 with 3 to 6 channels a layer and seeded random weights: answers in milliseconds."""
    generator = torch.Generator().manual_seed(seed)
    kernels, biases, n_in = {}, {}, 3
    for layer in TABLE:
        n_out = 2 + layer.block
        kernels[layer.convolution] = (
            torch.randn(n_out, n_in, 3, 3, generator=generator) * (2 / (9 * n_in)) ** 0.5
        )
        biases[layer.convolution] = torch.randn(n_out, generator=generator) * 0.1
        n_in = n_out
    provenance = Provenance(
        source="a tiny network",
        path="nowhere",
        size=0,
        format="seeded",
        checksum=f"{seed:064d}",
        network="unknown",
        convention="caffe",
        licence="none",
        exactness=(),
    )
    return Weights(kernels, biases, (2.0, 2.0, 2.0), (1.0, 1.0, 1.0), provenance)


def tiny_encoder(weights: str | Weights | None, **network: Any) -> VGG19:
    """What VGG19 makes of the same arguments, but that the default weights are tiny; for `encoders_made_by`."""
    return VGG19(tiny_weights() if weights is None else weights, **network)


class MeanAndDeviation(CustomCost):
    """A cost of the user's own: each channel's mean and standard deviation, the content's at one hundredth."""

    def __init__(self, layer: str, weight: float = 1.0):
        self.layer, self.weight = layer, weight

    def measure(self, a):
        a = a.double()  # a deviation is the small difference of two large sums
        return torch.stack([a.sum((0, 2, 3)), a.square().sum((0, 2, 3))])

    def rule(self, generated, content, style):
        mean, deviation = self._moments(generated)
        costs = []
        for other in (style, content):
            other_mean, other_deviation = self._moments(other)
            costs.append((mean - other_mean).square().mean() + (deviation - other_deviation).square().mean())
        return costs[0] + 0.01 * costs[1]

    @staticmethod
    def _moments(summary):
        mean, squares = summary.mean
        return mean, (squares - mean.square()).clamp(min=1e-6).sqrt()


def objective(painting, scale: int = 0) -> Evaluate:
    """J and dJ/dG at a scale (from 0) of a painting, with its weights as they are now."""
    painting.layouts = painting.layouts
    problem = painting._problem
    begun = problem.first_canvas_saved(problem.initial_canvas()) if scale == 0 else painting._progress.begun
    return problem.objective(scale, problem.encode(scale, begun))


def canvas(painting) -> torch.Tensor:
    """The solver's image as it is now, of this process's rows: a copy."""
    return painting._progress.solver.image.detach().clone()


def random_image(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """[1, 3, height, width], uniform in [0, 1]."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def halves(top, bottom, height=96, width=128):
    """A picture whose upper half is nearly of one colour, and the lower one of another."""
    image = torch.zeros(1, 3, height, width)
    image[:, :, : height // 2] = torch.tensor(top).view(1, 3, 1, 1)
    image[:, :, height // 2 :] = torch.tensor(bottom).view(1, 3, 1, 1)
    return (image + 0.02 * random_image(height, width)).clamp(0, 1)
