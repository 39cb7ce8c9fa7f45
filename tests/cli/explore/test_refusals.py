"""`impasto explore`: what it refuses, before anything is painted."""

import pytest

from impasto.images.io.write import write_picture
from tests.cli.explore.helpers import STRENGTHS, ages, explore
from tests.helpers import random_image

pytestmark = pytest.mark.usefixtures("studio")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", "streng"], "there is no setting to vary named 'streng'; did you mean strength"),
        (["--vary", "strength=2"], "strength must be a number from 0 to 1, got 2"),
        (["--vary", "weights"], "weights has no list of values of its own"),
        (["--vary", "weights=nowhere.pth"], "nowhere.pth"),
        (["--vary", "seed", "--vary", "alpha", "--vary", "beta"], "one or two settings are varied, got 3"),
        (["--vary", "seed=" + ",".join(map(str, range(101)))], "the grid has 101 pictures; at most 100"),
        (["--vary", "strength", "--strength", "0.3"], "strength is varied, and cannot be 0.3 as well"),
        (["--vary", "size=32,8"], "size must be a whole number from 16"),
        (["--vary", "size=32,16"], "too small for relu5_1"),
        (["--vary", "start=content,nowhere.png"], "nowhere.png"),
        ([], "Missing option '--vary'"),
    ],
)
def test_what_cannot_be_explored_is_refused_before_anything_is_painted(refused, studio, options, words):
    size = () if any("size" in one for one in options) else ("--size", "48")
    before = {path.name for path in studio.iterdir()}
    assert words in refused(
        "explore", "content.png", "style.png", *size, "--recipe", "glaze", "--steps", "3", *options
    )
    assert {path.name for path in studio.iterdir()} == before


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_picture_that_is_missing_is_refused(refused, studio, role):
    (studio / f"{role}.png").unlink()
    assert f"the {role} picture '{role}.png' does not exist" in refused(*explore(*STRENGTHS))
    assert not (studio / "out").exists()


def test_a_folder_that_holds_something_else_is_refused(refused, studio):
    (studio / "mine").mkdir()
    (studio / "mine" / "letter.txt").write_text("dear")
    for extra in ([], ["--force"]):
        line = refused(*explore(*STRENGTHS, *extra, output="mine"))
        assert "'mine' is there and is no exploration" in line
    assert [path.name for path in (studio / "mine").iterdir()] == ["letter.txt"]
    (studio / "mine" / "exploration.json").write_text('{"format": "another"}')
    assert "is no exploration" in refused(*explore(*STRENGTHS, output="mine"))
    assert "'content.png' is a file" in refused(*explore(*STRENGTHS, output="content.png"))
    assert "the folder 'no' of 'no/out' does not exist" in refused(*explore(*STRENGTHS, output="no/out"))


def test_an_empty_folder_will_do(run, studio):
    (studio / "out").mkdir()
    assert run(*explore(*STRENGTHS)).code == 0


def test_another_exploration_is_not_mixed_in(run, refused, studio):
    run(*explore(*STRENGTHS))
    before = ages()
    line = refused(*explore(*STRENGTHS, "--beta", "3")[:-2], "--steps", "4")
    assert "'out' holds another exploration, of other settings (steps)" in line
    assert "--force" in line
    assert "of other varied settings:" in refused(*explore("--vary", "seed"))
    write_picture(studio / "style.png", random_image(40, 40, 7), overwrite=True)
    assert "of other pictures (style)" in refused(*explore(*STRENGTHS))
    assert ages() == before


def test_several_processes_are_refused(refused, monkeypatch):
    for name, value in {"RANK": 0, "WORLD_SIZE": 2, "LOCAL_RANK": 0, "LOCAL_WORLD_SIZE": 2}.items():
        monkeypatch.setenv(name, str(value))
    assert "start it without torchrun" in refused(*explore(*STRENGTHS))
