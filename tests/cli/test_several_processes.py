"""One painting in two processes that torchrun starts: what a user sees, and what a process that dies leaves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import impasto
from impasto.images.io.write import write_picture
from tests.helpers import random_image

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("studio")]
PROJECT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("one_of_several.py")
PAINT = (
    "stylize",
    "content.png",
    "style.png",
    "-o",
    "out.png",
    "--recipe",
    "glaze",
    "--scales",
    "2",
    "--steps",
    "6",
    "--threads",
    "1",
)
"""9 steps at 150 rows, which rank 0 paints alone, and 6 at 300, which two ranks share."""


@pytest.fixture
def studio(studio):
    write_picture(studio / "content.png", random_image(300, 90, 1), overwrite=True)
    write_picture(studio / "style.png", random_image(280, 110, 2), overwrite=True)
    return studio


def together(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    return subprocess.run(
        [*torchrun, str(WORKER), *arguments],
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


def said(lines: str) -> list[str]:
    """What impasto said, without what torchrun adds."""
    return [
        line
        for line in lines.splitlines()
        if line.startswith(("error:", "note:", "Painted", " ", "content.png"))
    ]


def alone(run) -> torch.Tensor:
    assert run(*PAINT[:4], "alone.png", *PAINT[5:]).code == 0
    return impasto.read_picture("alone.png").rgb


def test_two_ranks_paint_one_picture_and_one_speaks(run, studio):
    """Told to do it again, they are refused: by one line of one rank, and the picture stays."""
    done = together(*PAINT, TWICE="1")
    assert [line for line in done.stderr.splitlines() if line.startswith("error: ")] == [
        "error: 'out.png' exists: choose another name, or replace it with --force (overwrite=True)"
    ]
    assert done.returncode != 0
    assert [line for line in done.stdout.splitlines() if line.startswith("Painted")] == [
        line for line in done.stdout.splitlines() if line.startswith("Painted out.png, 90 x 300 pixels")
    ]
    assert done.stdout.count("Painted") == done.stdout.count("15 steps (all steps done)") == 1
    assert done.stderr.count("content.png in the manner of style.png") == done.stderr.count("100%") == 1
    assert (impasto.read_picture("out.png").rgb - alone(run)).abs().max() < 2 / 255
    assert not (studio / "out.png.checkpoint").exists()


@pytest.mark.parametrize(("doomed", "processes"), [("1:12", 1), ("0:12", 2)])
def test_a_rank_that_dies_is_told_and_the_painting_goes_on(run, studio, doomed, processes):
    died = together(*PAINT, "--checkpoint-every", "5", DIE_AFTER=doomed)
    assert died.returncode != 0
    errors = [line for line in died.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert f"rank {doomed[0]} of 2 is gone or does not answer" in errors[0]
    assert "go on with `impasto resume out.png.checkpoint`" in errors[0]
    assert not (studio / "out.png").exists()
    if processes == 2:
        done = together("resume", "out.png.checkpoint")
        assert done.returncode == 0, done.stderr
    else:
        outcome = run("resume", "out.png.checkpoint")
        assert outcome.code == 0, outcome.err
        assert "written with ranks 2, this is 1: the last bits may differ" in outcome.err
    assert (impasto.read_picture("out.png").rgb - alone(run)).abs().max() < 2 / 255
