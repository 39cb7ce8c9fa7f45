import numpy as np
import pytest
import torch

pytest.importorskip("numba")

from impasto.kernels.matmul import FEW_ROWS, PANEL, ROWS, in_panels, multiply


@pytest.mark.parametrize("rows", [1, FEW_ROWS, ROWS - 1, ROWS, 2 * ROWS + FEW_ROWS + 1])
@pytest.mark.parametrize("depth", [1, 9, 128, 300])
@pytest.mark.parametrize("add", [False, True])
def test_product_is_numpys(rows, depth, add):
    random, columns, room = np.random.default_rng(0), 2 * PANEL, rows + FEW_ROWS
    a = random.standard_normal((room, depth), dtype=np.float32)
    b = random.standard_normal((depth, columns), dtype=np.float32)
    c = np.ones((room, columns), dtype=np.float32)

    panels = in_panels(torch.from_numpy(b)[None]).numpy()
    multiply(a.reshape(-1), 0, depth, panels, 0, depth, add, c.reshape(-1), 0, rows, columns)

    expected = a[:rows].astype(float) @ b.astype(float) + (1 if add else 0)
    np.testing.assert_allclose(c[:rows], expected, rtol=1e-5, atol=1e-4)
