"""Guided measurements: closed forms, finite differences, torch's weighted covariance, and the plain cost as a case."""

import pytest
import torch

from impasto.costs.covariance import mean_and_covariance
from impasto.costs.gram import gram_matrix, gram_summary
from impasto.costs.region import Guide
from impasto.costs.style import GramTarget, style_rule
from impasto.costs.styles import STYLE_COSTS, StyleTerm, of_region, style_summary
from impasto.costs.term import Summary, TileWindow
from impasto.kernels import gram_autograd as native
from impasto.objective.targets import blended

SHAPES = pytest.mark.parametrize("n_C", [5, 64])
"""64 channels go through the compiled product in float32."""
EACH_COST = pytest.mark.parametrize("cost", STYLE_COSTS)


def features(n_C, seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    a = torch.rand(1, 11, 9, n_C, generator=generator, dtype=torch.float32).to(dtype)
    return a.permute(0, 3, 1, 2)


def weights(seed=1, dtype=torch.float32):
    return torch.rand(11, 9, generator=torch.Generator().manual_seed(seed)).to(dtype)


def guided_gram_matrix(a, weight):
    """G_r, [n_C, n_C]."""
    return gram_summary(a, weight=weight)[0].total / weight.sum()


@SHAPES
@pytest.mark.parametrize("strip", [2**21, 200])
def test_it_is_the_plain_sum_over_positions(n_C, strip, monkeypatch):
    monkeypatch.setattr(native, "STRIP", strip)
    a, w = features(n_C), weights()
    rows = a[0].double().flatten(1)
    expected = (rows * w.double().flatten()) @ rows.T / w.double().sum()
    torch.testing.assert_close(guided_gram_matrix(a, w).double(), expected, rtol=1e-5, atol=1e-6)


@SHAPES
def test_regions_that_make_up_the_picture_make_up_its_gram_matrix(n_C):
    a, w = features(n_C), weights()
    parts = sum(float(one.sum()) * guided_gram_matrix(a, one) for one in (w, 1 - w))
    torch.testing.assert_close(parts, gram_matrix(a), rtol=1e-5, atol=1e-4)


def hard(height=11, width=9):
    """1 at the positions of a crooked half, 0 elsewhere."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (columns + 0.5 * rows > 6).float()


def target_of(cost, n_C, dtype=torch.float32):
    """A style of 6 by 8 positions."""
    return STYLE_COSTS[cost].of(STYLE_COSTS[cost].measure(features(n_C, 7, dtype)[:, :, :6, :8])[0])


def plain(a, w):
    """In float64: sum_p w(p) a(p) a(p)^T, and the sum of w(p) a(p) beside it."""
    rows, w = a[0].double().flatten(1), w.double().flatten()
    return torch.cat([(rows * w) @ rows.T, (rows @ w)[:, None]], 1)


@SHAPES
@pytest.mark.parametrize("mask", [hard(), weights()])
def test_mean_and_covariance_are_torch_s_weighted_ones(n_C, mask):
    a = features(n_C)
    guide = Guide(mask, float(mask.sum(dtype=torch.float64)), 0.5)
    mu, C = mean_and_covariance(of_region(style_summary(STYLE_COSTS["covariance"], a, guide)[0], guide))
    rows, w = a[0].double().flatten(1), mask.double().flatten()
    torch.testing.assert_close(mu, rows @ w / w.sum(), rtol=1e-5, atol=0)
    torch.testing.assert_close(C, torch.cov(rows, correction=0, aweights=w), rtol=1e-4, atol=1e-6)


@EACH_COST
@SHAPES
def test_a_hard_mask_is_the_picture_of_its_positions(cost, n_C):
    """The cost and its gradient are those of the selected positions, side by side in a row, in float64."""
    target, a, w = target_of(cost, n_C, torch.float64), features(n_C).requires_grad_(True), hard()
    term = StyleTerm("relu1_1", target, guide=Guide(w, float(w.sum()), 0.5))
    found = term.rule(term.measure(a)[0])
    exact = a.detach().double().requires_grad_(True)
    selected = exact[0][:, w > 0][None, :, None]
    expected = target.rule(target.measure(selected)[0])
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)
    slope, exact_slope = torch.autograd.grad(found, a)[0], torch.autograd.grad(expected, exact)[0]
    assert (slope - exact_slope).norm() < 1e-4 * exact_slope.norm()
    assert not slope[0][:, w == 0].any()


@EACH_COST
@SHAPES
def test_white_everywhere_is_the_plain_cost(cost, n_C):
    a = features(n_C).requires_grad_(True)
    plain_term = StyleTerm("relu1_1", target_of(cost, n_C))
    guided = plain_term.within(Guide(torch.ones(11, 9), 99.0, 1.0))
    costs = [term.rule(term.measure(a)[0]) for term in (plain_term, guided)]
    assert costs[0].item() == pytest.approx(costs[1].item(), rel=1e-6)
    gradients = [torch.autograd.grad(one, a)[0] for one in costs]
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-4, atol=1e-8)


@EACH_COST
@pytest.mark.parametrize("window", [None, (slice(2, 7), slice(1, 9))])
def test_the_gradient_is_that_of_finite_differences(cost, window):
    a = features(3, dtype=torch.float64).requires_grad_(True)
    guide = Guide(weights(dtype=torch.float64), 40.0, 0.5)
    target = target_of(cost, 3, torch.float64)
    where = None if window is None else TileWindow(window, window)

    def of(a):
        summary, passed = style_summary(target, a, guide, where)
        return target.rule(of_region(summary, guide)) + passed.square().sum()

    assert torch.autograd.gradcheck(of, (a,), rtol=1e-6)


@EACH_COST
@SHAPES
@pytest.mark.parametrize("strip", [2**21, 200])
@pytest.mark.parametrize("window", [None, (slice(2, 7), slice(1, 9))])
def test_value_and_gradient_are_those_of_float64(cost, n_C, strip, window, monkeypatch):
    monkeypatch.setattr(native, "STRIP", strip)
    a, w = features(n_C).requires_grad_(True), weights()
    target = target_of(cost, n_C, torch.float64)
    rows, columns = window or (slice(None), slice(None))
    guide = Guide(w, float(w[rows, columns].sum()), 0.5)
    summary, passed = style_summary(target, a, guide, None if window is None else TileWindow(window, window))
    exact = a.detach().double().requires_grad_(True)
    sums = plain(exact[:, :, rows, columns], w[rows, columns])[:, : summary.total.shape[1]]
    torch.testing.assert_close(summary.total.double(), sums, rtol=1e-5, atol=1e-6)
    found = torch.autograd.grad(target.rule(of_region(summary, guide)) + 1e-3 * passed.square().sum(), a)[0]
    J = target.rule(Summary(sums, guide.mass)) + 1e-3 * exact.square().sum()
    (expected,) = torch.autograd.grad(J, exact)
    assert (found - expected).norm() < 1e-4 * expected.norm()
    unmeasured, _ = style_summary(target, a, guide, value=False)
    assert unmeasured.total.shape == summary.total.shape


@SHAPES
def test_the_gradient_has_its_closed_form(n_C):
    """dJ/da(p) = w(p) (G_r - G_S) a(p) / (n_C^2 sum w)."""
    a, w = features(n_C).requires_grad_(True), weights()
    target = torch.eye(n_C)
    guide = Guide(w, float(w.sum()), 0.5)
    summary, _ = style_summary(GramTarget, a, guide)
    (found,) = torch.autograd.grad(style_rule(target, summary.total / guide.mass), a)
    difference = guided_gram_matrix(a.detach(), w) - target
    expected = torch.einsum("ij,bjhw->bihw", difference, a.detach()) * w / (n_C**2 * guide.mass)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)


@SHAPES
def test_two_regions_and_a_layer_above_share_one_gradient(n_C):
    a, w = features(n_C).requires_grad_(True), weights()
    guides = [Guide(one, float(one.sum()), 0.5) for one in (w, 1 - w)]
    kernel = torch.rand(1, n_C, 11, 9)
    passed, sums = a, []
    for guide in guides:
        summary, passed = style_summary(GramTarget, passed, guide)
        sums.append(summary.total)
    found = torch.autograd.grad([sums[0].square().sum(), sums[1].sum(), (kernel * passed).sum()], a)[0]
    b = a.detach().double().requires_grad_(True)
    rows = b[0].flatten(1)
    G_1, G_2 = ((rows * one.double().flatten()) @ rows.T for one in (w, 1 - w))
    (expected,) = torch.autograd.grad(G_1.square().sum() + G_2.sum() + (kernel.double() * b).sum(), b)
    torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=1e-3)


def test_a_blend_has_the_gradient_of_the_weighted_costs():
    """sum_i w_i |G - G_i|^2 and |G - mean|^2 differ by a constant, with weights that add up to 1."""
    parts = [(gram_summary(features(4, seed, torch.float64))[0], w) for seed, w in ((1, 2.0), (2, 0.5))]
    target = blended(parts).mean
    G = gram_summary(features(4, 3, torch.float64))[0].mean.requires_grad_(True)
    (found,) = torch.autograd.grad(style_rule(target, G), G)
    costs = sum(w / 2.5 * style_rule(summary.mean, G) for summary, w in parts)
    (expected,) = torch.autograd.grad(costs, G)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-14)


def test_two_equal_styles_are_one_to_the_bit():
    summary, _ = gram_summary(features(4))
    assert torch.equal(blended([(summary, 1.0), (summary, 1.0)]).mean, summary.mean)
