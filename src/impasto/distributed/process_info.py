"""Which of several processes this one is, which `torchrun` writes into its environment."""

import os
from dataclasses import dataclass

from impasto.errors import SettingsError


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


def process_info() -> ProcessInfo:
    """This process's place; alone unless it was started by `torchrun`, or by what sets the same variables.

    Raises SettingsError when the variables hold something else than whole numbers that fit each other.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        return ProcessInfo()
    names = {"rank": "RANK", "size": "WORLD_SIZE"} | {
        "local_rank": "LOCAL_RANK",
        "on_machine": "LOCAL_WORLD_SIZE",
    }
    found = {field: os.environ[name] for field, name in names.items() if name in os.environ}
    try:
        found_info = ProcessInfo(**{field: int(value) for field, value in found.items()})
    except ValueError:
        found_info = ProcessInfo(rank=-1)
    if not 0 <= found_info.rank < found_info.size:
        given = ", ".join(f"{names[field]}={value}" for field, value in found.items())
        raise SettingsError(
            f"the environment says {given}, which is not a rank of a group: start with torchrun, or unset them"
        )
    return found_info
