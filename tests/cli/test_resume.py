"""Stopped, killed, resumed: the same bytes as a painting that was never disturbed."""

import contextlib
import os
import random
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import impasto
from impasto.cli.output_files import OutputWriter
from impasto.images.io.write import write_picture
from impasto.ui import checkpoint_pace
from impasto.vgg.vgg19 import VGG19
from tests.cli.conftest import BOTH_SOLVERS, press_ctrl_c, stylize
from tests.helpers import random_image

CHECKPOINT = "out.png.checkpoint"
TINY = pytest.mark.usefixtures("studio")


class Killed(BaseException):
    """Ends the program as a kill does: nothing is tidied up."""


def die(*_, **__):
    raise Killed


@pytest.fixture(scope="module")
def painted_straight() -> dict[tuple[str, ...], bytes]:
    """By their options: what `straight` has painted of the same pictures for a test before."""
    return {}


@pytest.fixture
def straight(run, studio, painted_straight):
    """The bytes of a painting that nobody disturbs; they lie in straight.png, too."""

    def paint(*options):
        file = studio / "straight.png"
        if options not in painted_straight:
            assert run(*stylize(*options, output=file.name)).code == 0
            painted_straight[options] = file.read_bytes()
        file.write_bytes(painted_straight[options])
        return painted_straight[options]

    return paint


@pytest.mark.slow
@TINY
@BOTH_SOLVERS
@pytest.mark.parametrize("stop", [1, 9, 12])
def test_ctrl_c_and_on(run, straight, after_step, studio, solver, stop):
    expected = straight("--solver", solver)
    after_step(stop, press_ctrl_c)
    outcome = run(*stylize("--solver", solver))
    assert outcome.code == 130
    assert f"Stopped after {stop} of 15 steps.\nThe picture so far is out.png. Go on with:" in outcome.out
    assert outcome.out.splitlines()[-1].strip() == f"impasto resume {CHECKPOINT}"
    so_far = impasto.read_metadata("out.png")
    assert (so_far["stopped"], so_far["width"], so_far["height"]) == ("interrupted", 48, 36)
    assert run("resume", CHECKPOINT).code == 0
    assert (studio / "out.png").read_bytes() == expected
    assert not (studio / CHECKPOINT).exists()


@pytest.mark.slow
@TINY
def test_stopped_at_every_turn(run, straight, after_step, studio):
    expected = straight()
    for number in (2, 3, 9, 10, 14):
        after_step(number, press_ctrl_c)
    assert run(*stylize("--plot", "j.svg")).code == 130
    codes = [run("resume", CHECKPOINT).code for _ in range(5)]
    assert codes == [130, 130, 130, 130, 0]
    assert (studio / "out.png").read_bytes() == expected
    run(*stylize("--plot", "k.svg", output="other.png"))
    assert (studio / "j.svg").read_bytes() == (studio / "k.svg").read_bytes()


@TINY
def test_a_terminated_painting_is_kept_too(run, after_step, studio):
    after_step(4, lambda: signal.raise_signal(signal.SIGTERM))
    assert run(*stylize()).code == 130
    assert impasto.load_checkpoint(CHECKPOINT).step == 4


@TINY
def test_ctrl_c_in_the_last_step_is_too_late(run, after_step, studio):
    after_step(15, press_ctrl_c)
    assert run(*stylize()).code == 0
    assert not (studio / CHECKPOINT).exists()


@TINY
def test_a_second_ctrl_c_stops_at_once(run, after_step, studio):
    def twice():
        press_ctrl_c()
        press_ctrl_c()

    after_step(5, twice)
    outcome = run(*stylize("--checkpoint-every", "2"))
    assert outcome.code == 130
    assert f"impasto resume {CHECKPOINT}" in outcome.out
    assert not (studio / "out.png").exists()
    assert impasto.load_checkpoint(CHECKPOINT).step == 4


@TINY
def test_ctrl_c_before_the_first_step_leaves_nothing(run, monkeypatch, studio):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(impasto.Stylizer, "paint", interrupted)
    outcome = run(*stylize())
    assert (outcome.code, outcome.out) == (130, "Stopped; nothing was written.\n")
    assert {path.name for path in studio.iterdir()} == {"content.png", "style.png"}


@pytest.mark.slow
@TINY
@BOTH_SOLVERS
@pytest.mark.parametrize(
    "moment", ["after the picture", "after the stop's picture", "between", "in the checkpoint"]
)
def test_killed_while_writing(run, straight, after_step, monkeypatch, studio, solver, moment):
    """The moments that matter: the picture is there and the checkpoint does not know, and the like."""
    expected = straight("--solver", solver)
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        if moment == "after the picture":
            unlink = Path.unlink
            patch.setattr(
                Path, "unlink", lambda self, **also: (self.name == CHECKPOINT and die(), unlink(self, **also))
            )
        if moment == "after the stop's picture":
            after_step(12, press_ctrl_c)
            patch.setattr(
                OutputWriter,
                "stop",
                lambda self, painting: (painting.result().save(self.job.output), die()),
            )
        if moment == "between":
            after_step(12, die)
        if moment == "in the checkpoint":
            after_step(12, lambda: patch.setattr(os, "fsync", die))
        run(*stylize("--solver", solver, "--checkpoint-every", "5"))
    outcome = run("resume", CHECKPOINT)
    assert outcome.code == 0, outcome.err
    assert (studio / "out.png").read_bytes() == expected


@pytest.mark.slow
@TINY
def test_checkpoints_are_written_unasked(run, after_step, monkeypatch, studio):
    """One at once, then by the clock, and seldom enough to cost little."""
    clock = [0.0]
    monkeypatch.setattr(checkpoint_pace.time, "monotonic", lambda: clock[0])
    kept = []
    keep = OutputWriter._save_checkpoint

    def slowly(self, painting):
        kept.append(len(painting.result().history))
        clock[0] += 6.0
        keep(self, painting)

    monkeypatch.setattr(OutputWriter, "_save_checkpoint", slowly)
    for number in range(1, 15):
        after_step(number, lambda: clock.__setitem__(0, clock[0] + 30.0))
    assert run(*stylize()).code == 0
    assert kept == [1, 5, 9, 13]  # 120 seconds apart: writing takes 6
    kept.clear()
    assert run(*stylize("--checkpoint-every", "0", output="other.png")).code == 0
    assert kept == []


@pytest.mark.slow
@TINY
def test_everything_is_as_it_was(run, after_step, studio):
    """Snapshots, plot and habits go on, from another folder, and with paths that were relative."""
    options = ["--save-every", "4", "--plot", "curve.png", "--start", "style.png", "--bits", "16"]
    run(*stylize(*options, output="straight.tif"), "--checkpoint", "mine")
    after_step(6, press_ctrl_c)
    run(
        *stylize(
            *options,
            output="out.tif",
        ),
        "--checkpoint",
        "mine",
        "--force",
    )
    (studio / "elsewhere").mkdir()
    with contextlib.chdir("elsewhere"):
        assert run("resume", "../mine").code == 0
    assert (studio / "out.tif").read_bytes() == (studio / "straight.tif").read_bytes()
    for number in ("0004", "0008", "0012"):
        snapshots = [studio / f"{name}-{number}.tif" for name in ("out", "straight")]
        assert snapshots[0].read_bytes() == snapshots[1].read_bytes()
    assert (studio / "curve.png").exists()
    assert not (studio / "mine").exists()


@pytest.mark.slow
@TINY
def test_another_place_for_the_result(run, straight, after_step, refused, studio):
    expected = straight()
    after_step(6, press_ctrl_c)
    run(*stylize())
    so_far = (studio / "out.png").read_bytes()
    assert "'straight.png' exists" in refused("resume", CHECKPOINT, "-o", "straight.png")
    assert run("resume", CHECKPOINT, "-o", "there.png", "--quiet").out == ""
    assert (studio / "there.png").read_bytes() == expected
    assert (studio / "out.png").read_bytes() == so_far


@TINY
def test_a_picture_retouched_meanwhile_is_not_lost(run, refused, after_step, studio):
    after_step(6, press_ctrl_c)
    run(*stylize())
    retouched = (studio / "out.png").read_bytes() + b"retouched"
    (studio / "out.png").write_bytes(retouched)
    assert "is not the picture that this painting left there" in refused("resume", CHECKPOINT)
    assert (studio / "out.png").read_bytes() == retouched
    assert run("resume", CHECKPOINT, "--force").code == 0


@TINY
@pytest.mark.parametrize("role", ["content", "style"])
def test_a_picture_that_changed_is_refused(run, refused, after_step, studio, role):
    after_step(6, press_ctrl_c)
    run(*stylize())
    kept = (studio / CHECKPOINT).read_bytes()
    picture = studio / f"{role}.png"
    picture.write_bytes(picture.read_bytes() + b"\0")
    assert f"the {role} picture" in refused("resume", CHECKPOINT)
    picture.unlink()
    assert f"{role}.png' does not exist" in refused("resume", CHECKPOINT)
    assert (studio / CHECKPOINT).read_bytes() == kept


@pytest.mark.slow
@TINY
def test_files_that_cannot_be_resumed(refused, studio):
    assert "the checkpoint 'nowhere' does not exist" in refused("resume", "nowhere")
    assert "content.png" in refused("resume", "content.png")
    painting = impasto.Stylizer(impasto.Settings(steps=3, threads=1)).paint("content.png", "style.png")
    next(painting)
    painting.save_checkpoint("python.checkpoint")
    assert "was not written by `impasto stylize`" in refused("resume", "python.checkpoint")


@TINY
def test_another_version_of_torch_is_noted(run, after_step, monkeypatch):
    import torch

    after_step(6, press_ctrl_c)
    run(*stylize())
    monkeypatch.setattr(torch, "__version__", "9.9.0")
    outcome = run("resume", CHECKPOINT)
    assert outcome.code == 0
    notes = [line for line in outcome.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    assert "torch" in notes[0]
    assert "9.9.0" in notes[0]


REAL = [
    "--recipe",
    "glaze",
    "--scales",
    "2",
    "--steps",
    "24",
    "--size",
    "48",
    "--threads",
    "1",
    "--checkpoint-every",
    "1",
]


def killed_at_line(arguments: list[str], number: int, folder: Path) -> bool:
    """Start the real program, and `kill -9` it when it has said so many lines, compiling aside.

    False: it was done before the kill came, because others kept this process waiting.
    """
    command = [sys.executable, "-m", "impasto", *arguments]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while number:
            line = process.stderr.readline()
            assert line
            number -= not line.startswith("compiling")
        process.kill()
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal of POSIX")
def test_kill_9_at_random_moments(run, monkeypatch, tmp_path, real_encoder):
    """The real program, the real network, killed wherever it happens to be; going on, once more."""
    monkeypatch.chdir(tmp_path)
    run = partial(run, encoder=lambda weights, **network: VGG19(real_encoder.weights, **network))
    write_picture("c.png", random_image(36, 48, 1))
    write_picture("s.png", random_image(40, 40, 2))
    chance = random.Random("lbfgs")
    paint = ["stylize", "c.png", "s.png", "--solver", "lbfgs", *REAL, "-o"]
    commands = [*paint, "out.png"], ["resume", CHECKPOINT]
    # At 2 the first checkpoint is being written; beyond 4 there may be too few lines to come.
    while not all(killed_at_line(command, chance.randint(3, 4), tmp_path) for command in commands):
        Path("out.png").unlink()
    assert run(*commands[1], "--quiet").code == 0
    assert run(*paint, "straight.png", "--quiet").code == 0
    assert Path("out.png").read_bytes() == Path("straight.png").read_bytes()
    assert not Path(CHECKPOINT).exists()
    assert not list(tmp_path.glob(".impasto-*"))
