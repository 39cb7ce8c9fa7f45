"""`--adjust STEP:NAME=VALUE`: read as options are, handed on, and found again in a picture's metadata."""

import json
import shlex

import pytest

import impasto
from impasto.cli.commands.stylize import read_adjustments
from impasto.errors import SettingsError
from impasto.images.io.write import write_picture
from impasto.ui.commands import adjustment_texts, repeat_command
from tests.cli.conftest import stylize


def test_changes_are_read_as_options_are_and_sorted():
    assert read_adjustments(
        ["12:style-layers=conv1_1,conv2_1:2", "3:styles=2,1", "12:protect_strength=0.5", "0:strength=0.25"]
    ) == [
        (0, {"strength": 0.25}),
        (3, {"styles": [2.0, 1.0]}),
        (12, {"style_layers": {"relu1_1": 0.5, "relu2_1": 2.0}, "protect_strength": 0.5}),
    ]


@pytest.mark.parametrize(
    ("texts", "facts"),
    [
        ([""], ["STEP:NAME=VALUE"]),
        (["strength=0.5"], ["strength=0.5"]),
        (["-1:strength=0.5"], ["-1:strength=0.5"]),
        (["1.5:strength=0.5"], ["1.5:"]),
        (["\u0663:strength=0.5"], ["STEP"]),
        (["9" * 40 + ":strength=0.5"], ["STEP"]),
        (["3:strength"], ["3:strength"]),
        (["3:size=99"], ["size", "protect-strength"]),
        (["3:strength=much"], ["3:strength=much"]),
        (["3:strength=1.5"], ["step 3", "1.5"]),
        (["3:alpha=nan"], ["step 3", "alpha", "nan"]),
        (["3:alpha=-inf"], ["step 3", "alpha", "inf"]),
        (["3:beta="], ["3:beta="]),
        (["3:styles=2,,1"], ["styles"]),
        (["3:style-layers=relu9_1"], ["step 3", "relu9_1"]),
        (["3:strength=0.2", "3:strength=0.3"], ["strength", "3"]),
        (["3:strength=0.2", "3:beta=3"], ["step 3", "strength", "beta"]),
    ],
)
def test_what_cannot_be_read_is_one_line(texts, facts):
    with pytest.raises(SettingsError) as caught:
        read_adjustments(texts)
    assert all(fact in str(caught.value) for fact in facts)
    assert "\n" not in str(caught.value)


def test_a_wrong_one_is_refused_before_anything_is_read(refused, studio):
    assert "9:alpha=x" in refused(
        "stylize", "nowhere.png", "style.png", "-o", "out.png", "--adjust", "9:alpha=x"
    )


@pytest.fixture
def found(studio, monkeypatch):
    """What `Stylizer.paint` is given; it paints without."""
    found = {}
    paint = impasto.Stylizer.paint

    def painted(self, *pictures, adjustments=(), **more):
        found["adjustments"] = adjustments
        return paint(self, *pictures, **more)

    monkeypatch.setattr(impasto.Stylizer, "paint", painted)
    return found


def test_they_are_handed_on(run, found):
    assert run(*stylize("--adjust", "4:strength=0.7", "--adjust", "2:variation=1")).code == 0
    assert found["adjustments"] == [(2, {"variation": 1.0}), (4, {"strength": 0.7})]


def test_one_after_the_last_step_is_refused(refused, found, studio):
    line = refused(*stylize("--adjust", "15:strength=0.7", "--quiet"))
    assert "--adjust 15" in line
    assert "15 steps" in line
    assert not (studio / "out.png").exists()


@pytest.fixture
def adjusted(run, studio):
    """The metadata of a picture that was adjusted while it was painted."""
    run(*stylize())
    changes = [
        {"step": 2, "strength": 0.7, "styles": [2.0, 1.0]},
        {"step": 9, "style_layers": {"relu1_1": 0.5, "relu3_1": 0.1}},
    ]
    metadata = {**impasto.read_metadata("out.png"), "adjustments": changes}
    write_picture("adjusted.png", impasto.read_picture("out.png").rgb, metadata=metadata)
    return metadata


def test_info_shows_them_and_the_command_that_makes_them_again(run, studio, adjusted):
    outcome = run("info", "adjusted.png")
    assert outcome.code == 0
    words = shlex.split(outcome.out.splitlines()[-1])
    options = [words[i + 1] for i, word in enumerate(words) if word == "--adjust"]
    again = read_adjustments(options)
    assert [{"step": step, **changes} for step, changes in again] == adjusted["adjustments"]
    assert json.loads(run("info", "adjusted.png", "--json").out)["adjustments"] == adjusted["adjustments"]
    assert adjustment_texts(adjusted["adjustments"])[0] in outcome.out
    assert repeat_command(adjusted, studio / "adjusted.png")
