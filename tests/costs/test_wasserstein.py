"""The distance of Gaussians: closed forms, roots, finite differences, and directions nothing lies in."""

import pytest
import torch

from impasto.costs import wasserstein
from impasto.costs.gram import gram_summary
from impasto.costs.normalization import style_reference
from impasto.costs.style import GramTarget
from impasto.costs.wasserstein import WassersteinTarget, root, squared_distance
from tests.costs.test_costs import activations

ZERO = torch.zeros(3, dtype=torch.float64)


def covariance(n: int, seed: int) -> torch.Tensor:
    a = activations(n, 5, n, seed)[0].flatten(1)
    return a @ a.T / a.shape[1]


def distance(C_S, C_G, mu_S=ZERO, mu_G=ZERO):
    return squared_distance(mu_S, C_S, root(C_S), mu_G, C_G)


def target(a):
    return WassersteinTarget.of(gram_summary(a, sums=True)[0])


@pytest.mark.parametrize("n", [1, 3, 64])
def test_the_root_times_its_transpose_is_the_matrix(n):
    C = covariance(n, 1)
    torch.testing.assert_close(root(C) @ root(C).T, C)


def test_by_hand():
    """Diagonal matrices: |mu_S - mu_G|^2 + sum of (sigma_S - sigma_G)^2 = 9 + 16 + (1 + 4 + 9)."""
    C_S, C_G = (torch.tensor(sigma).double().square().diag() for sigma in ((1.0, 2.0, 0.0), (2.0, 4.0, 3.0)))
    mu_S = torch.tensor([3.0, 0.0, 4.0]).double()
    assert distance(C_S, C_G, mu_S).item() == pytest.approx(9 + 16 + 14, rel=1e-14)


def test_matrices_that_commute_are_compared_axis_by_axis():
    Q = torch.linalg.qr(activations(3, 1, 3)[0, :, 0]).Q
    s, g = torch.tensor([[1.0, 4.0, 9.0], [2.0, 3.0, 5.0]]).double()
    expected = (s.sqrt() - g.sqrt()).square().sum().item()
    assert distance(Q * s @ Q.T, Q * g @ Q.T).item() == pytest.approx(expected, rel=1e-12)


def test_it_is_symmetric_and_zero_between_equals():
    C, D = covariance(3, 1), covariance(3, 2)
    assert distance(C, D).item() == pytest.approx(distance(D, C).item(), rel=1e-12)
    assert distance(C, C).item() == pytest.approx(0, abs=1e-14)


def test_of_two_dimensions_there_is_a_formula_without_roots_of_matrices():
    """tr (AB)^1/2 = (tr AB + 2 (det A det B)^1/2)^1/2."""
    A, B = covariance(2, 1), covariance(2, 2)
    overlap = ((A @ B).trace() + 2 * (A.det() * B.det()).sqrt()).sqrt()
    expected = A.trace() + B.trace() - 2 * overlap
    assert distance(A, B, ZERO[:2], ZERO[:2]).item() == pytest.approx(expected.item(), rel=1e-12)


def test_the_gradient_is_one_minus_the_map_that_carries_one_to_the_other():
    C_S, C_G = covariance(4, 1), covariance(4, 2).requires_grad_(True)
    (slope,) = torch.autograd.grad(distance(C_S, C_G, ZERO[:1], ZERO[:1]), C_G)
    T = torch.eye(4) - slope
    torch.testing.assert_close(T @ C_G.detach() @ T, C_S)


@pytest.mark.parametrize(("height", "width"), [(3, 4), (1, 3)])
def test_the_gradient_by_finite_differences(height, width):
    """With fewer positions than channels, too."""
    found = target(activations(5, 4, 6, 1))
    a_G = activations(5, height, width, 3).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda a: found.rule(gram_summary(a, sums=True)[0]), [a_G])


def test_it_costs_what_the_gram_cost_does_when_there_is_nothing():
    sums = gram_summary(activations(5, 4, 6), sums=True)[0]
    without_column = type(sums)(sums.total[:, :-1], sums.count)
    by_gram = style_reference(GramTarget.of(without_column), without_column)
    found = style_reference(WassersteinTarget.of(sums), sums) / WassersteinTarget.reference_factor
    assert found == pytest.approx(by_gram, rel=3 * wasserstein.EPSILON**0.5)


def test_equal_pictures_cost_nothing_and_pull_nowhere():
    a = activations(40, 4, 4).relu().requires_grad_(True)  # 16 positions span few of 40 directions
    cost = target(a.detach()).rule(gram_summary(a, sums=True)[0])
    (slope,) = torch.autograd.grad(cost, a)
    assert cost.item() == pytest.approx(0, abs=1e-12)
    assert slope.abs().max() < 1e-10


def test_a_flat_picture_has_a_finite_cost_and_gradient():
    flat, a = torch.ones(1, 5, 4, 4).double(), activations(5, 4, 4)
    for a_S, a_G in ((flat, a), (a, flat), (flat, flat), (0 * flat, a), (0 * flat, 0 * flat)):
        a_G = a_G.clone().requires_grad_(True)
        cost = target(a_S).rule(gram_summary(a_G, sums=True)[0])
        (slope,) = torch.autograd.grad(cost, a_G)
        assert cost.isfinite() and slope.isfinite().all()


def test_activations_that_are_no_numbers_make_a_cost_that_is_none():
    a = activations(5, 4, 4)
    broken = (a * float("inf")).requires_grad_(True)
    cost = target(a).rule(gram_summary(broken, sums=True)[0])
    assert cost.isnan()
    assert not torch.autograd.grad(cost, broken)[0].isfinite().any()


def test_float32_sums_of_512_channels_are_good_for_five_digits():
    """Activations as VGG's are: positive, some channels a thousand times stronger than others."""
    strength = torch.logspace(-3, 0, 512).reshape(1, 512, 1, 1)
    a_S, a_G = ((activations(512, 24, 30, seed).float().relu() * strength) for seed in (1, 2))
    found = []
    for dtype in (torch.float64, torch.float32):
        a = a_G.to(dtype).requires_grad_(True)
        cost = target(a_S.to(dtype)).rule(gram_summary(a, sums=True)[0])
        found.append((cost.item(), torch.autograd.grad(cost, a)[0].double()))
    (exact_cost, exact), (cost, slope) = found
    assert cost == pytest.approx(exact_cost, rel=1e-5)
    assert (slope - exact).norm() < 1e-4 * exact.norm()
