"""Which of several processes this one is, as `torchrun` tells each of them in its environment."""

import os
from dataclasses import dataclass

from impasto.errors import SettingsError


@dataclass(frozen=True)
class ProcessInfo:
    """A process among those that paint one picture together: a rank, from 0, of `size`.

    local, beside: likewise among the processes on the same machine.
    """

    rank: int = 0
    size: int = 1
    local: int = 0
    beside: int = 1

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.size == 1


def place() -> ProcessInfo:
    """This process's place; alone unless it was started by `torchrun`, or by what sets the same variables.

    Raises SettingsError when the variables hold something else than whole numbers that fit each other.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        return ProcessInfo()
    names = {"rank": "RANK", "size": "WORLD_SIZE", "local": "LOCAL_RANK", "beside": "LOCAL_WORLD_SIZE"}
    found = {field: os.environ[name] for field, name in names.items() if name in os.environ}
    try:
        here = ProcessInfo(**{field: int(value) for field, value in found.items()})
    except ValueError:
        here = ProcessInfo(rank=-1)
    if not 0 <= here.rank < here.size:
        told = ", ".join(f"{names[field]}={value}" for field, value in found.items())
        raise SettingsError(
            f"the environment says {told}, which is not a rank of a group: start with torchrun, or unset them"
        )
    return here
