import pytest
import torch

from impasto.errors import SettingsError
from impasto.vgg.convolution import PreparedConvolution
from impasto.vgg.convolution.choose import possible
from tests.vgg.convolution.table import ALGORITHMS, POOLINGS, SIZES, SMALLEST, Case, relative

TOLERANCE = 3e-6
"""Relative to float64, for one layer; torch's own float32 convolution is at about 4e-7."""


def layer_of(case: Case, algorithm: str):
    return PreparedConvolution(case.kernel, case.bias, padding=case.padding, algorithm=algorithm)


def require(algorithm: str, n_in: int, n_out: int) -> None:
    if not possible(algorithm, n_in, n_out):
        pytest.skip(f"{algorithm} needs numba")


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), ALGORITHMS)
@pytest.mark.parametrize(
    ("height", "width", "padding", "pooling"),
    [(*size, pooling) for size in SIZES for pooling in POOLINGS] + [(*size, None) for size in SMALLEST],
)
def test_activations_and_gradient_are_those_of_float64(
    algorithm, n_in, n_out, height, width, padding, pooling
):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, height, width, padding, pooling)
    x, exact_x = case.x.clone().requires_grad_(), case.x.double().requires_grad_()

    y, exact_y = layer_of(case, algorithm)(x, pooling), case.exact(exact_x)
    gradient = case.incoming(exact_y)
    y.backward(gradient)
    exact_y.backward(gradient.double())

    assert y.shape == exact_y.shape
    assert relative(y, exact_y) < TOLERANCE
    assert relative(x.grad, exact_x.grad) < TOLERANCE


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), ALGORITHMS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_gradient_is_the_slope_along_a_random_direction(algorithm, n_in, n_out, pooling):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 12, 11, 1, pooling)
    layer = layer_of(case, algorithm)
    x = case.x.clone().requires_grad_()
    y = layer(x, pooling)
    weights = torch.randn(y.shape, generator=torch.Generator().manual_seed(3))
    (y * weights).sum().backward()
    along = x.grad / x.grad.norm()

    after, before = (
        float((layer(case.x + step * along, pooling).double() * weights).sum()) for step in (0.02, -0.02)
    )

    assert (after - before) / 0.04 == pytest.approx(float((x.grad * along).sum()), rel=2e-3)


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), ALGORITHMS)
def test_a_gradient_in_another_memory_layout_is_the_same_gradient(algorithm, n_in, n_out):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 8, 9, 1, None)
    gradients = []
    for layout in (torch.contiguous_format, torch.channels_last):
        x = case.x.clone().contiguous(memory_format=layout).requires_grad_()
        y = layer_of(case, algorithm)(x)
        y.backward(torch.ones_like(y).contiguous(memory_format=layout))
        gradients.append(x.grad)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), [row for row in ALGORITHMS if row[0] != "direct"])
def test_the_same_bytes_from_any_number_of_threads(algorithm, n_in, n_out):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 30, 27, 1, None)
    results, threads = [], torch.get_num_threads()
    for number in (1, 2, 3, 1):
        torch.set_num_threads(number)
        x = case.x.clone().requires_grad_()
        y = layer_of(case, algorithm)(x)
        y.sum().backward()
        results.append((y.detach(), x.grad))
    torch.set_num_threads(threads)
    for y, gradient in results[1:]:
        assert torch.equal(y, results[0][0])
        assert torch.equal(gradient, results[0][1])


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), [row for row in ALGORITHMS if row[0] != "direct"])
def test_backward_keeps_one_bit_an_activation(algorithm, n_in, n_out):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 16, 12, 1, None)
    y = layer_of(case, algorithm)(case.x.clone().requires_grad_())
    assert [one.nbytes for one in y.grad_fn.saved_tensors] == [n_out * 16 * 12 // 8]
    y.sum().backward()
    with pytest.raises(RuntimeError, match="already been freed"):
        y.grad_fn.saved_tensors  # noqa: B018


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), ALGORITHMS)
def test_nothing_is_kept_when_no_gradient_is_asked_for(algorithm, n_in, n_out):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 8, 8, 1, None)
    assert layer_of(case, algorithm)(case.x).grad_fn is None


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), [row for row in ALGORITHMS if row[0] != "direct"])
def test_not_a_number_is_not_hidden(algorithm, n_in, n_out):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 8, 8, 1, None)
    case.x[0, 0, 4, 4] = torch.nan
    assert layer_of(case, algorithm)(case.x)[0, :, 4, 4].isnan().all()


@pytest.mark.parametrize(("algorithm", "n_in", "n_out"), [row for row in ALGORITHMS if row[0] != "direct"])
@pytest.mark.parametrize("shape", [(1, 5, 8, 8), (2, 3, 8, 8), (3, 8, 8)])
def test_input_of_another_shape_is_refused(algorithm, n_in, n_out, shape):
    require(algorithm, n_in, n_out)
    case = Case.random(n_in, n_out, 8, 8, 1, None)
    with pytest.raises(SettingsError, match="takes \\[1, "):
        layer_of(case, algorithm)(torch.zeros(shape))


def test_nothing_to_pool_is_refused():
    require("winograd", 64, 64)
    case = Case.random(64, 64, 8, 8, 1, None)
    with pytest.raises(SettingsError, match="2x2"):
        layer_of(case, "winograd")(torch.zeros(1, 64, 1, 8), "max")
