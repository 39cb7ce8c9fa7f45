"""What is protected: G = (1 - m) X + m C, and its gradient."""

import torch

from impasto.evaluation import Cost, Evaluation
from impasto.objective.transforms import Protection, seen_through
from tests.helpers import random_image


def bowl(image):
    J = float((image**3).sum())
    return Evaluation(Cost(J, J, 0.0), 3 * image**2)


def test_the_gradient_is_that_of_finite_differences():
    content, kept = random_image(8, 9, 1).double(), random_image(8, 9, 2)[:, :1].double()
    evaluate = seen_through(Protection(content, kept).transform(), bowl)
    X = random_image(8, 9, 3).double()
    gradient = evaluate(X).gradient
    for place in ((0, 0, 0, 0), (0, 2, 4, 5), (0, 1, 7, 8)):
        step = torch.zeros_like(X)
        step[place] = 1e-6
        slope = (evaluate(X + step).cost.total - evaluate(X - step).cost.total) / 2e-6
        assert abs(slope - gradient[place]) < 1e-6


def test_what_is_wholly_kept_is_the_photograph_to_the_bit_and_the_rest_the_canvas():
    content, X = random_image(8, 9, 1), random_image(8, 9, 2)
    kept = torch.zeros(1, 1, 8, 9)
    kept[..., 4:] = 1
    G = Protection(content, kept).over(X)
    assert torch.equal(G[..., 4:], content[..., 4:])
    assert torch.equal(G[..., :4], X[..., :4])
    assert not seen_through(Protection(content, kept).transform(), bowl)(X).gradient[..., 4:].any()
