import pytest
import torch

import impasto.kernels.gram_autograd as module
from impasto.kernels import can_compile
from impasto.kernels.gram_autograd import self_product
from impasto.vgg.convolution import PreparedConvolution

CHANNELS = (3, 32, 96)  # the first is no multiple of a panel: torch computes it
SIZES = ((1, 1), (7, 9), (16, 33))


def activations(n_C: int, n_H: int, n_W: int) -> torch.Tensor:
    return torch.randn(1, n_C, n_H, n_W, generator=torch.Generator().manual_seed(n_C + n_W))


@pytest.mark.parametrize("n_C", CHANNELS)
@pytest.mark.parametrize(("n_H", "n_W"), SIZES)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_product_and_gradient_are_those_of_float64(n_C, n_H, n_W, layout):
    a = activations(n_C, n_H, n_W).contiguous(memory_format=layout).requires_grad_()
    exact = a.detach().double().requires_grad_()
    weights = torch.randn(n_C, n_C, generator=torch.Generator().manual_seed(1))

    (self_product(a) * weights).sum().backward()
    rows = exact[0].flatten(1)
    ((rows @ rows.T) * weights).sum().backward()

    assert relative_error(self_product(a), rows @ rows.T) < 1e-6
    assert relative_error(a.grad, exact.grad) < 1e-6


def relative_error(found: torch.Tensor, exact: torch.Tensor) -> float:
    """In the Frobenius norm: single elements near zero are sums that cancel, in any order of summation."""
    return float((found.detach().double() - exact.detach()).norm() / exact.detach().norm())


def test_product_is_exactly_symmetric():
    product = self_product(activations(64, 13, 11))
    assert torch.equal(product, product.T)


def test_the_same_bytes_every_time():
    a = activations(64, 40, 30)
    assert torch.equal(self_product(a), self_product(a))


def test_double_precision_passes_gradcheck():
    a = activations(3, 2, 3).double().requires_grad_()
    assert torch.autograd.gradcheck(self_product, a)


def test_torch_computes_it_where_nothing_can_be_compiled(monkeypatch):
    if not can_compile():
        pytest.skip("nothing to compare with")
    a = activations(64, 9, 9)
    compiled = self_product(a)
    monkeypatch.setattr(module, "can_compile", lambda: False)
    torch.testing.assert_close(self_product(a), compiled, rtol=1e-5, atol=1e-4)


def both_used(a: torch.Tensor, measured) -> torch.Tensor:
    """A cost of the product, and one of what comes after."""
    product, passed = measured(a)
    weights = torch.linspace(-1, 1, product.numel()).reshape(product.shape).to(a)
    return (product * weights).sum() + passed.sin().sum()


@pytest.mark.parametrize("n_C", CHANNELS)
def test_gradients_of_the_product_and_of_what_comes_after_add_up(n_C):
    a = activations(n_C, 7, 9).contiguous(memory_format=torch.channels_last).requires_grad_()
    exact = a.detach().double().requires_grad_()
    both_used(a, module.measured).backward()
    both_used(exact, lambda x: (x[0].flatten(1) @ x[0].flatten(1).T, x)).backward()
    torch.testing.assert_close(a.grad.double(), exact.grad, rtol=1e-5, atol=1e-4)


def test_a_gradient_that_somebody_holds_is_left_as_it_is():
    a = activations(32, 7, 9).requires_grad_()
    product, passed = module.measured(a)
    held = torch.ones_like(passed)
    torch.autograd.backward([product, passed], [torch.ones_like(product), held])
    assert (held == 1).all()


@pytest.mark.slow
def test_an_own_gradient_is_added_to_in_place():
    if not can_compile():
        pytest.skip("torch adds up by itself")
    layer = PreparedConvolution(torch.ones(32, 32, 3, 3) / 100, torch.zeros(32), algorithm="winograd")
    a = activations(32, 12, 12).requires_grad_()
    exact = a.detach().double().requires_grad_()
    product, passed = module.measured(a)
    (product.sum() + layer(passed).sum()).backward()
    rows = exact[0].flatten(1)
    after = torch.relu(torch.nn.functional.conv2d(exact, torch.ones(32, 32, 3, 3).double() / 100, padding=1))
    ((rows @ rows.T).sum() + after.sum()).backward()
    torch.testing.assert_close(a.grad.double(), exact.grad, rtol=1e-4, atol=1e-3)
