"""The workers: as many as are wanted on this machine, or those of a cluster that is there."""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from impasto.batch.process import how_to_wait
from impasto.errors import BatchError

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True)
class Share:
    """The share of a machine that each worker has: its threads and bytes of memory; gpus: workers that have a GPU."""

    workers: int
    threads: int
    memory: int
    gpus: int = 0


PROCESSES = True
"""Whether workers on this machine are processes. Tests set it to False: then they are threads of this one."""
PRELOAD = ["impasto.batch.process"]
"""The modules that each worker's process of this machine imports first."""
PATIENCE = 60.0  # seconds in which a scheduler has to answer, and workers to start
LOCAL_PATIENCE = 300.0
"""Seconds without any worker of this machine after which there will be none: starting one takes some ten."""
ALLOWED_FAILURES = 5  # a task is given up when so many workers and one more ended while they were at it

_CONFIG = {
    "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
    "distributed.deploy.lost-worker-timeout": "1 day",  # on a busy machine a worker takes its time to begin again
    "distributed.scheduler.worker-saturation": 1.0,  # no task waits behind another while a worker is free
    "distributed.worker.memory.target": False,  # results are paths: there is nothing to move to disk
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.profile.enabled": False,  # looking at the stack a hundred times a second takes time
    "distributed.admin.tick.interval": "1s",
    "distributed.logging.distributed": "critical",
    "distributed.comm.timeouts.connect": "30s",
}


@contextlib.contextmanager
def local_workers(count: int, threads: int, memory: int, gpus: int = 0) -> Iterator["Client"]:
    """Workers on this machine, which end with the block, or with this process.

    threads, memory (bytes): of each worker; one that takes more is ended, and begun again. gpus: how many of the
    workers have a GPU each. Raises BatchError: dask.distributed is not installed, or the workers do not start.
    """
    dask, distributed = libraries()
    with dask.config.set(_CONFIG), _quiet():
        own: dict[str, Any] = {"security": True} if PROCESSES and find_spec("cryptography") else {}
        if PROCESSES:
            numbers = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
            numbers |= {"OPENBLAS_NUM_THREADS": "1"} | how_to_wait(os.environ)
            own |= {"env": numbers, "preload": PRELOAD}
        try:
            cluster = _local_cluster(gpus)(
                n_workers=count,
                threads_per_worker=1,
                processes=PROCESSES,
                memory_limit=memory if PROCESSES else 0,
                dashboard_address="127.0.0.1:0",  # the scheduler serves its state there: to this machine alone
                silence_logs=logging.CRITICAL,
                **own,
            )
        except (OSError, TimeoutError, RuntimeError) as error:
            raise BatchError(f"the workers do not start ({error}): try fewer with --workers") from None
        with cluster, distributed.Client(cluster) as client:
            yield client


@contextlib.contextmanager
def workers_for(scheduler: str | None, share: Callable[[], Share]) -> Iterator["Client"]:
    """The workers of the scheduler at an address; without one, workers on this machine as `share` shares it out.

    Raises BatchError: as `local_workers` and `workers_at`.
    """
    if scheduler is not None:
        with workers_at(scheduler) as client:
            yield client
        return
    own = share()
    with local_workers(own.workers, own.threads, own.memory, own.gpus) as client:
        yield client


def patience(scheduler: str | None) -> float | None:
    """Seconds without any worker after which there will be none; None where a cluster may get some at any time."""
    return None if scheduler is not None else LOCAL_PATIENCE


def most_concurrent(client: "Client") -> int:
    """How many workers paint at the same time on the machine that has the most of them; 1 where none is known."""
    return max(workers_by_machine(client).values(), default=1)


@contextlib.contextmanager
def workers_at(address: str) -> Iterator["Client"]:
    """The workers of the scheduler at an address, such as tcp://10.0.0.1:8786.

    Raises BatchError: dask.distributed is not installed, nobody answers there, or the scheduler has no worker.
    """
    dask, distributed = libraries()
    with dask.config.set(_CONFIG), _quiet():
        try:
            client = distributed.Client(address, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise BatchError(
                f"no scheduler answers at {address} ({reason}): expected an address such as tcp://10.0.0.1:8786, as "
                "`dask scheduler` prints it"
            ) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError:
                raise BatchError(
                    f"the scheduler at {address} has no workers: start some with `dask worker {address} --nthreads 1`"
                ) from None
            yield client


def workers_by_machine(client: "Client") -> dict[str, int]:
    """How many workers each machine has, by its host."""
    found: dict[str, int] = {}
    for worker in client.scheduler_info(n_workers=-1)["workers"].values():
        found[worker["host"]] = found.get(worker["host"], 0) + 1
    return found


def libraries() -> tuple[Any, Any]:
    """The modules dask and distributed. Raises BatchError, with what to install, where they are missing."""
    try:
        import dask

        import distributed
    except ImportError:
        raise BatchError(
            "many pictures at once need dask.distributed, which is not installed: pip install 'impasto[batch]'"
        ) from None
    return dask, distributed


def _local_cluster(gpus: int) -> Any:
    """The class of clusters on this machine; with GPUs one that shows each worker its own, as the only one there is."""
    from distributed import LocalCluster

    if not gpus:
        return LocalCluster

    class OnGPUs(LocalCluster):
        def new_worker_spec(self) -> dict[Any, dict[str, Any]]:
            ((name, spec),) = super().new_worker_spec().items()
            environment = {**spec["options"]["env"], "CUDA_VISIBLE_DEVICES": str(int(name) % gpus)}
            return {name: {**spec, "options": {**spec["options"], "env": environment}}}

    return OnGPUs


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence distributed's log of lost workers and connections: impasto reports them itself."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado.application")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
