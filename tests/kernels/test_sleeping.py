import os
import subprocess
import sys
import threading

import pytest

from impasto.kernels import sleeping
from impasto.kernels.threads import computing_with

HERE = "impasto-sleeping"

needs_gnu_openmp = pytest.mark.skipif(
    sleeping._gnu_openmp() is None, reason="torch has another OpenMP than GNU's here"
)


@pytest.fixture
def clock(monkeypatch):
    """Seconds since the start, of all processes on the two cores, and of this one."""
    now = {"passed": 0.0, "busy": 0.0, "own": 0.0}
    monkeypatch.setattr(sleeping.time, "monotonic", lambda: now["passed"])
    monkeypatch.setattr(sleeping.time, "process_time", lambda: now["own"])
    monkeypatch.setattr(sleeping, "_busy", lambda cores: now["busy"])
    monkeypatch.setattr(sleeping.os, "sched_getaffinity", lambda process: {0, 1})
    return now


def test_the_part_of_the_cores_that_others_take(clock):
    load = sleeping.Load()
    assert load.part() == 0  # nothing is known yet
    clock.update(passed=1.0, busy=1.5, own=0.5)
    assert load.part() == 0.5  # one of two core-seconds
    clock.update(passed=1.1, busy=1.7, own=0.7)
    assert load.part() == 0.5  # too early to measure again
    clock.update(passed=2.0, busy=2.5, own=2.5)
    assert load.part() == 0  # the clocks do not agree to the last bit


def here():
    return [one.name for one in threading.enumerate()].count(HERE)


@needs_gnu_openmp
@pytest.mark.parametrize(
    ("part", "threads", "variables", "expected"),
    [
        (0.1, 2, {}, 0),
        (0.5, 2, {}, 1),
        (0.5, 1, {}, 0),
        (0.5, 2, {"GOMP_SPINCOUNT": "700"}, 1),
        (0.5, 2, {"OMP_WAIT_POLICY": "ACTIVE"}, 0),
    ],
)
def test_threads_sleep_beside_others_unless_there_is_one_or_the_environment_has_decided(
    monkeypatch, part, threads, variables, expected
):
    monkeypatch.delenv(sleeping.DECIDED, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sleeping._LOAD, "part", lambda: part)
    with computing_with(threads):
        assert here() == expected
    assert here() == 0


SPINS = """
import time, torch
from impasto.kernels.sleeping import _gnu_openmp, sleeping_soon

torch.set_num_threads(2)
numbers = torch.ones(1_000_000)


def waiting():
    began = time.process_time()
    for _ in range(30):
        numbers * 2
        time.sleep(0.005)
    return time.process_time() - began


waiting()
before = waiting()
with sleeping_soon(_gnu_openmp()):
    waiting()
    meanwhile = waiting()
print(before, meanwhile, waiting())
"""


@needs_gnu_openmp
@pytest.mark.slow
def test_waiting_takes_no_time_of_the_processor():
    """Torch's second thread spins while it waits; meanwhile it does not; and then it does again."""
    environment = {
        name: value for name, value in os.environ.items() if name not in (sleeping.DECIDED, "GOMP_SPINCOUNT")
    }
    done = subprocess.run(
        [sys.executable, "-c", SPINS], env=environment, capture_output=True, text=True, check=True
    )
    before, meanwhile, after = map(float, done.stdout.split())
    assert meanwhile < before / 2
    assert meanwhile < after / 2
