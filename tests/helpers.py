"""What many tests need: a tiny network of VGG-19's shape, the real pictures, small pictures."""

from pathlib import Path

import pytest
import torch

from impasto.encoder.weights import Provenance, Weights
from impasto.layers import TABLE

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


def random_image(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """[1, 3, height, width], uniform in [0, 1]."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
