"""One painting in two processes that torchrun starts: what a user sees, and what a process that dies leaves."""

import os
import shlex
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
    write_picture(studio / "content.png", random_image(300, 40, 1), overwrite=True)
    write_picture(studio / "style.png", random_image(280, 50, 2), overwrite=True)
    return studio


def together(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    return subprocess.run(
        [*torchrun, str(WORKER), *arguments],
        env={**os.environ, "PYTHONPATH": f"{PROJECT}/src:{PROJECT}", "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


def errors(done: subprocess.CompletedProcess) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("error: ")]


@pytest.fixture(scope="module")
def painted_alone() -> list[torch.Tensor]:
    """What `alone` has painted of the same pictures for a test before."""
    return []


@pytest.fixture
def alone(run, studio, painted_alone) -> torch.Tensor:
    """The picture that one process paints."""
    if not painted_alone:
        assert run(*PAINT[:4], "alone.png", *PAINT[5:]).code == 0
        painted_alone.append(impasto.read_picture("alone.png").rgb)
    return painted_alone[0]


def same(name: str, alone: torch.Tensor) -> bool:
    return (impasto.read_picture(name).rgb - alone).abs().max() < 2 / 255


def dies(doomed: str, studio: Path) -> None:
    """A painting of two ranks, of which one dies; one line of the other says so."""
    died = together(*PAINT, "--checkpoint-every", "5", DIE_AFTER=doomed)
    assert died.returncode != 0
    (told,) = errors(died)
    assert f"rank {doomed[0]} of 2 is gone or does not answer" in told
    assert "go on with `impasto resume out.png.checkpoint`" in told
    assert not (studio / "out.png").exists()


def test_one_goes_on_where_a_rank_has_died(run, studio, alone):
    dies("1:12", studio)
    outcome = run("resume", "out.png.checkpoint")
    assert outcome.code == 0, outcome.err
    assert "written with ranks 2, this is 1: the last bits may differ" in outcome.err
    assert same("out.png", alone)


def test_two_ranks_go_on_where_the_first_has_died_and_paint_one_picture_and_one_speaks(studio, alone):
    """Going on, painting, and painting again in the same processes, which is refused: by one line of one rank."""
    dies("0:12", studio)
    paint = (*PAINT[:4], "other.png", *PAINT[5:])
    done = together(*paint, FIRST=f"resume out.png.checkpoint\n{shlex.join(paint)}")
    assert done.returncode != 0
    assert errors(done) == [
        "error: 'other.png' exists: choose another name, or replace it with --force (overwrite=True)"
    ]
    painted = [line for line in done.stdout.splitlines() if line.startswith("Painted")]
    assert [Path(line[: line.index(",")].removeprefix("Painted ")).name for line in painted] == [
        "out.png",
        "other.png",
    ]
    assert painted[1].startswith("Painted other.png, 40 x 300 pixels")
    assert done.stdout.count("Painted") == done.stdout.count("15 steps (all steps done)") == 2
    assert done.stderr.count("content.png in the manner of style.png") == done.stderr.count("100%") == 2
    assert same("out.png", alone)
    assert same("other.png", alone)
    for name in ("out.png", "other.png"):
        assert not (studio / f"{name}.checkpoint").exists()
