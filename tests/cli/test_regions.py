"""Several styles, regions and protection from the command line: through resume and info, and refused clearly."""

import shlex

import numpy as np
import pytest
from PIL import Image

import impasto
from tests.cli.conftest import CONTROLS, SHORT, press_ctrl_c

pytestmark = pytest.mark.usefixtures("studio", "masks")


def stylize(*words, output="out.png"):
    return ["stylize", "content.png", *words, "-o", output, *SHORT]


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTROLS)
def test_stopped_and_resumed_it_is_the_same_and_its_recipe_makes_it_again(run, after_step, studio, name):
    run(*stylize(*CONTROLS[name], output="straight.png"))
    after_step(11, press_ctrl_c)
    assert run(*stylize(*CONTROLS[name])).code == 130
    assert run("resume", "out.png.checkpoint").code == 0
    assert (studio / "out.png").read_bytes() == (studio / "straight.png").read_bytes()
    text = run("info", "out.png").out
    again = shlex.split(text.splitlines()[-1])
    for word in CONTROLS[name]:
        assert word.replace("style.png:2", "style.png:2.0") in again
    assert run(*again[1:], "--force").code == 0
    assert (studio / "out.png").read_bytes() == (studio / "straight.png").read_bytes()


@pytest.mark.slow
def test_the_same_picture_as_from_python(run, studio):
    run(
        *stylize(
            "style.png:2", "other.png", "--mask", "left.png", "--mask", "right.png", "--protect", "left.png"
        )
    )
    same = impasto.stylize(
        "content.png",
        [("style.png", 2), "other.png"],
        masks=["left.png", "right.png"],
        protect="left.png",
        recipe="glaze",
        scales=2,
        steps=6,
        threads=1,
    )
    same.save("python.png")
    assert (studio / "out.png").read_bytes() == (studio / "python.png").read_bytes()


@pytest.mark.slow
def test_a_folder_of_paintings(run, studio):
    (studio / "paintings").mkdir()
    for name in ("style.png", "other.png"):
        (studio / "paintings" / name).write_bytes((studio / name).read_bytes())
    outcome = run(*stylize("paintings"))
    assert outcome.err.startswith("content.png in the manner of other.png and style.png: out.png")
    run(*stylize("other.png", "style.png", output="named.png"))
    assert np.array_equal(*(np.asarray(Image.open(name)) for name in ("out.png", "named.png")))


def test_the_plan_knows_of_them(run):
    outcome = run("plan", "content.png", *CONTROLS["regions"], "--protect", "left.png", "--scales", "1")
    assert outcome.code == 0
    assert "48 x 36" in outcome.out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["missing.png:2"], "the style picture 'missing.png' does not exist"),
        (["style.png", "missing.png"], "the style picture 2 'missing.png' does not exist"),
        (["style.png:0"], "the weight of 'style.png' must be a number above 0"),
        (["style.png:-1", "other.png"], "the weight of 'style.png' must be a number above 0"),
        (["style.png:two"], "the weight in 'style.png:two' is not a number"),
        (["style.png", "--mask", "missing.png"], "the mask 'missing.png' does not exist"),
        (["style.png", "--mask", "black.png"], "the mask 'black.png' is black everywhere"),
        (["style.png", "--mask", "square.png"], "the mask 'square.png' is 30 x 30 pixels, another shape"),
        (["style.png", "--mask", "labels.png"], "is in colour; a mask is grey"),
        (["style.png", "--mask", "left.png", "--mask", "white.png"], "'left.png' and 'white.png' overlap"),
        (["style.png", "other.png", "--mask", "left.png"], "1 mask and 2 styles do not go together"),
        (["style.png", "--style-mask", "left.png"], "the style mask 'left.png' is 48 x 36 pixels"),
        (["style.png", "--regions", "content.png"], "'content.png' is not a map of regions"),
        (["style.png", "--regions", "white.png"], "has one colour only"),
        (["style.png", "--style-regions", "style-labels.png"], "needs one of the photograph's"),
        (
            ["style.png", "--regions", "other-labels.png", "--style-regions", "style-labels.png"],
            "is not in 'style-labels.png'",
        ),
        (["style.png", "--regions", "labels.png", "--mask", "left.png"], "not both"),
        (["style.png", "--protect", "square.png"], "the protect mask 'square.png' is 30 x 30"),
        (["style.png", "--protect", "left.png", "--protect-strength", "2"], "protect-strength must be a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_line(refused, studio, words, line):
    before = {path.name for path in studio.iterdir()}
    assert line in refused(*stylize(*words))
    assert {path.name for path in studio.iterdir()} == before


@pytest.mark.parametrize("option", ["--mask", "--style-mask", "--regions", "--style-regions", "--protect"])
def test_no_mask_is_written_over(refused, option):
    assert "choose another name for the result" in refused(
        *stylize("style.png", option, "left.png", output="left.png"), "--force"
    )
