"""`impasto demo`: asks nothing, and can be run again and again."""

import pytest

import impasto
from impasto.cli.commands import demo as demo_module
from tests.cli.conftest import press_ctrl_c

RESULT = "impasto-demo.png"


@pytest.fixture(autouse=True)
def small_demo(studio, monkeypatch):
    """The demo on tiny pictures."""
    monkeypatch.setattr(demo_module, "demo_picture", lambda role: studio / f"{role}.png")


def demo(*options):
    return ["demo", "--size", "48", *options]


@pytest.mark.slow
def test_it_paints_and_says_where_and_what_next(run):
    outcome = run(*demo())
    assert outcome.code == 0
    assert f"Painted {RESULT}, 48 x 36 pixels" in outcome.out
    assert "impasto stylize PHOTO PAINTING -o RESULT.png" in outcome.out
    assert impasto.read_metadata(RESULT)["settings"] == impasto.Settings(recipe="paint", size=48).as_dict()


@pytest.mark.slow
def test_again_and_again(run, after_step, studio):
    run(*demo())
    first = (studio / RESULT).read_bytes()
    assert run(*demo()).code == 0
    after_step(4, press_ctrl_c)
    assert run(*demo()).code == 130
    assert (studio / f"{RESULT}.checkpoint").exists()
    assert run(*demo()).code == 0
    assert (studio / RESULT).read_bytes() == first
    assert not (studio / f"{RESULT}.checkpoint").exists()


@pytest.mark.slow
def test_a_picture_of_the_users_own_stays(run, refused, studio):
    (studio / RESULT).write_bytes(b"dear")
    assert f"'{RESULT}' exists" in refused(*demo())
    assert (studio / RESULT).read_bytes() == b"dear"
    assert run(*demo("-o", "another.png")).code == 0
