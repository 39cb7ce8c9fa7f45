"""Summaries of a picture that several processes walk together: each adds its own up, then all add theirs up."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from impasto.costs.normalization import Moments
from impasto.costs.term import Summary

AddUp = Callable[[Sequence[Tensor]], None]
"""Replaces every tensor by its sum over all processes, in place, the same to the bit in each of them.

All call it, with tensors of the same shapes, types and order.
"""

Key = TypeVar("Key")


def alone(tensors: Sequence[Tensor]) -> None:
    """The `AddUp` of a single process: the sums are what they are."""


def shared_summaries(own: Mapping[Key, Summary], add_up: AddUp) -> Mapping[Key, Summary]:
    """The summaries of the whole picture, given those of one process's part; `own` itself when it is alone."""
    if add_up is alone:
        return own
    totals = [summary.total.detach().clone() for summary in own.values()]
    counts = torch.tensor([summary.count for summary in own.values()])
    add_up(totals)
    add_up([counts])
    numbers = zip(own, totals, counts.tolist(), strict=True)
    return {key: Summary(total, count) for key, total, count in numbers}


def shared_moments(own: Moments, add_up: AddUp) -> Moments:
    """Likewise for the moments of a layer."""
    if add_up is alone:
        return own
    positions = torch.tensor([own.positions])
    total, squares = own.total.clone(), own.squares.clone()
    add_up([total, squares])
    add_up([positions])
    return Moments(total, squares, int(positions))
