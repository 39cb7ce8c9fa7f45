"""Covariances: by hand, against torch, and what they do not see."""

import pytest
import torch

from impasto.costs.covariance import CovarianceTarget, mean_and_covariance
from impasto.costs.gram import gram_summary
from impasto.costs.normalization import style_reference
from tests.costs.test_costs import activations


def cost(a_S, a_G):
    return CovarianceTarget.of(gram_summary(a_S, sums=True)[0]).rule(gram_summary(a_G, sums=True)[0])


def test_mean_and_covariance_by_hand():
    a = torch.tensor([[1.0, 3.0], [2.0, 6.0]]).reshape(1, 2, 2, 1)
    mu, C = mean_and_covariance(gram_summary(a, sums=True)[0])
    assert mu.tolist() == [2.0, 4.0]
    assert C.tolist() == [[1.0, 2.0], [2.0, 4.0]]


def test_they_are_those_of_torch():
    a = activations(5, 6, 7)
    _, C = mean_and_covariance(gram_summary(a, sums=True)[0])
    torch.testing.assert_close(C, torch.cov(a[0].flatten(1), correction=0))


def test_the_sums_of_parts_add_up():
    a = activations(5, 6, 7)
    parts = [gram_summary(a, (slice(0, 6), columns), sums=True)[0] for columns in (slice(0, 3), slice(3, 7))]
    whole = gram_summary(a, sums=True)[0]
    torch.testing.assert_close(parts[0].plus(parts[1]).total, whole.total)
    assert parts[0].plus(parts[1]).count == whole.count == 42


def test_the_cost_by_hand():
    """One channel of variance 4 against one of variance 1: (4 - 1)^2 / 4."""
    one, two = torch.tensor([1.0, -1.0]).reshape(1, 1, 1, 2), torch.tensor([2.0, -2.0]).reshape(1, 1, 1, 2)
    assert cost(one, two).item() == 9 / 4


def test_a_shift_of_every_activation_changes_nothing():
    a, b = activations(5, 6, 7, 1), activations(5, 4, 3, 2)
    assert cost(a + 3, b).item() == pytest.approx(cost(a, b).item(), rel=1e-12)
    assert cost(a + 100, a).item() == pytest.approx(0, abs=1e-20)


def test_the_gradient_by_finite_differences():
    a_S, a_G = activations(3, 2, 4, 1), activations(3, 2, 2, 3).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda a: cost(a_S, a), [a_G])


def test_the_reference_is_four_times_the_cost_of_nothing():
    a = activations(5, 4, 3)
    sums = gram_summary(a, sums=True)[0]
    C = torch.cov(a[0].flatten(1), correction=0)
    found = style_reference(CovarianceTarget.of(sums), sums)
    assert found == pytest.approx(4 * float(C.square().sum()) / (4 * 5**2))
