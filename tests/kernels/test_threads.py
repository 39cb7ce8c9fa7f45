"""The pool that compiled code runs on, and turns at torch's number of threads."""

import multiprocessing
import threading
import time

import pytest
import torch

from impasto.kernels.threads import _TURNS, computing_with, in_parallel


def marks(worker, workers, found):
    found.append((worker, workers))


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
def test_every_worker_has_run_when_it_returns(workers):
    found = []
    in_parallel(marks, workers, found)
    assert sorted(found) == [(worker, workers) for worker in range(workers)]


def test_shares_run_at_the_same_time():
    """Or this would wait for ever: each share waits for the other one."""
    both = threading.Barrier(2)
    in_parallel(lambda worker, workers: both.wait(60), 2)


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failure_is_told_when_nobody_writes_any_more(failing):
    done = []

    def share(worker, workers):
        if worker == failing:
            raise ZeroDivisionError
        time.sleep(0.05)
        done.append(worker)

    with pytest.raises(ZeroDivisionError):
        in_parallel(share, 3)
    assert sorted(done) == [one for one in range(3) if one != failing]


def test_an_interruption_waits_for_the_others():
    done = []

    def share(worker, workers):
        if worker == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)
        done.append(worker)

    with pytest.raises(KeyboardInterrupt):
        in_parallel(share, 2)
    assert done == [1]


def _in_a_child(answers):
    found = []
    in_parallel(marks, 2, found)
    answers.put(sorted(found))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system has no fork")
def test_a_forked_child_has_threads_of_its_own():
    in_parallel(marks, 2, [])
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=_in_a_child, args=(answers,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert answers.get() == [(0, 2), (1, 2)]


@pytest.mark.parametrize("wanted", [None, 1, 3])
def test_torchs_number_of_threads_is_put_back(wanted):
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), computing_with(wanted) as threads:
        assert torch.get_num_threads() == threads == (wanted or before)
        raise ZeroDivisionError
    assert torch.get_num_threads() == before


def test_a_turn_may_be_taken_again_by_its_holder():
    with computing_with(2), computing_with(3) as threads:
        assert threads == 3
        with computing_with(None) as threads:
            assert threads == 3


def until_another_waits(in_vain):
    """For a turn; or the event says that nobody will."""
    for _ in range(60_000):
        if len(_TURNS._line) > 1 or in_vain.wait(0.001):
            return


def test_nobody_sees_the_number_that_another_one_wants():
    """In a new thread torch begins with the number that was set last, by whomever."""
    before, seen, inside, may_go = torch.get_num_threads(), [], threading.Event(), threading.Event()

    def first():
        with computing_with(before + 1):
            inside.set()
            may_go.wait(60)

    def second():
        inside.wait(60)
        with computing_with(None) as number:
            seen.append(number)

    both = [threading.Thread(target=one) for one in (first, second)]
    for one in both:
        one.start()
    inside.wait(60)
    until_another_waits(may_go)
    assert seen == []
    may_go.set()
    for one in both:
        one.join(60)
    assert seen == [before]


def test_turns_alternate():
    """A thread that asks again at once comes after the one that waits."""
    order, one_is_done = [], threading.Event()

    def work(name):
        for _ in range(5):
            with computing_with(None):
                order.append(name)
                until_another_waits(one_is_done)
        one_is_done.set()

    both = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert "".join(order) in ("ababababab", "bababababa")
