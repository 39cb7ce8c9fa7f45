from pathlib import Path

import numpy as np
import pytest
import torch

SHARED_PICTURES = Path(__file__).parents[3] / "shared" / "images"


@pytest.fixture
def shared_pictures() -> Path:
    if not SHARED_PICTURES.is_dir():
        pytest.skip("needs the real pictures in ../shared/images")
    return SHARED_PICTURES


@pytest.fixture
def pixels() -> np.ndarray:
    """RGB, uint8 [24, 36, 3]: smooth enough for JPEG, with no symmetry that could hide a wrong turn."""
    y, x = np.mgrid[0:24, 0:36]
    return np.stack([20 + 6 * x, 30 + 8 * y, 200 - 2 * x - 3 * y], axis=-1).astype(np.uint8)


@pytest.fixture
def grey() -> torch.Tensor:
    return torch.full((1, 3, 9, 9), 0.5)
