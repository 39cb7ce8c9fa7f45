"""`impasto batch`: the same bytes as one by one, nothing twice, nothing lost, whatever happens on the way."""

import json
import shutil
import threading
import time
from pathlib import Path

import pytest

import impasto
from impasto.batch import worker
from impasto.batch.engine import Ended, Working
from impasto.batch.finished import Journal
from impasto.batch.jobs import Habits, jobs_of
from impasto.images.io.write import write_picture
from tests.cli.conftest import press_ctrl_c
from tests.helpers import random_image

pytestmark = pytest.mark.slow

QUICK = {"recipe": "glaze", "size": 48, "steps": 3}
PAINTED = ("--recipe", "glaze", "--size", "48", "--steps", "3")
SHORT = (*PAINTED, "--workers", "2")


@pytest.fixture
def desk(studio):
    for seed, name in enumerate(["a", "b"]):
        write_picture(f"{name}.png", random_image(36, 48, seed + 5))
    write_picture("wave.png", random_image(40, 40, 9))
    return studio


def batch(*options, output="out"):
    return [
        "batch",
        "a.png",
        "b.png",
        "--style",
        "style.png",
        "--style",
        "wave.png",
        "-o",
        output,
        *SHORT,
        *options,
    ]


def pictures(folder="out"):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).glob("*__*.png"))}


def journal(folder="out"):
    return [json.loads(line) for line in Path(folder, "journal.jsonl").read_text().splitlines()]


def painted(folder="out"):
    return sorted(line["picture"] for line in journal(folder) if line["event"] == "painted")


NAMES = ["a__style.png", "a__wave.png", "b__style.png", "b__wave.png"]


def test_the_same_bytes_as_one_by_one(run, desk):
    outcome = run(*batch())
    assert (outcome.code, outcome.out.splitlines()[0]) == (0, "4 of 4 pictures are in out: 4 painted.")
    assert list(pictures()) == NAMES
    for photo in "ab":
        for painting in ("style", "wave"):
            name = f"{photo}__{painting}.png"
            one = ["stylize", f"{photo}.png", f"{painting}.png", "-o", name, *PAINTED]
            assert run(*one).code == 0
            assert Path(name).read_bytes() == pictures()[name]
    assert painted() == NAMES
    assert not Path("out/unfinished").exists()


def test_begun_again_nothing_is_painted_again(run, desk, monkeypatch):
    run(*batch())
    before = pictures()
    monkeypatch.setattr(impasto.painting.painting.Painting, "__next__", lambda self: pytest.fail("painted"))
    outcome = run(*batch())
    assert (outcome.code, outcome.out.splitlines()[0]) == (
        0,
        "4 of 4 pictures are in out: 0 painted, 4 there before.",
    )
    Path("out/journal.jsonl").unlink()  # the pictures themselves say what they are
    outcome = run(*batch())
    assert (outcome.code, outcome.out.splitlines()[0]) == (
        0,
        "4 of 4 pictures are in out: 0 painted, 4 there before.",
    )
    assert pictures() == before
    assert [line["event"] for line in journal()].count("found") == 4


def test_a_deleted_or_touched_picture_is_painted_again(run, desk):
    run(*batch())
    before = pictures()
    Path("out/a__wave.png").unlink()
    Path("out/b__wave.png").write_bytes(before["b__wave.png"][:-30])
    outcome = run(*batch())
    assert outcome.code == 1
    assert "b__wave.png: " in outcome.out
    assert "is there and is no whole picture that impasto painted" in outcome.out
    assert pictures()["a__wave.png"] == before["a__wave.png"]
    assert run(*batch("--force")).code == 0
    assert pictures() == before


@pytest.mark.parametrize("journal_is_there", [True, False])
def test_a_copy_of_the_folder_goes_on_as_the_folder_does(run, desk, journal_is_there):
    run(*batch())
    shutil.copytree("out", "copy", copy_function=shutil.copyfile)
    if not journal_is_there:
        Path("copy/journal.jsonl").unlink()
    assert "0 painted, 4 there before" in run(*batch(output="copy")).out


def test_a_picture_that_somebody_retouched_is_kept(run, desk):
    run(*batch())
    recipe = impasto.read_metadata("out/a__wave.png")
    write_picture("out/a__wave.png", random_image(36, 48, 9), metadata=recipe, overwrite=True)
    retouched = pictures()
    outcome = run(*batch())
    assert outcome.code == 1
    assert "a__wave.png' is there and is changed since it was painted" in outcome.out
    assert pictures() == retouched


def test_another_picture_at_the_place_is_kept(run, desk):
    run(*batch())
    before = pictures()
    outcome = run(*batch("--strength", "0.3"))
    assert outcome.code == 1
    assert outcome.out.startswith("0 of 4 pictures are in out: 0 painted, 4 failed.\n")
    assert "is there and is painted from other settings (strength, alpha, beta)" in outcome.out
    assert pictures() == before
    assert run(*batch("--strength", "0.3", "--force")).code == 0
    assert not set(pictures().values()) & set(before.values())


def test_a_failure_is_listed_and_does_not_stop_the_rest(run, desk):
    Path("b.png").write_text("no picture at all")
    outcome = run(*batch())
    assert outcome.code == 1
    assert outcome.out.startswith("2 of 4 pictures are in out: 2 painted, 2 failed.\n  b__")
    assert list(pictures()) == ["a__style.png", "a__wave.png"]
    assert {line["picture"] for line in journal() if line["event"] == "failed"} == {
        "b__style.png",
        "b__wave.png",
    }
    write_picture("b.png", random_image(36, 48, 6), overwrite=True)
    assert run(*batch()).out.startswith("4 of 4 pictures are in out: 2 painted, 2 there before.\n")


def test_changed_photographs_are_noticed(run, desk):
    run(*batch())
    write_picture("a.png", random_image(36, 48, 77), overwrite=True)
    outcome = run(*batch())
    assert outcome.code == 1
    assert "painted from other pictures" in outcome.out
    assert "2 there before, 2 failed" in outcome.out


def test_a_line_that_a_kill_left_half_written(run, desk):
    run(*batch())
    with Path("out/journal.jsonl").open("a") as file:
        file.write('{"event": "pain')
    Journal(Path("out")).write("begun")
    lines = list(Journal(Path("out")).lines())
    assert lines[-1]["event"] == "begun"
    assert len(Journal(Path("out")).finished()) == 4


def test_ctrl_c_and_on(run, desk, monkeypatch):
    run(*batch(output="straight"))
    asked = []
    events = impasto.batch.engine.Engine.run

    def interrupted(self, tasks):
        for event in events(self, tasks):
            if isinstance(event, Working) and event.done > 0 and not asked:
                asked.append(event)
                press_ctrl_c()
            yield event

    def patient(*_):
        while not asked:
            time.sleep(0.01)
        return True

    with monkeypatch.context() as patch:
        patch.setattr("impasto.batch.task.TELL_SECONDS", 0)
        patch.setattr("impasto.batch.engine.Engine.run", interrupted)
        patch.setattr("impasto.batch.worker.asked_to_stop", patient)
        outcome = run(*batch())
    assert outcome.code == 130
    assert outcome.out.startswith("0 of 4 pictures are in out: 0 painted.\n")
    assert outcome.out.endswith("Stopped. The same command goes on.\n")
    assert not pictures()
    kept = list(Path("out/unfinished").glob("*.checkpoint"))
    assert kept
    assert run(*batch()).code == 0
    assert pictures() == pictures("straight")
    resumed = {line["picture"]: line["resumed"] for line in journal() if line["event"] == "painted"}
    assert sorted(resumed.values())[-len(kept) :] == [1] * len(kept)
    assert not Path("out/unfinished").exists()


def test_a_second_ctrl_c_stops_at_once(run, desk, monkeypatch):
    events = impasto.batch.engine.Engine.run

    def interrupted(self, tasks):
        for event in events(self, tasks):
            press_ctrl_c()
            press_ctrl_c()
            yield event

    with monkeypatch.context() as patch:
        patch.setattr("impasto.batch.engine.Engine.run", interrupted)
        outcome = run(*batch())
    assert outcome.code == 130
    assert outcome.out == "Stopped at once. The same command goes on with what is finished.\n"
    assert run(*batch()).code == 0
    assert list(pictures()) == NAMES


def test_quiet_says_nothing(run, desk):
    assert run(*batch("--quiet")) == (type(run(*batch("--quiet"))))(0, "", "")


def test_the_journal_names_the_worker(run, desk):
    run(*batch())
    assert {line["worker"] for line in journal() if line["event"] == "painted"} <= {"worker 1", "worker 2"}


def test_a_picture_that_another_batch_is_at_is_waited_for(run, desk, monkeypatch):
    monkeypatch.setattr("impasto.batch.engine.LATER_SECONDS", 0.1)
    habits = Habits(Path("out"), settings=QUICK)
    (job,) = jobs_of(["a.png"], ["wave.png"], habits)
    job.lock.parent.mkdir(parents=True)
    held, let_go = threading.Event(), threading.Event()

    def hold():
        with worker.held(job.lock):
            held.set()
            let_go.wait(120)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(120)
    ends = []

    def watch(event):
        if isinstance(event, Ended):
            ends.append(event.task.name)
        if len(ends) == 3:
            let_go.set()

    paintings = ["style.png", "wave.png"]
    outcome = impasto.paint_many(["a.png", "b.png"], paintings, "out", workers=2, watch=watch, **QUICK)
    holder.join()
    assert outcome.complete
    assert ends[-1] == "a__wave.png"
    assert painted() == NAMES
