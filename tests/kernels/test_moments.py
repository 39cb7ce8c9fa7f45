"""The product with the channels' sums beside it, of all positions alike or weighted, against float64."""

import pytest
import torch

from impasto.kernels.gram_autograd import measured
from tests.kernels.test_self_product import activations, relative_error

WINDOWS = [None, (slice(1, 6), slice(2, 9)), (slice(0, 3), slice(0, 9))]


@pytest.mark.parametrize("n_C", [3, 32])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_and_gradients_are_those_of_float64(n_C, window, weighted):
    a = activations(n_C, 7, 9).contiguous(memory_format=torch.channels_last).requires_grad_()
    exact = a.detach().double().requires_grad_()
    weights = torch.randn(n_C, n_C + 1, generator=torch.Generator().manual_seed(1))
    rows, columns = window or (slice(None), slice(None))
    w = torch.rand(7, 9, generator=torch.Generator().manual_seed(2))[rows, columns] if weighted else None
    moments, passed = measured(a, window, w, sums=True)
    ((moments * weights).sum() + passed.sin().sum()).backward()

    A = exact[0, :, rows, columns].flatten(1)
    weighed = A if w is None else A * w.double().flatten()
    expected = torch.cat([weighed @ A.T, weighed.sum(1, keepdim=True)], 1)
    ((expected * weights).sum() + exact.sin().sum()).backward()
    assert relative_error(moments, expected) < 1e-6
    assert relative_error(a.grad, exact.grad) < 1e-6


@pytest.mark.parametrize("w", [None, torch.linspace(0, 1, 63).reshape(7, 9)])
def test_without_a_value_the_gradient_is_the_same(w):
    a = activations(32, 7, 9)
    slopes = []
    for value in (True, False):
        x = a.clone().requires_grad_()
        moments, _ = measured(x, None, w, value=value, sums=True)
        slopes.append(torch.autograd.grad(moments, x, torch.ones_like(moments))[0])
    assert torch.equal(*slopes)
