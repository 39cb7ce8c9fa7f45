"""`impasto explore`: begun again, it goes on; what was painted otherwise is painted anew."""

import json
import re
import shlex
from pathlib import Path

import pytest

import impasto
from impasto.images.io.write import write_picture
from impasto.vgg.vgg19 import VGG19
from tests.cli.conftest import press_ctrl_c
from tests.cli.explore.helpers import GRID, STRENGTHS, Page, ages, cells, explore
from tests.helpers import random_image, tiny_weights

pytestmark = pytest.mark.usefixtures("studio")


@pytest.mark.slow
def test_finished_pictures_are_not_painted_again(run, monkeypatch):
    run(*explore(*GRID))
    before, sheet, page = ages(), Path("out/sheet.png").read_bytes(), Path("out/index.html").read_bytes()
    monkeypatch.setattr(
        impasto.painting.painting.Painting, "__next__", lambda self: pytest.fail("painted again")
    )
    outcome = run(*explore(*GRID))
    assert outcome.code == 0
    assert outcome.out.startswith("All 4 pictures were finished before.\n")
    assert ages() == before
    assert (Path("out/sheet.png").read_bytes(), Path("out/index.html").read_bytes()) == (sheet, page)


def delete(path):
    path.unlink()


def spoil(path):
    path.write_bytes(path.read_bytes()[:-20])


def retouch(path):
    """Other pixels, and the recipe as it was."""
    recipe = impasto.read_metadata(path)
    write_picture(path, random_image(36, 48, 9), metadata=recipe, overwrite=True)


@pytest.mark.parametrize("damage", [delete, spoil, retouch])
def test_a_deleted_or_altered_picture_is_painted_again(run, damage):
    run(*explore(*STRENGTHS))
    before, old = cells(), ages()
    damage(Path("out/cells/strength-0.8.png"))
    outcome = run(*explore(*STRENGTHS))
    assert re.search(r"Painted 1 picture in .*; 1 was finished before\.$", outcome.out, re.MULTILINE)
    assert cells() == before
    assert ages()["strength-0.2.png"] == old["strength-0.2.png"]


@pytest.mark.slow
def test_more_values_are_added_to_what_is_there(run):
    run(*explore("--vary", "strength=0.2,0.8"))
    old = ages()
    outcome = run(*explore("--vary", "strength=0.1,0.2,0.8,0.9"))
    assert "Painted 2 pictures" in outcome.out
    assert {name: ages()[name] for name in old} == old
    assert len(Page().commands) == 4


@pytest.mark.slow
def test_another_version_paints_anew(run, monkeypatch):
    run(*explore(*STRENGTHS))
    monkeypatch.setattr(impasto.painting.record, "__version__", "9.9")
    assert "Painted 2 pictures" in run(*explore(*STRENGTHS)).out


@pytest.mark.slow
def test_another_network_paints_anew(run):
    run(*explore(*STRENGTHS))
    other = run(*explore(*STRENGTHS), encoder=lambda weights, **network: VGG19(tiny_weights(1), **network))
    assert "Painted 2 pictures" in other.out


@pytest.mark.slow
@pytest.mark.parametrize("stop", [(1, 2), (2, 1), (2, 2)])
def test_ctrl_c_and_on(run, after, stop):
    run(*explore(*STRENGTHS, output="straight"))
    after(*stop, press_ctrl_c)
    outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 130
    assert f"Stopped; {stop[0] - 1} of 2 pictures are finished. Go on with:\n" in outcome.out
    assert {"sheet.png", "index.html"} <= {path.name for path in Path("out").iterdir()}
    assert "Not painted yet." in Page().source
    again = shlex.split(outcome.out.splitlines()[1])
    steps = []
    for number in (1, 2, 3):
        after(1, number, lambda number=number: steps.append(number))
    assert run(*again[1:]).code == 0
    assert steps == list(range(stop[1] + 1, 4))  # that picture went on where it was
    assert cells() == cells("straight")


def test_ctrl_c_in_the_last_step_of_a_picture_stops_before_the_next(run, after):
    after(1, 3, press_ctrl_c)
    outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 130
    assert "Stopped; 1 of 2 pictures are finished." in outcome.out
    assert list(cells()) == ["strength-0.2.png"]
    after(1, 3, press_ctrl_c)
    assert run(*explore(*STRENGTHS)).code == 0  # it was the last step of all


def test_a_second_ctrl_c_stops_at_once(run, after):
    def twice():
        press_ctrl_c()
        press_ctrl_c()

    after(2, 1, twice)
    outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 130
    assert outcome.out.startswith("Stopped at once. Go on with what is finished, by:\n  impasto explore ")
    assert "Painted 1 picture" in run(*explore(*STRENGTHS)).out


@pytest.mark.slow
def test_a_checkpoint_of_another_painting_is_of_no_use(run, after, studio):
    after(1, 2, press_ctrl_c)
    run(*explore(*STRENGTHS))
    (kept,) = (studio / "out" / "cells").glob("*.checkpoint")
    kept.write_bytes(b"damaged")
    assert run(*explore(*STRENGTHS)).code == 0
    assert list(cells()) == ["strength-0.2.png", "strength-0.8.png"]


@pytest.mark.slow
def test_force_begins_anew(run, studio):
    run(*explore("--vary", "strength=0.2,0.8"))
    (studio / "out" / "cells" / "mine.png").write_bytes(b"dear")
    (studio / "out" / "notes.txt").write_text("dear")
    assert run(*explore("--vary", "seed=1,2", "--force")).code == 0
    assert list(cells()) == ["mine.png", "seed-1.png", "seed-2.png"]
    assert (studio / "out" / "notes.txt").read_text() == "dear"
    assert set(json.loads(Path("out/exploration.json").read_text())["cells"]) == {"seed-1", "seed-2"}


@pytest.mark.slow
def test_a_list_that_names_files_elsewhere_removes_nothing(run, studio):
    run(*explore(*STRENGTHS))
    (studio / "out" / "dear.png").write_bytes(b"dear")
    listed = json.loads(Path("out/exploration.json").read_text())
    listed["cells"] |= {"../dear": {}, str(studio / "content"): {}}
    Path("out/exploration.json").write_text(json.dumps(listed))
    assert run(*explore(*STRENGTHS, "--force")).code == 0
    assert (studio / "out" / "dear.png").exists()
    assert (studio / "content.png").exists()
