"""How a machine is shared out among workers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """Workers, threads of each, bytes that each may take; GPUs, one for each worker."""

    workers: int
    threads: int
    memory: int
    gpus: int = 0
