"""Every solver on every problem whose answer is known; a new solver joins by one line in SOLVERS."""

import copy

import pytest
import torch

from impasto.errors import CostError
from impasto.evaluation import Cost, Evaluation
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS

SOLVERS = {"adam": lambda x: Adam(x, 0.01), "lbfgs": lambda x: LBFGS(x, 10)}
STEPS = {"adam": 1500, "lbfgs": 60}


def quadratic(scale=1.0):
    """sum w (x - c)^2 with curvatures from 1 to 1000; the optimum in the box is c clipped to [0, 1]."""
    generator = torch.Generator().manual_seed(3)
    c = torch.rand(1, 3, 5, 4, generator=generator, dtype=torch.float64) * 1.6 - 0.3
    w = torch.logspace(0, 3, c.numel(), dtype=torch.float64).reshape(c.shape) * scale

    def evaluate(x):
        J = float((w * (x.double() - c) ** 2).sum())
        return Evaluation(Cost(J, J, 0.0), (2 * w * (x.double() - c)).to(x.dtype))

    return evaluate, c.clamp(0, 1)


def rosenbrock(x):
    """Chained Rosenbrock, shifted so that its minimum, all 0.75, lies inside the box."""
    y = (x.double() + 0.25).requires_grad_(True)
    J = (100 * (y[1:] - y[:-1] ** 2) ** 2 + (1 - y[:-1]) ** 2).sum()
    (gradient,) = torch.autograd.grad(J, y)
    return Evaluation(Cost(J.item(), J.item(), 0.0), gradient.to(x.dtype))


@pytest.mark.parametrize("name", SOLVERS)
def test_finds_the_optimum_in_the_box_and_never_leaves_it(name):
    evaluate, optimum = quadratic()
    solver = SOLVERS[name](torch.full((1, 3, 5, 4), 0.5))
    for _ in range(STEPS[name]):
        solver.step(evaluate)
        assert solver.image.min() >= 0
        assert solver.image.max() <= 1
    lowest, first = (evaluate(x).cost.total for x in (optimum, torch.full_like(optimum, 0.5)))
    assert evaluate(solver.image).cost.total - lowest < 1e-5 * (first - lowest)
    assert (solver.image - optimum).abs().mean() < 5e-3


def test_adam_is_torchs_adam():
    evaluate, _ = quadratic()
    ours = Adam(torch.full((1, 3, 5, 4), 0.5), 0.01)
    theirs = torch.full((1, 3, 5, 4), 0.5).requires_grad_(True)
    adam = torch.optim.Adam([theirs], lr=0.01)
    for _ in range(40):
        ours.step(evaluate)
        theirs.grad = evaluate(theirs.detach()).gradient
        adam.step()
        theirs.data.clamp_(0, 1)
    torch.testing.assert_close(ours.image, theirs.detach(), rtol=0, atol=2e-6)


@pytest.mark.parametrize("scale", [1e-20, 1e-6, 1.0, 1e11, 1e25])
def test_lbfgs_takes_the_same_way_whatever_the_scale_of_the_cost(scale):
    paths = []
    for factor in (1.0, scale):
        evaluate, _ = quadratic(factor)
        solver = LBFGS(torch.full((1, 3, 5, 4), 0.5, dtype=torch.float64), 10)
        for _ in range(15):
            solver.step(evaluate)
        paths.append(solver.image)
    torch.testing.assert_close(paths[0], paths[1], rtol=0, atol=1e-6)


def test_lbfgs_solves_rosenbrock():
    solver = LBFGS(torch.full((6,), 0.2, dtype=torch.float64), 10)
    for _ in range(200):
        solver.step(rosenbrock)
        if solver.finished:
            break
    torch.testing.assert_close(solver.image, torch.full((6,), 0.75, dtype=torch.float64), atol=1e-3, rtol=0)


def test_lbfgs_lowers_the_cost_at_every_step():
    evaluate, _ = quadratic()
    solver = LBFGS(torch.full((1, 3, 5, 4), 0.5), 10)
    costs = [solver.step(evaluate).total for _ in range(25)]
    assert costs == sorted(costs, reverse=True)


def test_lbfgs_walks_round_a_cliff():
    """Beyond 0.6 the cost is not a number: the search must come back from there."""

    def evaluate(x):
        J = float("nan") if x.max() > 0.6 else float(((x - 0.7) ** 2).sum())
        return Evaluation(Cost(J, J, 0.0), 2 * (x - 0.7))

    solver = LBFGS(torch.full((4,), 0.1), 5)
    for _ in range(30):
        solver.step(evaluate)
    assert 0.5 < solver.image.max() <= 0.6


@pytest.mark.parametrize("name", SOLVERS)
def test_a_first_cost_that_is_no_number_is_refused(name):
    def evaluate(x):
        return Evaluation(Cost(float("nan"), 0.0, 0.0), x)

    with pytest.raises(CostError, match="finite"):
        SOLVERS[name](torch.zeros(3)).step(evaluate)


def test_lbfgs_says_when_nothing_is_left_to_do():
    solver = LBFGS(torch.full((4,), 0.5), 5)
    solver.step(lambda x: Evaluation(Cost(0.0, 0.0, 0.0), torch.zeros_like(x)))
    assert "gradient is zero" in solver.finished
    assert torch.equal(solver.image, torch.full((4,), 0.5))


def test_lbfgs_tries_no_step_that_its_numbers_cannot_hold():
    """At the optimum, with a gradient that rounding left: steps of 1e-2, 1e-3, ... 1e-7, and float32 ends there."""

    def evaluate(x):
        J = float((x.double() - 0.5).square().sum())
        return Evaluation(Cost(J, J, 0.0), torch.full_like(x, 1e-9))

    solver = LBFGS(torch.full((4,), 0.5), 5)
    solver.step(evaluate)
    assert solver.evaluations == 1 + 6
    assert "no step lowers" in solver.finished
    assert torch.equal(solver.image, torch.full((4,), 0.5))


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("steps_before", [7])
def test_restored_state_goes_on_to_the_bit(name, steps_before):
    evaluate, _ = quadratic()
    straight = SOLVERS[name](torch.full((1, 3, 5, 4), 0.5))
    for _ in range(20):
        straight.step(evaluate)
    first = SOLVERS[name](torch.full((1, 3, 5, 4), 0.5))
    for _ in range(steps_before):
        first.step(evaluate)
    second = SOLVERS[name](torch.zeros(1, 3, 5, 4))
    second.restore(copy.deepcopy(first.state()))
    for _ in range(20 - steps_before):
        second.step(evaluate)
    assert torch.equal(second.image, straight.image)
