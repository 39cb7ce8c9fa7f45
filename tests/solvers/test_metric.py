import pytest
import torch

from impasto.evaluation import Cost, Evaluation
from impasto.solvers.lbfgs import LBFGS
from tests.solvers.helpers import smoothed

SIZE = (1, 3, 16, 16)


def rough_quadratic():
    """(x - c)' M^-1 (x - c) plus a little of the identity: fine changes cost far more than coarse ones."""
    basis = torch.eye(256, dtype=torch.float64).reshape(-1, 1, 1, 16, 16)
    M = torch.stack([smoothed(one).flatten() for one in basis])
    Q = torch.linalg.inv(M) + 1e-3 * torch.eye(256, dtype=torch.float64)
    c = torch.rand(SIZE, generator=torch.Generator().manual_seed(5), dtype=torch.float64) * 0.6 + 0.2

    def evaluate(image):
        off = (image.double() - c).reshape(3, 256)
        J = float((off @ Q * off).sum())
        return Evaluation(Cost(J, J, 0.0), (2 * off @ Q).reshape(SIZE).to(image.dtype))

    return evaluate, c


def solve(metric, steps):
    evaluate, c = rough_quadratic()
    solver = LBFGS(torch.full(SIZE, 0.5, dtype=torch.float64), 10, metric)
    for _ in range(steps):
        solver.step(evaluate)
        assert solver.image.min() >= 0
        assert solver.image.max() <= 1
    return evaluate(solver.image).cost.total, solver, c


def test_a_fitting_metric_gets_there_in_fewer_steps():
    assert solve(smoothed, 8)[0] < 0.1 * solve(None, 8)[0]


@pytest.mark.slow
@pytest.mark.parametrize("metric", [None, smoothed])
def test_the_minimum_is_the_same_with_any_metric(metric):
    _, solver, c = solve(metric, 120)
    torch.testing.assert_close(solver.image, c, rtol=0, atol=1e-4)


def test_the_identity_as_metric_takes_the_very_same_way_as_none():
    one, other = solve(None, 12)[1], solve(lambda gradient: gradient, 12)[1]
    assert torch.equal(one.image, other.image)


def test_the_metric_keeps_to_the_box_when_the_optimum_lies_outside():
    evaluate, c = rough_quadratic()

    def shifted(image):  # the optimum of half the picture is beyond white
        return evaluate(image - (c > 0.5) * 0.9)

    solver = LBFGS(torch.full(SIZE, 0.5, dtype=torch.float64), 10, smoothed)
    costs = [solver.step(shifted).total for _ in range(60)]
    assert solver.image.max() == 1
    assert costs == sorted(costs, reverse=True)
