"""Total variation: by hand, by finite differences, strip by strip, and what it does to a size."""

import math
from functools import partial

import pytest
import torch

from impasto.costs import image_cost
from impasto.costs.image_cost import CanvasScale
from impasto.costs.total_variation import ROUNDING, TotalVariation, variation, variation_and_slope
from impasto.evaluation import Cost, Evaluation
from impasto.objective import image_costs
from impasto.objective.image_costs import WithImageCosts
from impasto.tensor_types import Span
from tests.helpers import random_image

CPU = torch.device("cpu")


def nothing(image):
    return Evaluation(Cost(1.0, 0.5, 0.25, custom=0.125), torch.zeros_like(image))


def by_definition(image):
    """One page of plain code, to be differentiated by autograd."""
    dx = torch.nn.functional.pad(image[..., 1:] - image[..., :-1], (0, 1))
    dy = torch.nn.functional.pad(image[:, :, 1:] - image[:, :, :-1], (0, 0, 0, 1))
    return ((dx**2 + dy**2 + ROUNDING**2).sqrt() - ROUNDING).mean()


def test_by_hand():
    """An edge from black to white down a picture four pixels wide: a quarter of its pixels differ by one."""
    image = torch.zeros(1, 3, 5, 4, dtype=torch.float64)
    assert variation(image) == 0
    image[..., 2:] = 1
    expected = (math.hypot(1, ROUNDING) - ROUNDING) / 4
    assert variation(image) / image.numel() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (6, 1), (9, 7)])
@pytest.mark.parametrize("strip", [1, 3 * 7 * 2, 2**20])
def test_value_and_gradient_are_those_of_the_definition(size, strip, monkeypatch):
    monkeypatch.setattr(image_costs, "strips_of", partial(image_cost.strips_of, values=strip))
    image = random_image(*size).double().requires_grad_(True)
    expected = by_definition(image)
    (slope,) = torch.autograd.grad(expected, image)
    found = WithImageCosts(nothing, [TotalVariation(3.0, False, 2.0)], size)(image)
    assert found.cost.variation == pytest.approx(expected.item() / 2, rel=1e-12)
    assert found.cost.total == pytest.approx(1 + 3 * expected.item() / 2, rel=1e-12)
    assert (found.cost.content, found.cost.style, found.cost.custom) == (0.5, 0.25, 0.125)
    torch.testing.assert_close(found.gradient, 1.5 * slope)


def test_the_gradient_by_finite_differences():
    image, direction = random_image(8, 9, 1).double(), random_image(8, 9, 2).double() - 0.5
    (_, gradient), h = variation_and_slope(image, Span(0, 8)), 1e-6
    slope = (variation(image + h * direction) - variation(image - h * direction)) / (2 * h)
    assert (gradient * direction).sum().item() == pytest.approx(slope, rel=1e-7)


def test_slabs_with_a_row_of_their_neighbours_add_up():
    image = random_image(11, 7).double()
    expected, whole = variation_and_slope(image, Span(0, 11))
    total, parts = 0.0, []
    for own, seen in ((Span(0, 4), Span(0, 5)), (Span(4, 9), Span(3, 10)), (Span(9, 11), Span(8, 11))):
        here = own.within(seen)
        value, part = variation_and_slope(image[:, :, slice(*seen)], Span(here.start, here.stop))
        total += value
        parts.append(part)
    assert total == pytest.approx(expected, rel=1e-12)
    torch.testing.assert_close(torch.cat(parts, 2), whole)


@pytest.mark.parametrize("flat", [True, False])
def test_normalized_it_is_divided_by_the_photographs_own_unless_that_is_flat(flat):
    image, photograph = random_image(6, 6), torch.zeros(1, 3, 6, 6) if flat else random_image(6, 6, 5) ** 4
    scale = CanvasScale((6, 6), Span(0, 6), CPU, lambda rows: photograph[:, :, slice(*rows)], float)
    cost = TotalVariation(1.0, normalize=True).at(scale)
    reference = 1 if flat else by_definition(photograph).item()
    assert WithImageCosts(nothing, [cost], (6, 6))(image).cost.variation == pytest.approx(
        by_definition(image).item() / reference, rel=1e-6
    )
