"""The formulas against worked values, closed-form gradients, float64 and the one-page implementation."""

import pytest
import torch

from impasto.costs.content import content_cost
from impasto.costs.gram import gram_matrix, gram_summary
from impasto.costs.normalization import content_moments, content_reference, style_reference
from impasto.costs.style import GramTarget, layer_style_cost, style_cost
from impasto.costs.total import total_cost
from tests import one_page


def activations(n_C: int, n_H: int, n_W: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, n_C, n_H, n_W, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 3, 5, 4), (1, 64, 7, 13)])
def test_all_one_against_all_zero_costs_a_quarter(shape):
    ones, zeros = torch.ones(shape), torch.zeros(shape)
    assert content_cost(ones, zeros).item() == 0.25
    assert layer_style_cost(ones, zeros).item() == pytest.approx(0.25, rel=1e-6)


def test_style_cost_ignores_the_size_of_the_pictures():
    assert layer_style_cost(torch.ones(1, 8, 3, 9), torch.zeros(1, 8, 20, 2)).item() == pytest.approx(0.25)
    a = activations(4, 6, 5)
    tiled = a.repeat(1, 1, 2, 3)  # the same positions six times: the same mean Gram matrix
    assert layer_style_cost(a, tiled).item() == pytest.approx(0, abs=1e-24)


def test_gram_matrix_by_hand():
    a = torch.tensor([[1.0, 2.0, 0.0], [3.0, 4.0, -1.0]]).reshape(1, 2, 1, 3)
    assert gram_matrix(a).tolist() == [[5.0, 11.0], [11.0, 26.0]]


def test_gram_matrix_takes_one_picture():
    with pytest.raises(ValueError, match="one picture"):
        gram_matrix(torch.zeros(2, 3, 4, 4))


def test_costs_agree_with_the_page():
    a, b, c = activations(5, 4, 3, 1), activations(5, 4, 3, 2), activations(5, 6, 2, 3)
    assert content_cost(a, b).item() == pytest.approx(one_page.content_cost(a, b).item(), rel=1e-14)
    assert layer_style_cost(a, c).item() == pytest.approx(one_page.layer_style_cost(a, c).item(), rel=1e-14)


def test_content_gradient_is_the_closed_form():
    a_C, a_G = activations(5, 4, 3, 1), activations(5, 4, 3, 2).requires_grad_(True)
    content_cost(a_C, a_G).backward()
    torch.testing.assert_close(a_G.grad, (a_G.detach() - a_C) / (2 * 4 * 3 * 5))


def test_style_gradient_is_the_closed_form():
    a_S, a_G = activations(5, 6, 2, 1), activations(5, 4, 3, 2).requires_grad_(True)
    layer_style_cost(a_S, a_G).backward()
    A = a_G.detach()[0].flatten(1)
    G_S = one_page.gram_matrix(a_S) / 12 * 12  # brought to G's own n_H n_W = 12 positions
    expected = ((A @ A.T - G_S) @ A / (5**2 * 12**2)).reshape(1, 5, 4, 3)
    torch.testing.assert_close(a_G.grad, expected)


def test_gradients_by_finite_differences():
    a_S, a_C = activations(3, 2, 4, 1), activations(3, 2, 2, 2)
    a_G = activations(3, 2, 2, 3).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda a: content_cost(a_C, a), [a_G])
    assert torch.autograd.gradcheck(lambda a: layer_style_cost(a_S, a), [a_G])
    assert torch.autograd.gradgradcheck(lambda a: layer_style_cost(a_S, a), [a_G])


def test_style_cost_weighs_the_layers():
    ones, zeros = {"relu1_1": torch.ones(1, 2, 3, 3), "relu2_1": torch.ones(1, 4, 2, 2)}, {}
    zeros = {name: torch.zeros_like(a) for name, a in ones.items()}
    assert style_cost(ones, zeros, {"relu1_1": 2.0, "relu2_1": 1.0}).item() == pytest.approx(0.75)
    with pytest.raises(ValueError, match="relu5_1"):
        style_cost(ones, zeros, {"relu5_1": 1.0})


def test_total_cost_has_the_stated_weights():
    assert total_cost(2.0, 3.0) == 10 * 2 + 40 * 3
    assert total_cost(torch.tensor(2.0), torch.tensor(3.0), alpha=1, beta=2).item() == 8


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\(1, 3, 4, 4\)"):
        content_cost(torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 5))
    with pytest.raises(ValueError, match="3 channels"):
        layer_style_cost(torch.zeros(1, 3, 4, 4), torch.zeros(1, 4, 4, 4))


def test_references_are_the_costs_of_a_picture_with_nothing_in_it():
    a = activations(5, 4, 3)
    flat = a.mean(dim=(2, 3), keepdim=True).expand_as(a)
    assert content_reference(content_moments(a)) == pytest.approx(content_cost(a, flat).item())
    sums = gram_summary(a)[0]
    expected = layer_style_cost(a, torch.zeros_like(a)).item()
    assert style_reference(GramTarget.of(sums), sums) == pytest.approx(expected)
