"""The memory of L-BFGS: the last pairs (s, y), and the inverse Hessian that they describe."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from impasto.distributed.partition import Reductions
from impasto.solvers.solver import State
from impasto.solvers.vector_store import OnDisk, StoredVector, StoreVector
from impasto.solvers.vectors import dot

CURVATURE = 1e-6
"""A pair (s, y) is remembered when the cosine between s and y is above this."""

Metric = Callable[[Tensor], Tensor]
"""A symmetric, positive definite linear function of a gradient, such as `smoothing_metric.picture_metric`.

It leaves its argument alone, and returns it or a new tensor of the same shape.
"""


class Pair(NamedTuple):
    """The pair of one step: s, the change of the image; y, the change of the gradient.

    sy: s . y. yMy: y . M y, M being the metric.
    """

    s: StoredVector
    y: StoredVector
    sy: float
    yMy: float


class Pairs:
    """The last pairs, and H, the inverse Hessian that they describe (Nocedal and Wright, algorithm 7.4).

    history: how many pairs are remembered. metric: M, H before any curvature is known, up to a factor. store: how their
    vectors are stored. reductions: sums over the whole picture, when it is shared by several processes.
    """

    def __init__(self, history: int, metric: Metric, store: StoreVector, reductions: Reductions):
        self.history = history
        self._metric, self._store, self._reductions = metric, store, reductions
        self._pairs: list[Pair] = []

    def __len__(self) -> int:
        return len(self._pairs)

    def clear(self) -> None:
        """Forget all of them."""
        self._pairs.clear()

    def stored(self, s: Tensor, y: Tensor) -> Pair | None:
        """Both vectors, stored; None when there is too little curvature between them to learn from.

        The caller gives up `s`, and gives `y`, which may be rounded in place, on to `append`: between the two
        calls the memory of `s` can go.
        """
        sy = self._sum(dot(s, y))
        if not sy > CURVATURE * math.sqrt(self._sum(dot(s, s)) * self._sum(dot(y, y))):
            return None
        del self._pairs[: max(0, len(self._pairs) + 1 - self.history)]  # first, to make room
        pair = Pair(self._store(s), self._store(y), sy, 0.0)
        if pair.y.dtype == y.dtype:
            return pair
        # H has to fit the vectors as they are stored: then H y = s, as it does for exact ones.
        _as_stored(s, pair.s)
        _as_stored(y, pair.y)
        sy = self._sum(dot(s, y))
        return pair._replace(sy=sy) if sy > 0 else None

    def append(self, pair: Pair, y: Tensor) -> None:
        """Remember what `stored` made, `y` being what it left of y.

        y . M y is computed here, once, because every direction needs that of the newest pair, and y may
        by then be on disk.
        """
        self._pairs.append(pair._replace(yMy=self._sum(dot(y, self._metric(y).contiguous()))))

    def times(self, direction: Tensor) -> Tensor:
        """H `direction`, or M `direction` while nothing is known; `direction`'s memory is used up."""
        alphas = []
        for s, y, sy, _ in reversed(self._pairs):
            alphas.append(self._sum(s.dot(direction)) / sy)
            y.add_to(direction, -alphas[-1])
        direction = self._metric(direction).contiguous()
        if self._pairs:
            newest = self._pairs[-1]
            direction.mul_(newest.sy / newest.yMy)
        for (s, y, sy, _), alpha in zip(self._pairs, reversed(alphas), strict=True):
            s.add_to(direction, alpha - self._sum(y.dot(direction)) / sy)
        return direction

    def _sum(self, x: float) -> float:
        return self._reductions.total(x)

    def state(self) -> State:
        """The vectors s0, y0, s1, ... from the oldest on, and lists of their numbers.

        A vector that is in memory is given as a tensor, without a copy; one on disk as it is stored.
        """
        state: State = {
            "sy": [pair.sy for pair in self._pairs],
            "yMy": [pair.yMy for pair in self._pairs],
            "scales": [[pair.s.scale, pair.y.scale] for pair in self._pairs],
        }
        for i, pair in enumerate(self._pairs):
            state |= {f"s{i}": _for_saving(pair.s), f"y{i}": _for_saving(pair.y)}
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state; vectors saved in another way than `store`'s are converted."""
        self._pairs.clear()
        numbers = zip(state["sy"], state["yMy"], state["scales"], strict=True)
        for i, (sy, yMy, (s_scale, y_scale)) in enumerate(numbers):
            s, y = self._store(state[f"s{i}"], s_scale), self._store(state[f"y{i}"], y_scale)
            self._pairs.append(Pair(s, y, sy, yMy))


def _as_stored(x: Tensor, vector: StoredVector) -> None:
    """Put the rounded values in the place of the exact ones."""
    x.zero_()
    vector.add_to(x, 1.0)


def _for_saving(vector: StoredVector) -> Tensor | StoredVector:
    return vector if isinstance(vector, OnDisk) else vector.tensor()
