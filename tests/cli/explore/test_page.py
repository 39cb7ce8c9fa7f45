"""`impasto explore`: the page that shows what was painted."""

import base64
import json
import re
import shlex
from pathlib import Path

import pytest

import impasto
from tests.cli.explore.helpers import GRID, SHORT, STRENGTHS, Page, cells, explore

pytestmark = pytest.mark.usefixtures("studio")


@pytest.mark.slow
def test_the_page_needs_nothing_else(run):
    run(*explore(*GRID))
    page = Page()
    written = re.sub(r'src="data:image/jpeg;base64,[^"]*"', "", page.source)
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=", written)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "embed"})
    assert page.open == []
    for image in page.images:
        kind, _, data = image["src"].partition(",")
        assert kind == "data:image/jpeg;base64"
        assert base64.b64decode(data, validate=True).startswith(b"\xff\xd8")
        assert image["alt"]
    assert len(page.images) == 2 + 4 + 4
    assert {link.removeprefix("#") for link in page.links} == set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert '<meta name="viewport"' in page.source


@pytest.mark.slow
def test_the_page_shows_each_picture_whole_with_its_costs_and_its_command(run):
    run(*explore(*STRENGTHS))
    page = Page()
    assert [image["alt"] for image in page.images].count("strength 0.2") == 2
    assert [(image["width"], image["height"]) for image in page.images[-2:]] == [("48", "36")] * 2
    listed = json.loads(Path("out/exploration.json").read_text())["cells"]
    for name, command in zip(("strength-0.2", "strength-0.8"), page.commands, strict=True):
        straight = impasto.stylize(
            "content.png", "style.png", recipe="glaze", size=48, steps=3, threads=1, strength=float(name[-3:])
        )
        assert listed[name]["cost"]["total"] == straight.history[-1].total
        assert f"{straight.history[-1].total:.4g}" in page.source
        run(*shlex.split(command)[1:])
        assert Path(f"{name}.png").read_bytes() == cells()[f"{name}.png"]


def test_a_picture_of_which_only_the_colours_are_taken_has_no_cost(run):
    assert run(*explore("--vary", "colour=only,match")).code == 0
    assert run("stylize", "content.png", "style.png", *SHORT, "--colour", "only", "-o", "one.png").code == 0
    assert Path("one.png").read_bytes() == cells()["colour-only.png"]
    listed = json.loads(Path("out/exploration.json").read_text())["cells"]
    assert listed["colour-only"]["cost"] == {}
    assert Page().source.count("<th>J</th>") == 1
    assert "All 2 pictures were finished before." in run(*explore("--vary", "colour=only,match")).out


def test_names_and_values_are_only_text_on_the_page(run, studio):
    (studio / "content.png").rename(studio / "a <b> & 'c'.png")
    assert run("explore", "a <b> & 'c'.png", "style.png", "-o", "out", *SHORT, *STRENGTHS).code == 0
    page = Page()
    assert "b" not in page.tags
    assert page.images[0]["alt"] == "a <b> & 'c'.png"


@pytest.mark.slow
def test_a_list_of_layers_may_go_on_in_the_next_line(run):
    assert run(*explore("--vary", "style-layers=relu1_1+relu2_1,relu1_2", "--vary", "seed=1,2")).code == 0
    source = Page().source
    assert ">relu1_1+<wbr>relu2_1<" in source
    assert "&lt;wbr" not in source
    assert source.count("seed ↓<br>style-layers →") == 1
