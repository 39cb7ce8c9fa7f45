"""Workers that are processes: killed with -9 in the middle, and ended for the memory they take."""

import contextlib
import json
from pathlib import Path

import psutil
import pytest

import impasto
from impasto.batch import cluster
from impasto.batch.engine import Ended, Engine, Lost, Working
from impasto.batch.task import Task
from impasto.images.io.write import write_picture
from tests.batch.hungry import hungry, modest
from tests.helpers import random_image

pytestmark = pytest.mark.slow
TINY = Path(__file__).with_name("tiny_process.py")
"""Not imported here: it changes the process."""


@pytest.fixture(autouse=True)
def processes(in_this_process, monkeypatch):
    monkeypatch.setattr(cluster, "PROCESSES", True)
    monkeypatch.setattr(cluster, "PRELOAD", [*cluster.PRELOAD, str(TINY)])


def worker_processes():
    found = psutil.Process().children(recursive=True)
    return [one for one in found if "spawn_main" in " ".join(one.cmdline())]


def kill(processes):
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


def test_a_worker_killed_in_the_middle(studio):
    for number in range(2):
        write_picture(f"photo{number}.png", random_image(36, 48, number + 5))
    photos, settings = (
        [f"photo{number}.png" for number in range(2)],
        {"size": 48, "steps": 60, "scales": 1, "recipe": "glaze"},
    )
    lost, killed = [], []

    def watch(event):
        if isinstance(event, Working) and 0.1 < event.done < 0.9 and not killed:  # a checkpoint is there
            killed.extend(worker_processes())
            kill(killed)
        if isinstance(event, Lost):
            lost.append(event)

    outcome = impasto.paint_many(
        photos, "style.png", "out", workers=1, checkpoint_every=5, watch=watch, solver="adam", **settings
    )
    assert killed
    assert lost
    assert sorted(outcome.painted) == [f"photo{number}__style.png" for number in range(2)]
    lines = [json.loads(line) for line in Path("out/journal.jsonl").read_text().splitlines()]
    assert sorted(line["picture"] for line in lines if line["event"] == "painted") == sorted(outcome.painted)
    assert any(line["resumed"] for line in lines if line["event"] == "painted")
    for photo in photos:
        name = f"{Path(photo).stem}__style.png"
        impasto.stylize(photo, "style.png", solver="adam", **settings).save(name)
        assert Path(name).read_bytes() == Path("out", name).read_bytes()
    assert not Path("out/unfinished").exists()


def test_a_worker_that_takes_too_much_memory_is_ended_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(cluster, "PRELOAD", [])
    monkeypatch.setitem(cluster._CONFIG, "distributed.scheduler.allowed-failures", 1)
    tasks = [Task("hungry", hungry, 0), *(Task(str(number), modest, number) for number in range(3))]
    with cluster.local_workers(1, 1, 500_000_000) as client:
        ends = {one.task.name: one for one in Engine(client).run(tasks) if isinstance(one, Ended)}
    assert "2 workers ended while they were at it, for want of memory perhaps" in ends["hungry"].failed
    assert [ends[str(number)].result for number in range(3)] == [0, 1, 2]
