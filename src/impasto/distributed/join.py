"""Joining the processes that `torchrun` started, so that they paint one picture together.

The command line asks here which process it is before it does anything, so torch is imported only when there are others.
"""

import atexit
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from impasto.errors import RankError, SettingsError

if TYPE_CHECKING:
    import torch

    from impasto.distributed.group import Group
    from impasto.distributed.partition import Partition


@dataclass(frozen=True)
class ProcessInfo:
    """A process among those that paint one picture together: a rank, from 0, of `size`.

    local_rank, on_machine: likewise among the processes on the same machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    on_machine: int = 1

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.size == 1


_VARIABLES = {
    **{"rank": "RANK", "size": "WORLD_SIZE"},
    **{"local_rank": "LOCAL_RANK", "on_machine": "LOCAL_WORLD_SIZE"},
}
"""The variable that torchrun sets for each field of `ProcessInfo`."""


def process_info() -> ProcessInfo:
    """This process's place; alone unless it was started by `torchrun`, or by what sets the same variables.

    Raises SettingsError when the variables hold something else than whole numbers that fit each other.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        return ProcessInfo()
    found = {field: os.environ[name] for field, name in _VARIABLES.items() if name in os.environ}
    try:
        here = ProcessInfo(**{field: int(value) for field, value in found.items()})
    except ValueError:
        here = ProcessInfo(rank=-1)
    if not 0 <= here.rank < here.size:
        given = ", ".join(f"{_VARIABLES[field]}={value}" for field, value in found.items())
        raise SettingsError(
            f"the environment says {given}, which is not a rank of a group: start with torchrun, or unset them"
        )
    return here


def join_torchrun(device: str = "auto") -> "Partition":
    """The partition of all processes that torchrun started; in a process that is alone, one that owns everything.

    Give it to `Stylizer(partition=...)` in every process, and do the same with the painting in all of them.

    Args:
        device: where this process computes; as the setting of this name.

    Raises:
        SettingsError: torchrun's variables contradict each other.
        RankError: the other processes do not come.
    """
    from impasto.distributed.partition import WHOLE
    from impasto.distributed.slab_partition import SlabPartition
    from impasto.vgg.device import find_device

    here = process_info()
    if here.alone:
        return WHOLE
    group = _group(here, find_device(device))
    return SlabPartition(group, on_machine=here.on_machine, local_rank=here.local_rank)


_joined: list["Group"] = []


def _group(here: ProcessInfo, device: "torch.device") -> "Group":
    """The group of all processes that torchrun started, the same at every call; device: where this rank computes."""
    import torch
    import torch.distributed as dist

    from impasto.distributed.group import PATIENCE, connected

    def leave() -> None:
        with suppress(Exception):
            dist.destroy_process_group()

    if not _joined:
        nccl = device.type == "cuda" and torch.cuda.device_count() >= here.on_machine
        try:
            wait = timedelta(seconds=PATIENCE)
            store, _, _ = next(dist.rendezvous("env://", here.rank, here.size, timeout=wait))
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise RankError(
                f"rank {here.rank} of {here.size} cannot reach the others ({reason}): start all with torchrun"
            ) from None
        _joined.append(connected(store, here.rank, here.size, device if nccl else None))
        atexit.register(leave)
    return _joined[0]
