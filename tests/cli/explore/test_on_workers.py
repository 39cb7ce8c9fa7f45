"""`impasto explore --workers`: the same pictures, several at a time."""

from pathlib import Path

import pytest

import impasto
from impasto.errors import CostError
from tests.batch.conftest import in_this_process
from tests.cli.explore.helpers import GRID, STRENGTHS, Page, ages, cells, explore

__all__ = ["in_this_process"]

pytestmark = pytest.mark.usefixtures("studio", "in_this_process")


@pytest.mark.slow
def test_the_same_pictures(run):
    run(*explore(*GRID, output="alone"))
    outcome = run(*explore(*GRID, "--workers", "2"))
    assert outcome.code == 0
    assert outcome.out.startswith("Painted 4 pictures in ")
    assert cells() == cells("alone")
    assert Page().commands == Page("alone").commands
    assert {path.name for path in Path("out").iterdir()} == {
        "cells",
        "exploration.json",
        "index.html",
        "sheet.png",
    }


@pytest.mark.slow
def test_what_is_there_is_not_painted_again(run):
    run(*explore("--vary", "strength=0.2,0.8"))
    old = ages()
    outcome = run(*explore("--vary", "strength=0.2,0.5,0.8", "--workers", "2"))
    assert "Painted 1 picture in" in outcome.out
    assert {name: ages()[name] for name in old} == old
    assert run(*explore("--vary", "strength=0.2,0.5,0.8")).out.startswith(
        "All 3 pictures were finished before."
    )


@pytest.mark.slow
def test_a_picture_that_fails_does_not_stop_the_others(run, monkeypatch):
    step = impasto.painting.painting.Painting.__next__

    def fail(self):
        if self.settings.strength == 0.2:
            raise CostError.at(float("nan"))
        return step(self)

    with monkeypatch.context() as patch:
        patch.setattr(impasto.painting.painting.Painting, "__next__", fail)
        outcome = run(*explore(*STRENGTHS, "--workers", "2"))
    assert outcome.code == 2
    assert "strength-0.2 failed: the cost is nan" in outcome.err
    assert "the cost is nan" in Page().source
    assert list(cells()) == ["strength-0.8.png"]
    assert "Painted 1 picture" in run(*explore(*STRENGTHS, "--workers", "2")).out


def test_quiet(run):
    outcome = run(*explore(*STRENGTHS, "--workers", "2", "--quiet"))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
