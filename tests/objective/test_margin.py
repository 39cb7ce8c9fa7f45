import numpy as np
import pytest
import torch

from impasto.evaluation import Cost, Evaluation
from impasto.objective.targets import content_terms
from impasto.objective.tiling import Tiling
from impasto.objective.transforms import MARGIN, folded, mirror, mirrored, seen_through
from impasto.objective.whole import Whole
from tests.helpers import random_image


@pytest.mark.parametrize("size", [(40, 33), (17, 17), (9, 64), (1, 5)])
def test_mirrors_as_numpy_does(size):
    image = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(1))
    rows, columns = (min(16, side - 1) for side in size)
    expected = np.pad(image.numpy(), ((0, 0), (0, 0), (rows, rows), (columns, columns)), mode="reflect")
    assert np.array_equal(mirrored(image).numpy(), expected)


def weighted_cubes(image):
    """A cost that tells every position of the padded picture from every other."""
    w = torch.arange(image.numel(), dtype=image.dtype).reshape(image.shape).sin()
    J = float((w * image**3).sum())
    return Evaluation(Cost(J, J, 0.0), 3 * w * image**2)


def test_gradient_is_that_of_finite_differences():
    image = torch.rand(1, 3, 18, 20, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    evaluate = seen_through(mirror((18, 20)), weighted_cubes)
    gradient = evaluate(image).gradient
    assert gradient.shape == image.shape
    for place in [(0, 0, 0, 0), (0, 1, 1, 19), (0, 2, 9, 10), (0, 0, 17, 1)]:
        step = torch.zeros_like(image)
        step[place] = 1e-5
        rise = evaluate(image + step).cost.total - evaluate(image - step).cost.total
        assert rise / 2e-5 == pytest.approx(float(gradient[place]), rel=1e-6, abs=1e-8)


def test_the_image_is_left_as_it_is():
    image = torch.full((1, 3, 20, 20), 0.5)
    seen_through(mirror((20, 20)), weighted_cubes)(image)
    assert not image.requires_grad
    assert torch.equal(image, torch.full((1, 3, 20, 20), 0.5))


@pytest.mark.parametrize("size", [(40, 33), (17, 17), (9, 64), (1, 5)])
def test_the_way_back_is_torchs(size):
    generator = torch.Generator().manual_seed(3)
    image = torch.rand(1, 3, *size, generator=generator, dtype=torch.float64).requires_grad_()
    padded = mirrored(image)
    by_padded = torch.randn(padded.shape, generator=generator, dtype=torch.float64)
    (expected,) = torch.autograd.grad(padded, image, by_padded)
    assert torch.allclose(folded(by_padded, size), expected, rtol=1e-13, atol=1e-13)


def test_the_margin_is_seen_and_not_measured(tiny_encoder):
    """At relu1_1 a pixel reaches one position far: two pixels inside, all is as without a margin."""
    content, image = random_image(40, 48, 1), random_image(40, 48, 2)
    gradients = []
    for margin in (0, MARGIN):
        tiling = Tiling(40, 48, ["relu1_1"], margin=margin)
        terms = content_terms(tiny_encoder, content, {"relu1_1": 1.0}, False, tiling)
        whole = Whole(tiny_encoder, terms, 1.0, 1.0, tiling.window)
        gradients.append(
            (seen_through(mirror((40, 48)), whole) if margin else whole)(image).gradient[:, :, 2:-2, 2:-2]
        )
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-9)
