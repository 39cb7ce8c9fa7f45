"""The first look: painted anew when something changes, cancelled when it changes again, with the plan after it."""

import pytest

import impasto
from impasto.studio.look import LOOK_SIDE
from tests.studio.conftest import lay, until

pytestmark = pytest.mark.slow


def test_it_comes_with_the_second_picture(open_atelier, pictures):
    atelier = open_atelier()
    look = atelier.look
    until(lambda: "no photograph" in look.problem)
    atelier.desk.place_photograph(atelier.library.add_copy(pictures / "photo.png", "photo.png"))
    until(lambda: "no painting" in look.problem)
    assert look.frames.jpeg == b""
    lay(atelier, pictures)
    until(lambda: look.done == 1 and not look.busy)
    assert look.problem == ""
    assert look.frames.jpeg.startswith(b"\xff\xd8")


def test_the_plan_is_that_of_the_full_size(atelier):
    atelier.desk.turn("size", 300)
    until(lambda: atelier.look.plan is not None)
    assert atelier.look.plan.scales[-1].scale.size == (225, 300)
    assert atelier.look.plan.seconds > 0


def test_a_change_ends_the_one_that_is_painted(atelier, monkeypatch):
    """It is begun with ten thousand steps, which nobody waits for."""
    painted = []
    monkeypatch.setattr("impasto.studio.look.MOST_STEPS", 10_000)
    atelier.desk.turn("steps", 10_000)
    until(lambda: atelier.look.busy and atelier.look.done > 0)
    atelier.desk.turn("steps", 3)
    until(lambda: atelier.look.done == 1)
    painted.append(atelier.desk.settings.steps)
    assert painted == [3]


def test_a_painting_waits_for_what_was_changed_after_it_was_begun(atelier, monkeypatch):
    """And not for the look at what it paints itself."""
    monkeypatch.setattr("impasto.studio.look.MOST_STEPS", 10_000)
    atelier.desk.turn("steps", 10_000)
    until(lambda: atelier.look.busy and atelier.look.done > 0)
    record = atelier.paint()
    until(lambda: record.steps > 0)
    assert atelier.look.busy
    atelier.desk.turn("strength", 0.7)
    until(lambda: atelier.queue.work.doing == "waiting for the first look")
    atelier.desk.turn("steps", 3)
    until(lambda: atelier.look.done == 1 and atelier.queue.work.doing == "painting")
    atelier.queue.remove(record.id)


def test_what_cannot_be_painted_is_one_line_with_the_painters_own_names(atelier, pictures):
    atelier.desk.mask("protect", atelier.library.add_copy(pictures / "photo.png", "coloured.png"))
    until(lambda: atelier.look.problem)
    assert "'coloured.png' is in colour" in atelier.look.problem


def test_it_is_small(atelier):
    assert LOOK_SIDE <= 192
    order = atelier.desk.order().at(size=LOOK_SIDE)
    assert order.settings == impasto.Settings(recipe="glaze", size=LOOK_SIDE, scales=2, steps=6, threads=1)
