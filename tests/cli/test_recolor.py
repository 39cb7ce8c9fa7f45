"""Colours taken without a step: `impasto recolor`, and `stylize --colour only`."""

import types

import pytest
import torch

import impasto
from impasto.images.io.write import write_picture
from tests.cli.conftest import stylize

pytestmark = pytest.mark.usefixtures("studio")
RECOLOR = ("recolor", "content.png", "style.png", "-o", "out.png")


@pytest.fixture
def calls(monkeypatch):
    """What `impasto.recolor` is called with; it gives a grey picture."""
    found = []

    def recolor(content, style, **more):
        found.append((content, style, more))
        image = torch.full((1, 3, 36, 48), 0.5)
        return types.SimpleNamespace(
            image=image, save=lambda path, overwrite: write_picture(path, image, overwrite=overwrite)
        )

    monkeypatch.setattr(impasto, "recolor", recolor, raising=False)
    return found


@pytest.mark.parametrize("command", [RECOLOR, stylize("--colour", "only", "--save-every", "1")])
def test_both_commands_take_the_colours_and_leave_one_file(run, studio, calls, command):
    outcome = run(
        *command, "--size", "40", "--protect-strength", "0.5", "--protect", "style.png", "--bits", "16"
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert "out.png, 48 x 36 pixels" in outcome.out
    ((content, style, more),) = calls
    assert (str(content), [(str(path), weight) for path, weight in style]) == (
        "content.png",
        [("style.png", 1.0)],
    )
    assert str(more.pop("protect")) == "style.png"
    assert more == {"size": 40, "protect_strength": 0.5, "bits": 16}
    assert {path.name for path in studio.iterdir()} == {"content.png", "style.png", "out.png"}


def test_several_paintings_with_weights(run, calls):
    assert run("recolor", "content.png", "style.png:2", "content.png", "-o", "out.png", "-q").out == ""
    assert [weight for _, weight in calls[0][1]] == [2.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        (
            ["recolor", "content.png", "style.png", "-o", "content.png", "-f"],
            ["content picture", "content.png"],
        ),
        (["recolor", "missing.png", "style.png", "-o", "out.png"], ["missing.png"]),
        ([*RECOLOR, "--size", "3"], ["size", "3"]),
        ([*RECOLOR, "--bits", "12"], ["bits", "12"]),
        ([*RECOLOR[:-1], "out.jpg", "--bits", "16"], ["out.jpg", "16"]),
        ([*RECOLOR[:-1], "style.png/x.png"], ["style.png/x.png"]),
        (stylize("--colour", "only", "--plot", "j.png"), ["--plot", "colour only"]),
        (stylize("--colour", "only", "--adjust", "1:alpha=2"), ["--adjust", "colour only"]),
        (stylize("--colour", "only", "--start", "style.png"), ["--start", "colour only"]),
        (stylize("--colour", "only", "--mask", "style.png"), ["--mask", "colour only"]),
        (stylize("--colour", "only", "--style-regions", "style.png"), ["--style-regions", "colour only"]),
    ],
)
def test_what_cannot_be_done(refused, calls, arguments, facts):
    line = refused(*arguments)
    assert all(fact in line for fact in facts)
    assert not calls


def test_a_picture_is_replaced_with_force_only(run, refused, studio, calls):
    (studio / "out.png").write_bytes(b"dear")
    assert "out.png" in refused(*RECOLOR)
    assert (studio / "out.png").read_bytes() == b"dear"
    assert run(*RECOLOR, "--force").code == 0


@pytest.mark.skipif(not hasattr(impasto, "recolor"), reason="impasto.recolor is not there")
def test_the_colours_of_the_photograph_move_to_those_of_the_painting(run):
    assert run(*RECOLOR).code == 0
    mean = {name: impasto.read_picture(f"{name}.png").rgb.mean() for name in ("content", "style", "out")}
    assert abs(mean["out"] - mean["style"]) <= abs(mean["content"] - mean["style"])
    assert "colour only" in run("info", "out.png").out
