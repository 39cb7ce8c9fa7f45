"""Summaries of a picture that several processes walk together: each adds its own up, then all add theirs up."""

from collections.abc import Mapping
from typing import TypeVar

import torch

from impasto.costs.normalization import Moments
from impasto.costs.term import Summary
from impasto.distributed.partition import Partition

Key = TypeVar("Key")


def shared_summaries(own: Mapping[Key, Summary], partition: Partition) -> Mapping[Key, Summary]:
    """The summaries of the whole picture, given those of one process's part; `own` itself when it is alone."""
    if partition.size == 1:
        return own
    totals = [summary.total.detach().clone() for summary in own.values()]
    counts = torch.tensor([summary.count for summary in own.values()])
    partition.add_up(totals)
    partition.add_up([counts])
    numbers = zip(own, totals, counts.tolist(), strict=True)
    return {key: Summary(total, count) for key, total, count in numbers}


def shared_moments(own: Moments, partition: Partition) -> Moments:
    """The moments of a layer over the whole picture, given this process's."""
    if partition.size == 1:
        return own
    positions = torch.tensor([own.positions])
    total, squares = own.total.clone(), own.squares.clone()
    partition.add_up([total, squares])
    partition.add_up([positions])
    return Moments(total, squares, int(positions))
