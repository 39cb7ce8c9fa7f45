"""Everything that can be put right is told in one line, before anything is painted or touched."""

import errno
import importlib
import os

import pytest

import impasto
from impasto.stylizer import Stylizer
from tests.cli.conftest import SHORT, press_ctrl_c, stylize

pytestmark = pytest.mark.usefixtures("studio")


@pytest.fixture
def untouched(studio):
    """That a test leaves the folder as it was."""

    def look():
        return {path.name: path.read_bytes() for path in studio.iterdir() if path.is_file()}

    before = look()
    yield
    assert look() == before


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--style-layers", "relu9_1"], "no layer named 'relu9_1'; did you mean relu5_1"),
        (["--content-layer", "relu4_2:-1"], "the weight of relu4_2 in content-layer must be a number from 0"),
        (["--alpha", "-1"], "alpha must be a number from 0"),
        (["--beta", "nan"], "beta must be a number from 0"),
        (["--strength", "1.5"], "strength must be a number from 0 to 1"),
        (["--strength", "0.5", "--beta", "3"], "give strength or beta, not both"),
        (["--size", "15"], "size must be a whole number from 16"),
        (["--size", "16"], "too small for relu5_1"),
        (["--recipe", "watercolour"], "recipe must be classic or paint"),
        (["--solver", "sgd"], "solver must be adam or lbfgs"),
        (["--colour", "blue"], "colour must be painting or photograph or match or only, got 'blue'"),
        (["--colour", "only", "--plot", "j.png"], "--plot would have no effect"),
        (["--start", "nowhere.png"], "the start picture 'nowhere.png' does not exist"),
        (["--start", "picture"], "start='picture' needs the picture"),
        (["--device", "abacus"], "device must be auto, cpu, cuda or mps"),
        (["--weights", "nowhere.pth"], "nowhere.pth"),
        (["--plot", "curve.txt"], "the plot 'curve.txt' has no extension of a format"),
        (["--plot", "no/folder/curve.png"], "does not exist: make it first"),
        (["--plot", "out.png"], "'out.png' is the result: choose another name for the plot"),
        (["--checkpoint", "no/folder/c"], "does not exist: make it first"),
        (["--checkpoint", "style.png", "--force"], "'style.png' is the style picture"),
        (["--plot", "content.png", "--force"], "'content.png' is the content picture"),
    ],
)
def test_bad_values(refused, options, words):
    assert words in refused(*stylize(*options))


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("output", "options", "words"),
    [
        ("out.gif", [], "use .png, .tif, .tiff, .jpg, .jpeg, .webp"),
        ("out", [], "no extension of a format"),
        ("out.jpg", ["--bits", "16"], "use .png or .tif for 16"),
        ("no/folder/out.png", [], "the folder 'no/folder' of 'no/folder/out.png' does not exist"),
        (
            "content.png",
            ["--force"],
            "'content.png' is the content picture: choose another name for the result",
        ),
        ("./sub/../style.png", ["--force"], "is the style picture"),
        ("sub", [], "'sub' is a folder"),
    ],
)
def test_bad_places_for_the_result(refused, studio, output, options, words):
    (studio / "sub").mkdir()
    assert words in refused(*stylize(*options, output=output))


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("role", ["content", "style"])
def test_bad_pictures(refused, studio, role):
    def paint(name):
        names = {"content": "content.png", "style": "style.png"} | {role: name}
        return refused("stylize", names["content"], names["style"], "-o", "out.png")

    assert f"the {role} picture 'missing.jpg' does not exist" in paint("missing.jpg")
    (studio / "folder").mkdir()
    words = {"content": "the content picture 'folder' is a folder", "style": "'folder' holds no picture"}
    assert words[role] in paint("folder")


def test_pictures_that_are_none(refused, studio):
    (studio / "empty.jpg").touch()
    (studio / "words.jpg").write_text("not a picture")
    (studio / "half.png").write_bytes((studio / "content.png").read_bytes()[:900])
    for name, words in (("empty.jpg", "is empty"), ("words.jpg", "words.jpg"), ("half.png", "truncated")):
        assert words in refused("stylize", name, "style.png", "-o", "out.png")
    assert not (studio / "out.png").exists()


def test_an_unfinished_painting_is_not_painted_over(run, refused, after_step, studio):
    after_step(3, press_ctrl_c)
    run(*stylize())
    before = (studio / "out.png.checkpoint").read_bytes()
    line = refused(*stylize(output="other.png"), "--checkpoint", "out.png.checkpoint")
    assert "go on with `impasto resume out.png.checkpoint`, or paint from the beginning with --force" in line
    assert (studio / "out.png.checkpoint").read_bytes() == before


def test_force_never_replaces_a_file_that_is_no_checkpoint(refused, studio):
    (studio / "diary.txt").write_text("dear diary")
    assert "is not a checkpoint, and is not replaced" in refused(
        *stylize("--force", "--checkpoint", "diary.txt")
    )
    assert (studio / "diary.txt").read_text() == "dear diary"


def test_a_snapshot_that_exists_stops_it_before_it_begins(refused, studio):
    (studio / "out-0014.png").write_bytes(b"dear")
    assert "'out-0014.png' exists" in refused(*stylize("--save-every", "7"))
    assert not (studio / "out-0007.png").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_folder(refused, studio):
    (studio / "closed").mkdir(mode=0o500)
    assert "is not writable" in refused(*stylize(output="closed/out.png"))


def test_memory_that_runs_out_is_told_with_what_to_try(refused, monkeypatch):
    def paint(*_, **__):
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: "
            "you tried to allocate 12884901888 bytes. Error code 12 (Cannot allocate memory)"
        )

    monkeypatch.setattr(Stylizer, "paint", paint)
    assert "not enough memory for this (12.9 GB more were needed): try a smaller --size" in refused(
        *stylize()
    )


def test_a_bug_is_not_hidden(run, monkeypatch):
    def paint(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(Stylizer, "paint", paint)
    with pytest.raises(RuntimeError, match="a bug"):
        run(*stylize())


def test_a_closed_pipe_is_no_error(monkeypatch):
    def closed(arguments):
        raise BrokenPipeError

    cli_main = importlib.import_module("impasto.cli.main")
    monkeypatch.setattr(cli_main, "_run", closed)
    monkeypatch.setattr(cli_main, "_leave_the_pipe", lambda: None)
    assert cli_main.main(["info", "x"]) == 0


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that is full for as many writes as asked, from the moment that `fill` is called."""
    left = [0]
    fsync = os.fsync

    def write(descriptor):
        if left[0] > 0:
            left[0] -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", write)

    def fill(times):
        left[0] = times

    return fill


@pytest.mark.slow
def test_a_disk_full_at_the_end_loses_nothing(run, refused, after_step, full_disk, studio):
    (studio / "out.png").write_bytes(b"dear")
    after_step(15, lambda: full_disk(1))
    line = refused(*stylize("--force", "--quiet"))
    assert "No space left on device" in line
    assert "nothing is lost: go on with `impasto resume out.png.checkpoint`" in line
    assert (studio / "out.png").read_bytes() == b"dear"
    assert run("resume", "out.png.checkpoint").code == 0
    run(*stylize(output="straight.png"))
    assert (studio / "out.png").read_bytes() == (studio / "straight.png").read_bytes()
    assert not (studio / "out.png.checkpoint").exists()


def test_a_disk_full_on_the_way_is_noted_and_the_painting_goes_on(run, after_step, full_disk, studio):
    full_disk(100)
    after_step(14, lambda: full_disk(0))
    outcome = run(*stylize("--checkpoint-every", "2", "--save-every", "5"))
    assert outcome.code == 0
    notes = [line for line in outcome.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 2
    assert all("No space left on device" in note for note in notes)
    assert {path.name for path in studio.iterdir()} == {"content.png", "style.png", "out.png", "out-0015.png"}


@pytest.mark.slow
def test_a_full_disk_all_the_time_is_one_line(refused, full_disk, studio):
    full_disk(1000)
    assert "No space left on device" in refused(*stylize("--quiet"))
    assert {path.name for path in studio.iterdir()} == {"content.png", "style.png"}


def test_a_file_that_turned_up_meanwhile_stays(run, refused, after_step, studio):
    after_step(5, lambda: (studio / "out.png").write_bytes(b"dear"))
    assert "go on with `impasto resume out.png.checkpoint` (-o for another name)" in refused(
        *stylize("--quiet")
    )
    assert (studio / "out.png").read_bytes() == b"dear"
    assert "choose another name with -o" in refused("resume", "out.png.checkpoint")
    assert run("resume", "out.png.checkpoint", "-o", "second.png").code == 0
    assert impasto.read_metadata("second.png")["stopped"] == "all steps done"
    assert SHORT[5] == str(impasto.read_metadata("second.png")["settings"]["steps"])
