"""`impasto report`."""

import json

import pytest

import impasto
from impasto.demo.pictures import demo_picture
from impasto.images.io.write import write_picture
from tests.cli.conftest import stylize
from tests.helpers import random_image

pytestmark = pytest.mark.usefixtures("studio")
QUICK = "--no-identity"


@pytest.fixture
def painted(run, studio):
    assert run(*stylize("--quiet", "--scales", "1", "--steps", "1")).code == 0
    return studio / "out.png"


def test_a_result_is_measured_beside_the_pictures_it_names(run, painted):
    outcome = run("report", "out.png")
    assert (outcome.code, outcome.err) == (0, "")
    assert "photograph  content.png, compared at 48 x 36 pixels" in outcome.out
    for name in ("content distance", "style distance", "colour distance", "seams", "border", "identity"):
        assert f"\n{name}" in outcome.out


def test_json_is_what_python_gives(run, painted):
    outcome = run("report", "out.png", "--json", QUICK)
    found = impasto.report("out.png", "content.png", "style.png", identity=False)
    assert json.loads(outcome.out) == json.loads(json.dumps(found.as_dict()))


@pytest.mark.slow
def test_the_page_is_drawn_and_not_replaced(run, refused, painted, studio):
    assert "The report is page.png." in run("report", "out.png", QUICK, "-o", "page.png").out
    assert impasto.read_picture("page.png").width > 1000
    assert "exists" in refused("report", "out.png", QUICK, "-o", "page.png")
    assert run("report", "out.png", QUICK, "-o", "page.png", "--force").code == 0


def test_pictures_are_looked_for_beside_the_result_too(run, painted, studio, monkeypatch):
    (studio / "elsewhere").mkdir()
    monkeypatch.chdir(studio / "elsewhere")
    assert run("report", "../out.png", QUICK).code == 0


def test_the_demos_pictures_are_found(run, studio):
    recipe = {
        "inputs": {
            role: {"name": f"{role}.jpg", "fingerprint": impasto.read_picture(demo_picture(role)).fingerprint}
            for role in ("content", "style")
        },
        "settings": impasto.Settings().as_dict(),
    }
    write_picture("demo.png", random_image(48, 64), metadata=recipe)
    outcome = run("report", "demo.png", QUICK)
    assert (outcome.code, outcome.err) == (0, "")


def test_another_programs_picture_needs_both_names(run, refused, studio):
    write_picture("other.png", random_image(36, 48, 5))
    line = refused("report", "other.png")
    assert "'other.png' does not say what it was painted from: name both pictures with --content" in line
    assert "name both" in refused("report", "other.png", "--content", "content.png")
    outcome = run("report", "other.png", "--content", "content.png", "--style", "style.png", QUICK)
    assert outcome.code == 0
    assert "Note: it carries no settings" in outcome.out


def test_a_parent_that_is_gone_or_changed_is_told(run, refused, painted, studio):
    (studio / "style.png").rename(studio / "moved.png")
    assert (
        "the painting 'style.png' of 'out.png' is neither next to it nor in this folder; name it with --style"
        in refused("report", "out.png")
    )
    assert run("report", "out.png", "--style", "moved.png", QUICK).err == ""
    write_picture("style.png", random_image(40, 40, 7))
    assert "has changed: 'style.png' is another file" in refused("report", "out.png")
    outcome = run("report", "out.png", "--style", "style.png", QUICK)
    assert outcome.code == 0
    assert "note: 'style.png' is not the very file that 'out.png' was painted from" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.png"], "the result 'nowhere.png' does not exist"),
        (
            ["content.png", "--content", "no.png", "--style", "style.png"],
            "the photograph 'no.png' does not exist",
        ),
        (["out.png", "-o", "page.txt"], "the report 'page.txt' has no extension of a format"),
        (["out.png", "-o", "no/page.png"], "does not exist: make it first"),
        (["out.png", "-o", "out.png", "--force"], "'out.png' is the result"),
        (["out.png", "-o", "style.png", "--force"], "'style.png' is the painting"),
        (["out.png", "--weights", "no.pth"], "no.pth"),
        (["out.png", "--content", "style.png"], "crop the photograph as the result is cropped"),
    ],
)
def test_refusals_are_one_line(run, painted, arguments, words):
    outcome = run("report", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert words in outcome.err.splitlines()[-1]


def test_a_file_that_is_no_picture(refused, studio):
    (studio / "notes.txt").write_text("a letter")
    line = refused("report", "notes.txt", "--content", "content.png", "--style", "style.png")
    assert "not a picture file" in line
