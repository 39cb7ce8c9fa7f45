"""A plan of several scales: what it says of itself is true, and what it suggests works."""

import json
import re
from dataclasses import replace

import pytest

from impasto.errors import SettingsError
from impasto.layout import Layout
from impasto.memory.choose_layout import least
from impasto.memory.plan import make_plan
from impasto.settings import Settings
from impasto.settings.values import bytes_of
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights
from tests.memory.helpers import BASE, asked, square

SCALES = [square(256), square(512), square(2048)]


def plan(limit, *, named=True, scales=SCALES, **fields):
    return make_plan(asked(**fields), scales, BASE, limit, named=named)


def needed(**wanted) -> int:
    """Bytes for the last scale in its cheapest layout of this kind."""
    demand = asked(final=(2048, 2048))
    layouts = [Layout(**{"tile": tile, "style_tile": tile, **wanted}) for tile in (1024, 512, 384, 256)]
    return min(demand.peak(SCALES[-1], one, BASE) for one in layouts)


def test_every_scale_is_planned_in_order():
    found = plan(10**11)
    assert [one.scale for one in found.scales] == SCALES
    assert [one.layout for one in found.scales] == [Layout()] * 3
    assert found.peak == found.scales[-1].peak
    assert found.notes() == []
    assert found.seconds is None


def test_small_scales_are_not_spared_for_the_large_one():
    found = plan(needed(kept="disk"))
    assert found.scales[0].layout == Layout()
    assert found.scales[-1].layout.kept == "disk"
    assert found.peak <= found.limit


@pytest.mark.slow
def test_the_largest_scale_is_refused_first():
    with pytest.raises(SettingsError, match=r"^2048x2048 "):
        plan(10**8)


def test_past_steps_on_disk_are_told_with_their_size():
    [note] = plan(needed(kept="disk")).departures()
    # 20 pairs of two pictures of 2048 x 2048 pixels, 12 bytes each: 2.01 GB.
    assert "the past steps of L-BFGS do not fit" in note
    assert "at 2048 x 2048: 2.0 GB of them are kept on disk" in note


def test_half_precision_is_no_departure_and_yet_worth_a_note():
    found = plan(needed(kept="float16", tile=None, style_tile=None))
    assert found.departures() == []
    assert found.notes() == ["the past steps of L-BFGS are kept in half precision at 2048 x 2048"]


@pytest.mark.slow
def test_adam_in_the_place_of_lbfgs_is_told_with_what_would_allow_it():
    demand = asked(final=(2048, 2048))
    found = plan(least(demand, SCALES[-1], BASE, solver="lbfgs") - 1)
    assert [one.layout.solver for one in found.scales] == ["lbfgs", "lbfgs", "adam"]
    note = found.departures()[0]
    assert note.startswith("L-BFGS does not fit into ")
    assert "at 2048 x 2048: Adam paints there" in note
    suggested = re.search(r"--memory (\S+) would allow L-BFGS", note)
    assert [one.layout.solver for one in plan(bytes_of(suggested[1])).scales] == ["lbfgs"] * 3


def test_adam_that_was_asked_for_is_no_departure():
    assert plan(needed(solver="adam", encoding="disk"), solver="adam").departures() == []


def test_an_encoding_on_disk_is_told_with_its_size():
    notes = plan(needed(solver="adam", encoding="disk"), solver="adam").notes()
    # relu4_2 of 2048 + 32 pixels a side: 512 channels, 260 x 260 positions, 4 bytes: 138 MB.
    assert notes[-1].startswith("the photograph's encoding is kept on disk at ")
    assert notes[-1].endswith("2048 x 2048: 138 MB")


@pytest.mark.slow
def test_where_the_limit_comes_from_is_told():
    limit = needed(kept="disk")
    assert "into 1" in plan(limit).departures()[0]
    assert "a safe part of what is free" not in plan(limit).departures()[0]
    assert "a safe part of what is free" in plan(limit, named=False).departures()[0]
    assert plan(limit).as_dict()["limit_from"] == "--memory"
    assert plan(limit, named=False).as_dict()["limit_from"] == "free memory"


def test_what_was_taken_before_counts_and_is_told_when_it_was_too_much():
    # A photograph of 100 megapixels that is painted small, say: reading it takes more than the painting.
    found = make_plan(asked(), SCALES[:1], BASE, 2 * 10**9, named=True, reached=3 * 10**9)
    assert found.peak == 3 * 10**9
    assert found.departures() == [
        "3.0 GB of memory were taken before the painting began, to read the pictures, say: more than the 2.0 GB allowed"
    ]
    assert make_plan(asked(), SCALES[:1], BASE, 4 * 10**9, named=True, reached=3 * 10**9).departures() == []


def test_it_is_json():
    found = plan(10**11)
    told = json.loads(json.dumps(found.as_dict()))
    assert [one["size"] for one in told["scales"]] == [[256, 256], [512, 512], [2048, 2048]]
    assert told["scales"][0]["solver"] == "lbfgs"
    assert told["scales"][0]["tile"] is None
    assert told["peak"] == max(one["peak"] for one in told["scales"])


def test_the_peaks_of_a_painting_are_those_of_its_plan_and_follow_its_layouts():
    settings = Settings(recipe="glaze", steps=2, scales=2, size=96, memory="8GB")
    encoder = VGG19(tiny_weights(), pooling="average")
    painting = Stylizer(settings, encoder=encoder).paint(random_image(75, 98, 1), random_image(64, 80, 2))
    planned = painting.plan(times=False)
    scales = [one.scale for one in planned.scales]
    assert planned.scales == make_plan(planned.demand, scales, planned.base, planned.limit, named=True).scales
    painting.layouts = [replace(one, solver="adam") for one in painting.layouts]
    with_adam = painting.plan(times=False)
    assert [one.layout for one in with_adam.scales] == painting.layouts
    assert all(one.peak < other.peak for one, other in zip(with_adam.scales, planned.scales, strict=True))
