"""Two solvers that own half a picture each, against one that owns it all."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from impasto.distributed.partition import Reductions
from impasto.errors import CostError
from impasto.solvers.lbfgs import LBFGS
from tests.solvers.helpers import bowl

SIZE, CUT, STEPS = (1, 3, 8, 6), 3, 30


class Seat(Reductions):
    """`Reductions` for threads: each brings its number, waits for the others, and takes the same answer."""

    def __init__(self, barrier, numbers, place):
        self.barrier, self.numbers, self.place = barrier, numbers, place

    def meet(self, x, answer):
        self.numbers[self.place] = x
        self.barrier.wait()
        result = answer(self.numbers)
        self.barrier.wait()
        return result

    def total(self, x):
        return self.meet(x, sum)

    def largest(self, x):
        return self.meet(x, max)

    def everywhere(self, x):
        return self.meet(x, all)


def in_two_threads(work):
    """What `work(place, seat)` gives or raises at places 0 and 1."""
    barrier, numbers = threading.Barrier(2, timeout=120), [0.0, 0.0]
    with ThreadPoolExecutor(2) as pool:
        return [pool.submit(work, place, Seat(barrier, numbers, place)) for place in (0, 1)]


def solve_in_parts(evaluate, image):
    """The path of each half: image, cost, and what was decided."""

    def work(place, seat):
        part, path = (slice(0, CUT), slice(CUT, None))[place], []
        solver = LBFGS(image[:, :, part], 5, reductions=seat)
        for _ in range(STEPS):
            cost = solver.step(lambda x: evaluate(x, part, seat.total))
            path.append((solver.image.clone(), cost.total, solver.finished, solver.evaluations))
        return path

    return [half.result() for half in in_two_threads(work)]


@pytest.mark.parametrize("start", [0.5, 0.0])
def test_halves_take_the_path_of_the_whole(start):
    evaluate, image = bowl(SIZE), torch.full(SIZE, start, dtype=torch.float64)
    image[:, :, :CUT] += 0.2  # so that the halves differ in every number
    upper, lower = solve_in_parts(evaluate, image)
    whole = LBFGS(image, 5)
    for (above, J, *decisions), (below, same_J, *same_decisions) in zip(upper, lower, strict=True):
        assert whole.step(evaluate).total == pytest.approx(J, rel=1e-9)
        assert same_J == J
        assert decisions == same_decisions == [whole.finished, whole.evaluations]
        torch.testing.assert_close(torch.cat([above, below], 2), whole.image, rtol=0, atol=1e-6)


def test_a_gradient_that_is_no_number_in_one_part_is_refused_in_all():
    """Both raise: none is left waiting at the barrier."""

    def work(place, seat):
        def evaluate(x):
            evaluation = bowl(SIZE)(x)
            if place:
                evaluation.gradient[0, 0, 0, 0] = float("nan")
            return evaluation

        LBFGS(torch.full(SIZE, 0.5), 5, reductions=seat).step(evaluate)

    for half in in_two_threads(work):
        assert isinstance(half.exception(), CostError)
