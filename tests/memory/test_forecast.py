"""How long it will take: against the convolutions that a painting really does, and sums done by hand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from impasto.layout import Layout
from impasto.memory import time_forecast
from impasto.memory.plan import make_plan
from impasto.memory.time_forecast import ROUNDS, Speed, calibrate, forecast
from impasto.objective.passes import FORWARD, SECOND_PASS
from impasto.settings import Settings
from impasto.solvers.lbfgs import PAIR_PASSES
from impasto.stylizer import Stylizer
from tests.helpers import random_image
from tests.memory.helpers import BASE, asked, square
from tests.objective.test_passes import Counting

ONLY_WORK = Speed(walk=0.0, work=1.0, value=0.0)
ONLY_VECTORS = Speed(walk=0.0, work=0.0, value=1.0, byte=1.0)


def planned(layout=None, demand=None, **scale):
    plan = make_plan(demand or asked(), [replace(square(100), **scale)], BASE, 10**11, named=True)
    return replace(plan, scales=tuple(replace(one, layout=layout or one.layout) for one in plan.scales))


@pytest.mark.slow
@pytest.mark.parametrize("tile", [None, 48])
@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_the_work_of_a_painting_is_what_is_forecast(solver, tile):
    encoder = Counting()
    settings = Settings(
        recipe="glaze",
        steps=8,  # among fewer one long line search weighs too much
        scales=2,
        solver=solver,
        engine="tiled" if tile else "whole",
        tile=tile,
        threads=1,
        pooling="max",
    )
    painting = Stylizer(settings, encoder=encoder).paint(random_image(75, 98, 1), random_image(64, 80, 2))
    told = forecast(painting.plan(times=False), ONLY_WORK)
    list(painting)
    # In tiles the deep layers are walked in one piece, and that costs a little more than SECOND_PASS.
    spent = FORWARD * encoder.counted[False] + encoder.counted[True] * (SECOND_PASS if tile else 1)
    assert sum(one.seconds for one in told.scales) == pytest.approx(spent, rel=0.1)


def test_a_walk_costs_something_whatever_its_size():
    # One evaluation of one piece a step, targets of two forward walks.
    told = forecast(planned(Layout(solver="adam"), steps=10), Speed(walk=1.0, work=0.0, value=0.0))
    assert told.scales[0].seconds == pytest.approx(10 + 2 * FORWARD)


def test_pairs_cost_more_the_more_there_are():
    def seconds(steps, **layout):
        return forecast(planned(Layout(**layout), steps=steps), ONLY_VECTORS).scales[0].seconds

    # Twenty steps with 1 pair at most: 19 times one pair; with 100: 0 + 1 + ... + 19 of them.
    one, many = seconds(20, history=1), seconds(20, history=100)
    each = PAIR_PASSES["float32"] * 3 * 100 * 100
    assert many - one == pytest.approx(each * (190 - 19), rel=0.02)
    assert seconds(20, solver="adam") < one
    assert seconds(20, history=1, kept="disk") > one
    assert seconds(20, history=1, kept="float16") > one


def test_neighbours_are_searched_once_a_scale_in_three_layers():
    # 100 x 100 pixels and a margin of 16 on each side; in each layer every position with every candidate.
    by_hand = sum(side**4 * channels for side, channels in ((66, 128), (33, 256), (16, 512)))
    search = Speed(walk=0.0, work=0.0, value=0.0, search=1.0)
    told = forecast(planned(steps=10, demand=asked(neighbours=True, regions=2)), search)
    assert told.scales[0].seconds == 2 * by_hand
    assert forecast(planned(steps=10), search).scales[0].seconds == 0
    # Besides, the photograph is walked twice, the canvas and the painting once.
    walks = Speed(walk=1.0, work=0.0, value=0.0)
    plain, more = (
        forecast(planned(steps=10, demand=asked(neighbours=one)), walks).scales[0].seconds
        for one in (False, True)
    )
    assert more - plain == pytest.approx(4 * FORWARD)


def test_every_evaluation_looks_at_the_palette_of_every_region():
    palette = Speed(walk=0.0, work=0.0, value=0.0, palette=1.0)
    told = forecast(planned(Layout(solver="adam"), steps=10, demand=asked(regions=3)), palette)
    assert told.scales[0].seconds == 10 * 3 * 100 * 100


def test_everything_together_is_more_than_the_scales():
    told = forecast(planned(), ONLY_VECTORS)
    assert told.seconds > told.scales[0].seconds > 0
    assert told.peak == planned().peak


@pytest.fixture
def clock(monkeypatch):
    """A machine that takes 0.05 s a walk and a nanosecond for each unit of work; what is timed is only told by size."""

    def machine(times):
        monkeypatch.setattr(time_forecast, "_evaluation", lambda encoder, demand, side: side)
        monkeypatch.setattr(time_forecast, "_shortest", times)
        monkeypatch.setattr(time_forecast, "_vector_time", lambda device: 1e-9)

    return machine


def test_calibration_finds_the_machine(clock):
    # All thirteen layers to relu5_1, by hand: what an activation costs is 200 of its multiplications.
    channels = [(3, 64), (64, 64)], [(64, 128), (128, 128)], [(128, 256), *[(256, 256)] * 3], \
        [(256, 512), *[(512, 512)] * 3], [(512, 512)]  # fmt: skip
    each = sum(
        n_out * (9 * n_in + 200) / 4**block for block, pairs in enumerate(channels) for n_in, n_out in pairs
    )
    clock(lambda side: 0.05 + 1e-9 * each * side**2)
    speed = calibrate(Counting(), asked(), disk=False)
    assert speed.walk == pytest.approx(0.05)
    assert speed.work == pytest.approx(1e-9)
    assert speed.byte is None


def test_a_disturbed_calibration_still_gives_a_speed(clock):
    clock(lambda side: 1.0 if side < 300 else 0.5)  # the small picture took longer
    speed = calibrate(Counting(), asked(), disk=False)
    assert speed.work > 0
    assert speed.walk >= 0


@pytest.mark.slow
def test_calibration_measures_something(tiny_encoder):
    before = torch.get_rng_state()
    began = torch.get_num_threads()
    speed = calibrate(tiny_encoder, asked(palette=True, neighbours=True), disk=True)
    assert speed.work > 0
    assert 0 < speed.palette < 1e-4
    assert 0 < speed.search < 1e-7
    assert 0 < speed.value < 1e-6
    assert 0 < speed.byte < 1e-6
    assert torch.get_num_threads() == began
    assert torch.equal(torch.get_rng_state(), before)  # the host's random numbers are its own


@pytest.mark.parametrize(("device", "large"), [("cpu", 448), ("cuda", 1024)])
def test_each_device_is_timed_at_a_size_that_keeps_it_busy(monkeypatch, device, large):
    sides = []
    monkeypatch.setattr(
        time_forecast, "_evaluation", lambda encoder, demand, side: lambda: sides.append(side)
    )
    monkeypatch.setattr(time_forecast, "_vector_time", lambda device: 1.0)
    calibrate(SimpleNamespace(device=torch.device(device)), asked(), disk=False)
    assert sides == [192] * (1 + ROUNDS) + [large] * (1 + ROUNDS)
