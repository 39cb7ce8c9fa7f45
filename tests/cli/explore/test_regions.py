"""`impasto explore` with several styles, regions and protection: beside every axis, stopped, shown and refused."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.explore.paint import CellStepped, Explorer
from tests.cli.conftest import CONTROLS, press_ctrl_c, save
from tests.cli.explore.helpers import SHORT, Page, cells

pytestmark = pytest.mark.usefixtures("studio", "masks")

EVERYTHING = [
    *("style.png:3", "other.png", "--mask", "left.png", "--mask", "right.png"),
    *("--style-mask", "square.png", "--style-mask", "square.png", "--protect", "left.png"),
]


def explore(*words, vary="strength=0.2,0.8"):
    return ["explore", "content.png", *words, "-o", "out", *SHORT, "--vary", vary]


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTROLS)
def test_each_picture_is_the_one_that_stylize_paints(run, name):
    assert run(*explore(*CONTROLS[name])).code == 0
    for strength, command in zip(("0.2", "0.8"), Page().commands, strict=True):
        own = ["--strength", strength, "-o", "one.png", "--force"]
        assert run("stylize", "content.png", *CONTROLS[name], *SHORT, *own).code == 0
        assert Path("one.png").read_bytes() == cells()[f"strength-{strength}.png"]
        assert run(*shlex.split(command)[1:]).code == 0
        assert Path(f"strength-{strength}.png").read_bytes() == Path("one.png").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "axis",
    [
        *("colour=match,photograph", "engine=whole,tiled", "variation=0,1", "protect-strength=0.5,1"),
        *("style-scale=0.5,0.8", "solver=adam,lbfgs", "start=noise,style.png", "balance=on,off"),
    ],
)
def test_all_of_it_beside_any_axis(run, axis):
    assert run(*explore(*EVERYTHING, vary=axis)).code == 0
    name, values = axis.split("=")
    assert len(set(cells().values())) == 2  # each has its recipe inside
    option = {"on": ["--balance"], "off": ["--no-balance"]}
    for value in values.split(","):
        own = option.get(value, [f"--{name}", value])
        assert run("stylize", "content.png", *EVERYTHING, *SHORT, *own, "-o", "one.png", "--force").code == 0
        assert Path("one.png").read_bytes() == cells()[f"{name}-{value}.png"]


@pytest.mark.slow
def test_stopped_it_goes_on_with_the_command_that_is_told(run, monkeypatch):
    run(*explore(*EVERYTHING))
    straight = cells()
    events = Explorer.__iter__

    def stopped(self):
        for event in events(self):
            if isinstance(event, CellStepped) and event.step.number == 2:
                press_ctrl_c()
            yield event

    with monkeypatch.context() as patch:
        patch.setattr(Explorer, "__iter__", stopped)
        outcome = run(*explore(*EVERYTHING), "--force")
    assert outcome.code == 130
    again = shlex.split(outcome.out.splitlines()[1])
    assert [one for one in EVERYTHING if one not in again] == []
    assert run(*again[1:]).code == 0
    assert cells() == straight
    assert "All 2 pictures were finished before." in run(*explore(*EVERYTHING)).out


@pytest.mark.slow
def test_other_masks_or_weights_are_another_exploration(run, refused):
    run(*explore(*EVERYTHING))
    before = cells()
    words = [word.replace("style.png:3", "style.png:2") for word in EVERYTHING]
    assert "'out' holds another exploration, of other weights (style):" in refused(*explore(*words))
    assert "of other pictures (protect):" in refused(*explore(*EVERYTHING[:-2]))
    save("right.png", np.asarray(Image.open("right.png")) / 300)
    assert "of other pictures (mask 2):" in refused(*explore(*EVERYTHING))
    assert cells() == before


def test_what_one_style_left_is_gone_on_with(run):
    """The list of an exploration with nothing but a photograph and a painting has nothing new in it."""
    run(*explore("style.png"))
    subject = json.loads(Path("out/exploration.json").read_text())["subject"]
    assert set(subject) == {"pictures", "settings", "varied settings"}
    assert set(subject["pictures"]) == {"content", "style"}


@pytest.mark.slow
def test_the_page_shows_all_that_goes_in(run):
    outcome = run(*explore(*EVERYTHING))
    assert outcome.err.startswith("content.png in the manner of style.png and other.png: out, 48 x 36 pixels")
    page = Page()
    assert "<title>content.png in the manner of style.png and other.png: strength</title>" in page.source
    assert [image["alt"] for image in page.images[: 1 + 2 + 5]] == [
        *("content.png", "style.png, weight 3", "other.png", "left.png (mask)", "right.png (mask 2)"),
        *("square.png (style mask)", "square.png (style mask 2)", "left.png (protect mask)"),
    ]


def test_the_folder_is_named_for_all_paintings(run, studio):
    words = ["explore", "content.png", *SHORT, "--vary", "strength=0.2,0.8"]
    assert run(*words, "style.png:2", "other.png").code == 0
    assert (studio / "content-style-and-other-strength" / "index.html").exists()


@pytest.mark.slow
def test_protection_is_worth_varying_where_something_is_protected(run):
    vary = "protect-strength=0.5,1"
    assert "protect-strength changes nothing here" in run(*explore("style.png", vary=vary)).err
    assert "changes nothing" not in run(*explore("style.png", "--protect", "left.png", vary=vary), "-f").err


def test_a_value_that_regions_do_not_go_with_is_refused_before_anything_is_painted(refused, studio):
    line = refused(*explore(*EVERYTHING, vary="colour=painting,only"))
    assert "colour only paints nothing, so masks would have no effect" in line
    assert not (studio / "out").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["style.png", "missing.png"], "the style picture 2 'missing.png' does not exist"),
        (["style.png:0"], "the weight of 'style.png' must be a number above 0"),
        (["style.png", "--mask", "missing.png"], "the mask 'missing.png' does not exist"),
        (["style.png", "--mask", "labels.png"], "is in colour; a mask is grey"),
        (["style.png", "other.png", "--mask", "left.png"], "1 mask and 2 styles do not go together"),
        (["style.png", "--regions", "labels.png", "--mask", "left.png"], "not both"),
        (["style.png", "--protect", "square.png"], "the protect mask 'square.png' is 30 x 30"),
    ],
)
def test_what_cannot_be_used_is_one_line(refused, studio, words, line):
    before = {path.name for path in studio.iterdir()}
    assert line in refused(*explore(*words))
    assert {path.name for path in studio.iterdir()} == before
