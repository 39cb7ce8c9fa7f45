"""`impasto explore`: what it paints, leaves and says."""

from pathlib import Path

import pytest

import impasto
from impasto.errors import CostError
from tests.cli.explore.helpers import GRID, SHORT, STRENGTHS, Page, cells, explore

pytestmark = pytest.mark.usefixtures("studio")


@pytest.mark.slow
def test_a_grid_of_pictures_a_sheet_and_a_page(run, studio):
    outcome = run(*explore(*GRID))
    assert outcome.code == 0
    assert "Painted 4 pictures in " in outcome.out
    assert "See them in out/index.html; on one sheet: out/sheet.png." in outcome.out
    assert {path.name for path in (studio / "out").iterdir()} == {
        *("cells", "exploration.json", "index.html", "sheet.png")
    }
    assert list(cells()) == [
        *("strength-0.2_content-layer-relu1_2.png", "strength-0.2_content-layer-relu2_2.png"),
        *("strength-0.8_content-layer-relu1_2.png", "strength-0.8_content-layer-relu2_2.png"),
    ]
    assert len(set(cells().values())) == 4


@pytest.mark.slow
def test_each_picture_is_the_one_that_stylize_paints(run):
    """To the byte: nothing is left over in an encoder that several settings share."""
    axes = ["--vary", "pooling", "--vary", "border=zeros,replicate,mirror"]
    run(*explore(*axes))
    for pooling in ("max", "average"):
        for border in ("zeros", "replicate", "mirror"):
            own = ["--pooling", pooling, "--border", border, "-o", "one.png", "--force"]
            assert run("stylize", "content.png", "style.png", *SHORT, *own).code == 0
            assert Path("one.png").read_bytes() == cells()[f"pooling-{pooling}_border-{border}.png"]


@pytest.mark.slow
def test_the_folder_is_named_for_what_is_explored(run, studio):
    assert run("explore", "content.png", "style.png", *SHORT, "--quiet", *GRID).code == 0
    assert (studio / "content-style-strength-content-layer" / "index.html").exists()


@pytest.mark.slow
def test_progress_over_the_whole_in_lines(run):
    lines = run(*explore(*GRID)).err.splitlines()
    assert lines[0] == "content.png in the manner of style.png: out, 48 x 36 pixels"
    begun = [line for line in lines if line.startswith("picture ")]
    assert begun[0] == "picture 1 of 4: strength 0.2, content-layer relu1_2"
    assert len(begun) == 4
    done = [int(line.split("%")[0]) for line in lines if "%" in line]
    assert done == sorted(done)
    assert done[-1] == 100
    assert 5 <= len(done) <= 11
    outcome = run(*explore(*GRID, "--quiet", "--force"))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


@pytest.mark.slow
def test_what_changes_nothing_is_noted_and_painted_all_the_same(run):
    outcome = run(*explore("--vary", "seed=1,2", "--recipe", "paint"))
    assert "note: seed changes nothing here: nothing is random with start underpainting" in outcome.err
    assert outcome.code == 0


def test_a_picture_that_fails_leaves_the_others(run, monkeypatch):
    step = impasto.painting.painting.Painting.__next__

    def fail(self):
        if self.settings.strength == 0.2:
            raise CostError.at(float("nan"))
        return step(self)

    with monkeypatch.context() as patch:
        patch.setattr(impasto.painting.painting.Painting, "__next__", fail)
        outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 2
    assert "note: strength 0.2 failed: the cost is nan" in outcome.err
    assert "the cost is nan" in Page().source
    assert list(cells()) == ["strength-0.8.png"]
    assert "Painted 1 picture" in run(*explore(*STRENGTHS)).out


@pytest.mark.slow
def test_a_settings_file_lies_beneath_what_is_varied(run, studio):
    (studio / "mine.toml").write_text("strength = 0.4\nsteps = 2\nstyle-scale = 0.9\n")
    options = ("--vary", "strength=0.2,0.8", "--settings", "mine.toml", "--size", "48", "--threads", "1")
    assert run("explore", "content.png", "style.png", "-o", "out", *options).code == 0
    recipe = impasto.read_metadata("out/cells/strength-0.8.png")
    wanted = impasto.Settings(strength=0.8, steps=2, style_scale=0.9, size=48, threads=1)
    assert recipe["settings"] == wanted.as_dict()
    (studio / "mine.toml").write_text("beta = 7.0\nsteps = 2\n")
    assert run("explore", "content.png", "style.png", "-o", "other", *options).code == 0
    assert impasto.read_metadata("other/cells/strength-0.8.png")["settings"]["beta"] > 20


def test_the_shell_completes_what_can_be_varied(run, monkeypatch, capsys):
    monkeypatch.setenv("_IMPASTO_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "impasto explore a b --vary st")
    monkeypatch.setenv("COMP_CWORD", "5")
    with pytest.raises(SystemExit):
        run("anything")
    found = capsys.readouterr().out.split()
    assert {"start", "steps", "strength", "style-cost", "style-layers", "style-scale"} <= set(found)
    assert all(one.startswith("st") for one in found)
