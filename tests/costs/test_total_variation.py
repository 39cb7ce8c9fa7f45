"""Total variation: by hand, by finite differences, strip by strip, and what it does to a size."""

import math

import pytest
import torch

from impasto.costs import total_variation as module
from impasto.costs.total_variation import ROUNDING, WithVariation, variation
from impasto.evaluation import Cost, Evaluation
from impasto.tensor_types import Span
from tests.helpers import random_image


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
    monkeypatch.setattr(module, "STRIP", strip)
    image = random_image(*size).double().requires_grad_(True)
    expected = by_definition(image)
    (slope,) = torch.autograd.grad(expected, image)
    found = WithVariation(nothing, 3.0, 2.0, size[0] * size[1])(image)
    assert found.cost.variation == pytest.approx(expected.item() / 2, rel=1e-12)
    assert found.cost.total == pytest.approx(1 + 3 * expected.item() / 2, rel=1e-12)
    assert (found.cost.content, found.cost.style, found.cost.custom) == (0.5, 0.25, 0.125)
    torch.testing.assert_close(found.gradient, 1.5 * slope)


def test_the_gradient_by_finite_differences():
    image, direction = random_image(8, 9, 1).double(), random_image(8, 9, 2).double() - 0.5
    gradient, h = torch.zeros_like(image), 1e-6
    variation(image, None, gradient)
    slope = (variation(image + h * direction) - variation(image - h * direction)) / (2 * h)
    assert (gradient * direction).sum().item() == pytest.approx(slope, rel=1e-7)


def test_slabs_with_a_row_of_their_neighbours_add_up():
    image = random_image(11, 7).double()
    whole = torch.zeros_like(image)
    expected = variation(image, None, whole)
    total, parts = 0.0, []
    for own, seen in ((Span(0, 4), Span(0, 5)), (Span(4, 9), Span(3, 10)), (Span(9, 11), Span(8, 11))):
        here = own.within(seen)
        part = torch.zeros(1, 3, own.stop - own.start, 7, dtype=torch.float64)
        total += variation(image[:, :, slice(*seen)], Span(here.start, here.stop), part)
        parts.append(part)
    assert total == pytest.approx(expected, rel=1e-12)
    torch.testing.assert_close(torch.cat(parts, 2), whole)


def test_a_flat_photograph_is_no_reference():
    image = random_image(6, 6)
    assert WithVariation(nothing, 1.0, 0.0, 36)(image).cost.variation == pytest.approx(
        by_definition(image).item(), rel=1e-6
    )
