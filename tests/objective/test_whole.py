"""The whole engine against the one-page implementation and finite differences."""

import pytest
import torch

from impasto.objective.targets import content_terms, style_terms
from impasto.objective.whole import Whole
from impasto.vgg.vgg19 import VGG19
from tests import one_page
from tests.helpers import random_image, tiny_weights


def engine(encoder, content, style, balance=False, alpha=10.0, beta=40.0):
    terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, balance),
        *style_terms(encoder, style, one_page.STYLE_LAYERS, balance),
    ]
    return Whole(encoder, terms, alpha, beta)


@pytest.mark.slow
def test_cost_and_gradient_are_the_pages_on_the_real_weights(real_encoder):
    content, style, image = random_image(40, 33, 1), random_image(35, 48, 2), random_image(40, 33, 3)
    found = engine(real_encoder, content, style)(image)

    weights, image = one_page.load_vgg19(), image.double().requires_grad_(True)
    with torch.no_grad():
        a_C = one_page.encode(weights, content.double(), ["relu4_2"])["relu4_2"]
        a_S = one_page.encode(weights, style.double(), one_page.STYLE_LAYERS)
    J = one_page.total_cost(weights, a_C, a_S, image)
    J.backward()
    assert found.cost.total == pytest.approx(J.item(), rel=1e-5)
    assert (found.gradient - image.grad).norm() / image.grad.norm() < 1e-5
    assert found.cost.total == pytest.approx(10 * found.cost.content + 40 * found.cost.style, rel=1e-6)


def test_gradient_by_finite_differences():
    encoder = VGG19(tiny_weights(), precision="float64")
    content, style, image = (random_image(18, 17, seed).double() for seed in (1, 2, 3))
    evaluate = engine(encoder, content, style, balance=True)
    gradient = evaluate(image).gradient
    direction = random_image(18, 17, 4).double() - 0.5
    h = 1e-6
    slope = (evaluate(image + h * direction).cost.total - evaluate(image - h * direction).cost.total) / (
        2 * h
    )
    assert slope == pytest.approx(float((gradient * direction).sum()), rel=1e-5)


def test_style_equal_to_content_leaves_nothing_to_do(tiny_encoder):
    picture = random_image(20, 20)
    found = engine(tiny_encoder, picture, picture, balance=True)(picture)
    assert found.cost.total == 0
    assert not found.gradient.any()


def test_balanced_costs_do_not_depend_on_the_scale_of_the_activations():
    content, style, image = random_image(20, 20, 1), random_image(20, 20, 2), random_image(20, 20, 3)
    plain = tiny_weights()
    louder = tiny_weights()
    for name in ("conv4_2", "conv5_1"):  # taps whose activations no deeper tapped layer but 5_1 sees
        louder.kernels[name].mul_(8)
        louder.biases[name].mul_(8)
    costs = [engine(VGG19(w), content, style, balance=True)(image).cost for w in (plain, louder)]
    assert costs[1].content == pytest.approx(costs[0].content, rel=1e-5)


def test_the_image_handed_in_is_left_alone(tiny_encoder):
    image = random_image(20, 20, 3)
    before = image.clone()
    engine(tiny_encoder, random_image(20, 20, 1), random_image(20, 20, 2))(image)
    assert torch.equal(image, before)
    assert not image.requires_grad
