"""`impasto.paint_many`, and a batch's parts as Python has them."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

import impasto
from impasto.batch.engine import Ended
from impasto.images.io.write import write_picture
from tests.helpers import random_image, tiny_encoder

SHORT = {"size": 48, "steps": 2, "workers": 2}


@pytest.fixture
def desk(studio):
    write_picture("a.png", random_image(36, 48, 5))
    Path("photos").mkdir()
    for name in ("b", "c"):
        write_picture(f"photos/{name}.png", random_image(36, 48, 6))
    return studio


@pytest.mark.slow
def test_from_python(desk):
    heard = []
    outcome = impasto.paint_many(["a.png", "photos"], "style.png", "out", watch=heard.append, **SHORT)
    names = ["a__style.png", "b__style.png", "c__style.png"]
    assert sorted(outcome.painted) == names
    assert outcome.complete
    assert sorted(one.task.name for one in heard if isinstance(one, Ended)) == names
    assert (desk / "out" / "index.html").exists()
    alone = impasto.stylize("a.png", "style.png", size=48, steps=2)
    alone.save("alone.png")
    assert Path("alone.png").read_bytes() == Path("out/a__style.png").read_bytes()
    again = impasto.paint_many(["a.png", "photos"], "style.png", "out", **SHORT)
    assert (again.painted, sorted(again.found)) == ([], names)


@pytest.mark.slow
def test_a_table(desk):
    Path("jobs.csv").write_text(
        "content,style,output,strength\na.png,style.png,one.jpg,0.3\na.png,style.png,,0.7\n"
    )
    outcome = impasto.paint_many(None, None, "out", jobs="jobs.csv", **SHORT)
    assert sorted(outcome.painted) == ["a__style.png", "one.jpg"]
    assert impasto.read_metadata("out/one.jpg")["settings"]["strength"] == 0.3
    with pytest.raises(impasto.SettingsError, match="a table of jobs names photographs"):
        impasto.paint_many("a.png", None, "out", jobs="jobs.csv")


@pytest.mark.slow
def test_masks_by_photograph(desk):
    for name in "bc":
        write_picture(f"{name}-face.png", random_image(36, 48)[:, :1].expand(-1, 3, -1, -1).round())
    outcome = impasto.paint_many("photos", "style.png", "out", protect="{photo}-face.png", **SHORT)
    assert outcome.complete
    assert impasto.read_metadata("out/c__style.png")["inputs"]["protect"]["name"] == "c-face.png"


@pytest.mark.slow
def test_a_report_of_every_picture(desk):
    outcome = impasto.paint_many("photos", "style.png", "out", report=True, **SHORT)
    assert outcome.complete
    with Path("out/report.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["picture"] for row in rows] == ["b__style.png", "c__style.png"]
    encoder = tiny_encoder(None)
    report = impasto.report("out/c__style.png", "photos/c.png", "style.png", encoder=encoder, identity=False)
    for name in ("palette", "grain"):
        ((row, columns), *_) = report[name].values.items()
        column, value = next(iter(columns.items()))
        assert float(rows[1][" ".join(filter(None, (name, row, column)))]) == pytest.approx(value)
    Path("out/report.csv").unlink()
    impasto.paint_many("photos", "style.png", "out", report=True, **SHORT)
    assert Path("out/report.csv").exists()


def test_only_colours(desk):
    outcome = impasto.paint_many("photos", "style.png", "out", colour="only", size=48, workers=1)
    assert outcome.complete
    impasto.recolor("photos/b.png", "style.png", size=48).save("alone.png")
    assert Path("alone.png").read_bytes() == Path("out/b__style.png").read_bytes()
    assert impasto.paint_many("photos", "style.png", "out", colour="only", size=48, workers=1).painted == []


def test_the_number_of_workers_goes_by_the_cores(desk):
    from impasto.batch.jobs import Habits, jobs_of
    from impasto.batch.plan import share_out, usable_cores

    jobs = jobs_of(["photos"], ["style.png"], Habits(Path("out"), settings={"size": 48}))
    share = share_out(jobs, None)
    assert share.workers == min(2, usable_cores())
    assert share.threads == usable_cores() // share.workers
    assert (share_out(jobs, 1).workers, share_out(jobs, 1).threads) == (1, usable_cores())
    assert share_out(jobs[:1], None).threads == usable_cores()
    assert share_out(jobs, 50).workers == 2  # there are no more jobs


def test_the_memory_limits_the_workers(desk, monkeypatch):
    from impasto.batch import plan
    from impasto.batch.jobs import Habits, jobs_of

    jobs = jobs_of(["photos", "a.png"], ["style.png"], Habits(Path("out"), settings={"size": 48}))
    monkeypatch.setattr(plan, "usable_cores", lambda: 8)
    peak = plan.probe({"job": jobs[0].as_data(), "threads": 1, "timed": False}).peak
    monkeypatch.setattr(plan, "available", lambda: int(2.5 * peak / plan.SAFE_PART))
    assert (plan.share_out(jobs, None).workers, plan.share_out(jobs, None).threads) == (2, 4)


@pytest.mark.slow
def test_a_plan(desk, run):
    outcome = run(
        "batch", "a.png", "photos", "--style", "style.png", "-o", "out", "--size", "48", "--dry-run"
    )
    assert outcome.code == 0
    assert outcome.out.startswith("3 pictures.\n3 to be painted by ")
    assert not Path("out").exists()


@pytest.mark.slow
def test_a_plan_for_a_cluster_that_is_there(desk, run, client):
    """Painted by its two workers, which get the pictures one by one."""
    options = ["--style", "style.png", "-o", "out", "--size", "48", "--scheduler", client.scheduler.address]
    planned = run("batch", "a.png", "photos", *options, "--dry-run")
    assert planned.code == 0
    assert planned.out.startswith("3 pictures.\n3 to be painted by 2 at a time")
    assert not Path("out").exists()
    assert run("batch", "a.png", "photos", *options, "--steps", "1", "--quiet").code == 0
    assert len(list(Path("out").glob("*__style.png"))) == 3


def test_without_the_extra_one_line_says_what_to_install(desk, refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    line = refused("batch", "a.png", "--style", "style.png", "-o", "out")
    assert "pip install 'impasto[batch]'" in line


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["a.png", "-o", "out"], "there is no painting: give at least one (--style)"),
        (["a.png", "--style", "style.png", "-o", "a.png"], "'a.png' is a file: give the name of a folder"),
        (
            ["a.png", "--style", "style.png", "-o", "out", "--workers", "2", "--scheduler", "tcp://x:1"],
            "not both",
        ),
        (["a.png", "--jobs", "jobs.csv", "-o", "out"], "omit the others"),
        (["a.png", "--style", "style.png", "-o", "out", "--size", "3"], "size "),
        (["nowhere.png", "--style", "style.png", "-o", "out"], "does not exist"),
    ],
)
def test_what_is_refused(desk, refused, options, line):
    assert line in refused("batch", *options)
    assert not Path("out").exists()


def test_no_scheduler_answers(desk, refused, monkeypatch):
    monkeypatch.setattr("impasto.batch.cluster.PATIENCE", 0.5)
    line = refused("batch", "a.png", "--style", "style.png", "-o", "out", "--scheduler", "tcp://127.0.0.1:9")
    assert "no scheduler answers at tcp://127.0.0.1:9" in line


def test_the_command_loads_neither_torch_nor_distributed_for_its_help():
    code = (
        "import sys; from impasto.cli import main; main(['batch', '--help']); "
        "print(sorted({'torch', 'distributed', 'dask'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_journal_can_be_read_by_anybody(desk):
    impasto.paint_many("a.png", "style.png", "out", **SHORT)
    lines = [json.loads(line) for line in Path("out/journal.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["begun", "painted", "over"]
    assert lines[1]["picture"] == "a__style.png"
    assert lines[1]["steps"] == 2
