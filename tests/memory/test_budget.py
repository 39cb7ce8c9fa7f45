"""Which layout is chosen: it fits, more memory never gives a worse one, and what cannot be done is told."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.errors import SettingsError
from impasto.layout import Layout
from impasto.memory.choose_layout import candidates, choose, least
from impasto.memory.network_memory import Network
from impasto.memory.peak import (
    CODE_BYTES,
    COMPILER_BYTES,
    PIECE_BYTES,
    SLACK,
    TORCH_CODE_BYTES,
    ScaleSizes,
)
from impasto.settings.values import bytes_text
from tests.memory.helpers import BASE, asked, square

FEW = settings(max_examples=20)
sides = st.integers(16, 1500)
scales = st.builds(
    lambda height, width, style: ScaleSizes((height, width), (style, style), 10), sides, sides, sides
)
demands = st.builds(
    lambda engine, solver, history, margin: asked(
        engine=engine, solver=solver, history=history, margin=margin
    ),
    st.sampled_from(["auto", "whole", "tiled"]),
    st.sampled_from(["lbfgs", "adam"]),
    st.integers(1, 100),
    st.sampled_from([0, 16]),
)
limits = st.integers(BASE // 10**6, 8000).map(lambda megabytes: megabytes * 10**6)


def chosen(demand, scale, limit) -> tuple[Layout, int] | None:
    try:
        return choose(demand, scale, BASE, limit)
    except SettingsError:
        return None


def test_a_peak_by_hand():
    # 100 x 100 pixels, only relu1_1, torch's convolutions, Adam. In units of a picture in float32, 0.12 MB, relu1_1
    # takes 64/3. Encoded: a_C. Evaluated: Adam's three vectors, the gradient, and the walk: the picture's own gradient,
    # relu1_1 and its difference from a_C, the gradient from the Gram matrix, three tensors for that of the squares.
    first = frozenset({"relu1_1"})
    demand = asked(network=Network(first, first, "average", compiled=False), margin=0, solver="adam")
    picture = 12 * 100 * 100
    by_hand = picture * (64 / 3 + 3 + 1 + 1 + 2 * 64 / 3 + 4 * 64 / 3)
    layout = Layout(solver="adam")
    code = CODE_BYTES + TORCH_CODE_BYTES + PIECE_BYTES * 100 * 100
    assert demand.peak(square(100), layout, BASE) == pytest.approx(BASE + code + SLACK * by_hand, abs=1)


@pytest.mark.parametrize(("kept", "vectors"), [("float32", 40), ("float16", 20), ("disk", 0)])
def test_past_steps_take_two_pictures_each(kept, vectors):
    # 4096 x 4096 pixels in tiles: the solver's own work is the peak, or the showing of a picture; both hold all pairs.
    scale, picture = square(4096), 12 * 4096**2
    one, many = (asked(history=history) for history in (1, 21))
    layout = {"kept": kept, "tile": 256, "style_tile": 256, "encoding": "disk"}
    grown = many.peak(scale, Layout(history=21, **layout), BASE) - one.peak(
        scale, Layout(history=1, **layout), BASE
    )
    assert grown == pytest.approx(SLACK * vectors * picture, rel=1e-6)


def test_code_that_is_still_to_be_compiled_is_counted():
    fresh, compiled = (asked(fresh=one).peak(square(256), Layout(), BASE) for one in (True, False))
    assert fresh - compiled == COMPILER_BYTES


@pytest.mark.slow
@FEW
@given(demands, scales, limits)
def test_what_is_chosen_stays_within_the_limit(demand, scale, limit):
    found = chosen(demand, scale, limit)
    if found is not None:
        layout, peak = found
        assert peak <= limit
        assert peak == demand.peak(scale, layout, BASE)


@pytest.mark.slow
@FEW
@given(demands, scales, limits, limits)
def test_more_memory_never_gives_a_worse_layout(demand, scale, one, other):
    order = list(candidates(demand, scale))
    less, more = (chosen(demand, scale, limit) for limit in sorted((one, other)))
    if less is not None:
        assert more is not None
        assert order.index(more[0]) <= order.index(less[0])
        assert (more[0].solver, less[0].solver) != ("adam", "lbfgs")


@pytest.mark.slow
@FEW
@given(demands, scales)
def test_the_least_that_is_told_suffices_and_no_byte_less(demand, scale):
    needed = least(demand, scale, BASE)
    assert choose(demand, scale, BASE, needed)[1] == needed
    with pytest.raises(SettingsError, match=re.escape(bytes_text(needed))):
        choose(demand, scale, BASE, needed - 1)


@FEW
@given(scales, st.sampled_from(["lbfgs", "adam"]))
def test_a_larger_picture_never_takes_less(scale, solver):
    layout, (height, width) = Layout(solver=solver), scale.size
    larger = ScaleSizes((height + 16, width + 16), scale.style_size, scale.steps)
    assert asked().peak(larger, layout, BASE) >= asked().peak(scale, layout, BASE)


@FEW
@given(scales, st.integers(1, 100))
def test_the_settings_are_kept_to(scale, history):
    def layouts(**fields):
        return list(candidates(asked(history=history, **fields), scale))

    assert {one.tile for one in layouts(engine="whole")} == {None}
    assert None not in {one.tile for one in layouts(engine="tiled")}
    assert {one.tile for one in layouts(engine="tiled", tile=96)} == {96}
    assert {one.solver for one in layouts(solver="adam")} == {"adam"}
    assert {one.history for one in layouts(solver="lbfgs") if one.solver == "lbfgs"} == {min(history, 10)}
    assert layouts()[0].kept == "float32"


def test_no_more_past_steps_than_there_are_steps():
    assert choose(asked(history=20), square(256, steps=7), BASE, 10**11)[0].history == 7


def test_nothing_goes_to_a_disk_without_room_for_it():
    scale, pairs, encoding = square(2048), 2 * 20 * 12 * 2048**2, 512 * 4 * 260**2
    for disk, kept in ((0, set()), (encoding, {"encoding"}), (pairs + encoding, {"encoding", "pairs"})):
        found = list(candidates(asked(disk=disk), scale))
        on_disk = {"encoding" for one in found if one.encoding == "disk"}
        on_disk |= {"pairs" for one in found if one.kept == "disk"}
        assert on_disk == kept
        assert all(asked().written(scale, one) <= disk for one in found)


def test_with_room_enough_nothing_is_spared():
    assert choose(asked(), square(1024), BASE, 10**11)[0] == Layout()


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({}, "use a smaller --size, or more --memory"),
        ({"engine": "whole"}, "let it be tiled (--engine auto), use a smaller --size, or more --memory"),
        ({"engine": "tiled", "tile": 512}, "omit --tile, use a smaller --size, or more --memory"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(fields, advice):
    with pytest.raises(SettingsError) as error:
        choose(asked(**fields), ScaleSizes((600, 800), (600, 800), 10), BASE, 400_000_000)
    line = str(error.value)
    assert re.fullmatch(
        r"800x600 pixels need at least [\d.]+ [MG]B of memory, and 400 MB is allowed: " + re.escape(advice),
        line,
    )
