"""How far a batch is: reckoned with a clock of one's own, and shown on a terminal of paper."""

import pytest
from rich.console import Console

from impasto.batch.engine import Ended, Lost, Working
from impasto.batch.task import Task
from impasto.cli.live import LiveBatch
from impasto.cli.reporter import BatchLines, BatchReporter

A, B, C, D = (Task(name, abs, 0) for name in "abcd")


class Clock:
    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time


def test_the_whole_and_the_time_left():
    clock = Clock()
    progress = BatchReporter(4, now=clock)
    assert (progress.done, progress.left()) == (0.0, None)
    progress.event(Working(A, "one", 0.0, ""))
    progress.event(Working(B, "two", 0.0, ""))
    clock.time += 10
    progress.event(Working(A, "one", 0.5, ""))
    progress.event(Working(B, "two", 0.5, ""))
    assert progress.done == 0.25
    assert progress.left() == pytest.approx(30)
    progress.event(Ended(A, worker="one"))
    progress.event(Lost("two", (B,)))
    assert progress.done == 0.25  # a whole one, and none of the one that is begun again
    assert not progress.workers


def test_what_was_painted_before_took_none_of_the_time():
    clock = Clock()
    progress = BatchReporter(2, now=clock)
    progress.event(Working(A, "one", 0.8, ""))  # goes on from its checkpoint
    clock.time += 10
    progress.event(Working(A, "one", 0.9, ""))
    assert progress.left() == pytest.approx(10 * (1 - 0.45) / 0.05)


def test_failures_and_what_is_stopped():
    progress = BatchReporter(3)
    progress.event(Ended(A, failed="no picture"))
    progress.event(Ended(B, stopped=True))
    assert (progress.ended, progress.failed) == (1, 1)


def test_lines(capsys):
    lines = BatchLines(3, 5)
    lines.event(Working(A, "worker 1", 0.5, "step 3 of 6"))
    lines.event(Ended(A, {"outcome": "painted", "seconds": 12.3, "resumed": 4}, worker="worker 1"))
    lines.event(Lost("worker 1", (B,)))
    lines.event(Ended(B, failed="the disk is full"))
    lines.event(Ended(C, {"outcome": "found"}))
    assert capsys.readouterr().err.splitlines() == [
        "6 of 8: a painted in 12 s, from step 4 on by worker 1, 0:00 left",
        "worker 1 is gone; b is painted on by another",
        "7 of 8: b failed: the disk is full, 0:00 left",
        "8 of 8: c was there",
    ]


def test_a_terminal():
    console = Console(width=120, record=True, force_terminal=True, color_system=None)
    live = LiveBatch(4, 2, console)
    live.event(Working(A, "worker 1", 0.5, "step 3 of 6"))
    live.event(Working(B, "10.0.0.2:4000", 0.25, "step 1 of 6"))
    live.event(Ended(C, failed="no picture"))
    console.print(live)
    text = console.export_text()
    for words in (
        "c failed: no picture",
        "3 of 6, 1 failed",
        "worker 1",
        "step 3 of 6",
        "10.0.0.2:4000",
        "Ctrl-C stops",
    ):
        assert words in text
    live.stopping()
    console.print(live)
    assert "Stopping after the steps at work" in console.export_text()


def test_many_workers_are_counted():
    console = Console(width=120, record=True)
    live = LiveBatch(40, 0, console)
    for number in range(25):
        live.event(Working(Task(f"picture {number}", abs, 0), f"worker {number:02}", 0.1, ""))
    console.print(live)
    text = console.export_text()
    assert "worker 19" in text
    assert "worker 20" not in text
    assert "and 5 more" in text
