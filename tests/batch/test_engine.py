"""The engine: any function on plain data, whatever it does."""

import threading
import time

import pytest

from impasto.batch.engine import Ended, Engine, Working
from impasto.batch.task import StoppedError, Task, TryLaterError, asked_to_stop, tell
from impasto.errors import BatchError, PictureError

TRIED: list[int] = []
BEGUN = threading.Event()


def write(path):
    with open(path, "x") as file:  # noqa: PTH123
        file.write("painted")
    return path


def halve(number):
    tell(0.5, "halving")
    return number / 2


def fail(words):
    raise PictureError(words)


def err(_):
    raise ZeroDivisionError


def held_once(number):
    TRIED.append(number)
    if TRIED.count(number) == 1:
        raise TryLaterError
    return number


def until_asked(_):
    BEGUN.set()
    while not asked_to_stop():
        time.sleep(0.01)
    raise StoppedError


def ends(client, function, *data):
    tasks = [Task(str(one), function, one) for one in data]
    return [event for event in Engine(client).run(tasks) if isinstance(event, Ended)]


def test_each_task_is_run_once_and_its_result_comes_back(client, tmp_path):
    paths = [str(tmp_path / f"{number}.txt") for number in range(20)]
    found = ends(client, write, *paths)
    assert sorted(one.result for one in found) == sorted(paths)
    assert all(one.failed is None and not one.stopped for one in found)


def test_more_tasks_than_the_scheduler_holds_at_a_time(client, monkeypatch):
    monkeypatch.setattr("impasto.batch.engine.AT_ONCE", 3)
    assert sorted(one.result for one in ends(client, halve, *range(10))) == [n / 2 for n in range(10)]


def test_a_task_tells_how_far_it_is(client):
    events = list(Engine(client).run([Task("one", halve, 4)]))
    (told,) = [event for event in events if isinstance(event, Working)]
    assert (told.task.name, told.done, told.words, told.worker[:7]) == ("one", 0.5, "halving", "worker ")


def test_outside_a_worker_the_same_function_runs_by_itself():
    assert halve(4) == 2
    assert not asked_to_stop()


def test_a_failure_ends_its_own_task_alone(client):
    tasks = [Task("bad", fail, "no picture"), Task("bug", err, 0), Task("good", halve, 2)]
    found = {event.task.name: event for event in Engine(client).run(tasks) if isinstance(event, Ended)}
    assert found["bad"].failed == "no picture"
    assert found["bug"].failed == "ZeroDivisionError"
    assert found["good"].result == 1


def test_a_task_that_somebody_else_is_at_is_tried_later(client, monkeypatch):
    monkeypatch.setattr("impasto.batch.engine.LATER_SECONDS", 0.1)
    TRIED.clear()
    assert sorted(one.result for one in ends(client, held_once, 1, 2, 3)) == [1, 2, 3]
    assert sorted(TRIED) == [1, 1, 2, 2, 3, 3]


@pytest.mark.slow
def test_without_workers_it_ends_with_one_line(client, monkeypatch):
    monkeypatch.setattr("impasto.batch.engine._LOOK", 0.0)
    monkeypatch.setattr(client, "nthreads", dict)
    with pytest.raises(BatchError, match="all workers have ended"):
        list(Engine(client, patience=0.1).run([Task("slow", time.sleep, 1)]))


@pytest.mark.parametrize("count", [2, 9])
def test_asked_to_stop_tasks_at_work_end_and_no_other_begins(client, count):
    BEGUN.clear()
    engine = Engine(client)
    threading.Thread(target=lambda: (BEGUN.wait(), engine.stop())).start()
    found = list(engine.run([Task(str(number), until_asked, number) for number in range(count)]))
    assert found
    assert all(isinstance(one, Ended) and one.stopped for one in found)
