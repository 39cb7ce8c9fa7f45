"""Joining the processes that torchrun started, so that they paint one picture together."""

from impasto.distributed.partition import WHOLE, Partition
from impasto.distributed.process_info import process_info


def join_torchrun(device: str = "auto") -> Partition:
    """The partition of all processes that torchrun started; in a process that is alone, one that owns everything.

    Give it to `Stylizer(partition=...)` in every process, and do the same with the painting in all of them.

    Args:
        device: where this process computes; as the setting of this name.

    Raises:
        SettingsError: torchrun's variables contradict each other.
        RankError: the other processes do not come.
    """
    here = process_info()
    if here.alone:
        return WHOLE
    from impasto.distributed.group import join
    from impasto.distributed.slab_partition import SlabPartition
    from impasto.vgg.device import find_device

    group = join(here, find_device(device))
    return SlabPartition(group, on_machine=here.on_machine, local_rank=here.local_rank)
