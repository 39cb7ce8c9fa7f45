"""Positions of a layer beside their neighbours: sums over channels, and what is added to a gradient."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from impasto.kernels.allocation import flat
from impasto.kernels.gram_autograd import is_compiled
from impasto.kernels.threads import WORKING, in_parallel

STRIP = 2**18
"""Numbers that are worked on at a time: 1 MB, of which eight tensors are alive at once."""


class NeighbourPairs:
    """The positions of a window of activations beside their neighbours, for sums over channels.

    Compiled where Gram matrices are; elsewhere torch does it, some rows at a time.
    """

    def __init__(self, a: Tensor, here: tuple[slice, slice], b: Tensor, mean: Tensor, index: Tensor):
        self._b, self._mean, self._index, self._here = b, mean, index, here
        self._compiled = is_compiled(a)

    def sums(self, a: Tensor) -> Tensor:
        """|u|^2, |v|^2, u . v and |u - v|^2 of each position, [K, 4]."""
        found = a.new_empty(self._index.numel(), 4)
        if self._compiled:
            self._run("sums_share", (flat(a),), a, found)
            return found
        for some, place in self._strips(a):
            u, v = self._both(a, place, some)
            parts = [u.square(), v.square(), u * v, (u - v).square()]
            found[some] = torch.stack([part.sum(1) for part in parts], 1)
        return found

    def add(self, a: Tensor, factors: Tensor, total: Tensor) -> None:
        """Add x u - y v to `total`, which is laid out as `a`; factors: x and y of each position, [K, 2]."""
        last = total.is_contiguous(memory_format=torch.channels_last)
        if self._compiled and last:
            self._run("add_share", (flat(total), flat(a)), a, factors)
            return
        rows = total[0].permute(1, 2, 0)
        for some, place in self._strips(a):
            u, v = self._both(a, place, some)
            change = factors[some, :1] * u - factors[some, 1:] * v
            rows[place] += change.view(rows[place].shape)

    def _run(self, share: str, arrays: Sequence[Any], a: Tensor, values: Tensor) -> None:
        from impasto.kernels import pairs as native

        (top, _, _), (left, _, _) = (
            side.indices(size) for side, size in zip(self._here, a.shape[2:], strict=True)
        )
        part = native.Part(a.shape[3], a.shape[1], top, left, *self._index.shape)
        of_style = self._mean.numpy(), self._b.contiguous().view(-1).numpy()
        index = self._index.contiguous().view(-1).numpy()
        work = getattr(native, share)
        with WORKING:
            in_parallel(work, torch.get_num_threads(), *arrays, part, *of_style, index, values.numpy())

    def _both(self, a: Tensor, place: tuple[slice, slice], some: slice) -> tuple[Tensor, Tensor]:
        """u and v of some positions, [K, n_C] each."""
        mean = self._mean.to(a)
        f = a[0].permute(1, 2, 0)[place].reshape(-1, a.shape[1])
        b = self._b[self._index.flatten()[some].long()].to(a)
        return f - mean, b - mean

    def _strips(self, a: Tensor) -> Iterator[tuple[slice, tuple[slice, slice]]]:
        """Strips of rows of the window: which positions these are, and their place."""
        height, width = self._index.shape
        each = max(1, STRIP // (a.shape[1] * max(1, width)))
        top = self._here[0].indices(a.shape[2])[0]
        for first in range(0, height, each):
            last = min(first + each, height)
            yield slice(first * width, last * width), (slice(top + first, top + last), self._here[1])
