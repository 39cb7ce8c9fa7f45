"""What the planner knows of style costs and of costs of the user's own."""

from dataclasses import replace

import pytest
import torch

from impasto.costs.styles import STYLE_COSTS
from impasto.memory.network_memory import CUSTOM_COPIES, FLOAT, Network, rule_bytes
from impasto.memory.time_forecast import Speed, calibrate, forecast
from impasto.objective.region_guides import layer_guides
from impasto.objective.targets import style_terms
from impasto.objective.tiling import Tiling
from impasto.objective.whole import Whole
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.layers import LAYERS
from impasto.vgg.vgg19 import VGG19
from tests.helpers import MeanAndDeviation, random_image, tiny_weights
from tests.memory.helpers import most_allocated


@pytest.mark.slow
def test_roots_of_matrices_are_timed_once_an_evaluation():
    encoder = VGG19(tiny_weights())
    stylizer = Stylizer(
        Settings(recipe="glaze", style_cost="wasserstein", scales=1, steps=10), encoder=encoder
    )
    plan = stylizer.paint(random_image(48, 48, 1), random_image(40, 40, 2)).plan(times=False)
    speed = calibrate(encoder, plan.demand, disk=False)
    assert speed.rules > 0
    longer = forecast(plan, speed).seconds - forecast(plan, replace(speed, rules=0.0)).seconds
    assert 10 * speed.rules <= longer <= 12 * speed.rules
    assert calibrate(encoder, replace(plan.demand, style_cost="gram"), disk=False).rules == 0


def test_each_region_has_rules_of_its_own():
    encoder = VGG19(tiny_weights())
    stylizer = Stylizer(
        Settings(recipe="glaze", style_cost="wasserstein", scales=1, steps=10), encoder=encoder
    )
    plan = stylizer.paint(random_image(48, 48, 1), random_image(40, 40, 2)).plan(times=False)
    three = replace(plan, demand=replace(plan.demand, regions=3))
    speed = Speed(walk=0.0, work=0.0, value=0.0, rules=1.0)
    assert forecast(three, speed).seconds - forecast(plan, speed).seconds == pytest.approx(2 * 11.7)


@pytest.mark.slow
@pytest.mark.usefixtures("everything_from_torch")
@pytest.mark.parametrize("cost", STYLE_COSTS)
def test_a_region_s_targets_and_rules_take_what_the_allocator_counts(real_encoder, cost):
    image, layer = random_image(32, 32), "relu3_1"
    guide = layer_guides(torch.ones(32, 32), Tiling(32, 32, [layer]), [layer])[layer]

    def counted(regions):
        def evaluate():
            terms = [
                style_terms(real_encoder, image, {layer: 1.0}, True, cost=cost)[0].within(guide)
                for _ in range(regions)
            ]
            Whole(real_encoder, terms, 1.0, 1.0)(image)

        evaluate()  # makes kernels and workspaces
        return most_allocated(evaluate)

    assert rule_bytes([layer], cost) == pytest.approx((counted(6) - counted(2)) / 4, rel=0.02)


def test_a_custom_cost_is_counted_with_what_it_keeps():
    plain = Network(frozenset({"relu4_2"}), frozenset({"relu1_1"}), "average", True)
    custom = replace(plain, custom=frozenset({"relu1_2"}))
    one = FLOAT * LAYERS["relu1_2"].n_out * 256 * 256
    assert custom.gradient_bytes(256 * 256) - plain.gradient_bytes(256 * 256) >= CUSTOM_COPIES * one


def test_a_layer_that_only_a_custom_cost_looks_at_is_planned_for():
    stylizer = Stylizer(
        Settings(recipe="glaze", scales=1, steps=1),
        encoder=VGG19(tiny_weights()),
        costs=[MeanAndDeviation("relu5_3")],
    )
    network = (
        stylizer.paint(random_image(48, 48, 1), random_image(40, 40, 2)).plan(times=False).demand.network
    )
    assert network.custom == {"relu5_3"}
    assert network.layers[-1] == "relu5_3"
