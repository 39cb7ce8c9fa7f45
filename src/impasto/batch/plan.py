"""Before anything is painted: how many workers, with how many threads; and the hours, the memory and the disk it takes.

Looking at a picture loads torch and the network. A process of its own does that and ends, so that the one that hands
out the jobs stays small.
"""

import json
import math
import multiprocessing
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, TypeVar

from impasto.batch import cluster
from impasto.batch.cluster import Share
from impasto.batch.job import Job
from impasto.errors import BatchError
from impasto.memory.process import available
from impasto.settings import LARGEST_DEFAULT_SIZE, Settings

SAFE_PART = 0.8  # how much of the memory that is free all workers together plan to take
SAMPLED = 500
"""The number of pictures, evenly chosen, whose sizes are looked up; the others are taken to be like them."""
KINDS = 8  # the number of kinds of settings that are measured; others take as long as these do on average
SIDE_BY_SIDE = 1.1
"""How much longer a step takes while other workers compute at the same time, each with cores of its own
(`benchmarks/batch.py`): they share the memory's lanes."""
BYTES_PER_PIXEL = {".png": 2.5, ".tif": 3.0, ".tiff": 3.0, ".jpg": 0.8, ".jpeg": 0.8, ".webp": 0.6}
"""Bytes a pixel of results with 8 bits; 16 bits take twice as many."""
_SAME_TIME = "strength alpha beta seed noise learning_rate protect_strength detail bits"
"""Settings that change what a picture looks like and not how long it takes."""

T = TypeVar("T")


@dataclass(frozen=True)
class BatchPlan:
    """The time, memory and disk that a batch takes.

    pictures: of the batch; left: of them, to be painted. workers: at the same time; threads: of each. seconds: until
    all is done. memory: bytes of each worker at most. results, unfinished: bytes of disk, for good and meanwhile. room:
    bytes that are free in the folder's file system.
    """

    pictures: int
    left: int
    workers: int
    threads: int
    seconds: float
    memory: int
    results: int
    unfinished: int
    room: int


@dataclass(frozen=True)
class Probe:
    """The needs of one picture: seconds (0 where they were not measured), and bytes of memory.

    gpus: how many there are here. checkpoint: bytes of its file, at most.
    """

    seconds: float = 0.0
    peak: int = 0
    gpus: int = 0
    checkpoint: int = 0


def share_out(jobs: Sequence[Job], workers: int | None) -> Share:
    """How many workers paint the most pictures an hour on this machine, unless the user says how many.

    One with a single thread on each core: threads that work on one picture wait for each other, and workers do not.
    Fewer where the memory does not hold so many of the largest picture; one for each GPU, where these compute.
    """
    cores, gpus = usable_cores(), 0
    if workers is None and len(jobs) > 1:
        largest = max(sample(jobs), key=_pixels)
        found = apart(probe, {"job": largest.as_data(), "threads": 1, "timed": False})
        gpus = found.gpus
        workers = gpus or min(cores, int(SAFE_PART * available() // max(1, found.peak)))
    count = max(1, min(workers or 1, len(jobs)))
    return Share(count, max(1, cores // count), available() // count, min(gpus, count))


def make_plan(
    jobs: Sequence[Job], pictures: int, workers: int | None, at_cluster: int | None, folder: Path
) -> BatchPlan:
    """The plan of a batch of so many `pictures`, of which `jobs` are left.

    workers: on this machine, as the user wishes. at_cluster: the number of a cluster's workers that paint instead; its
    machines count as fast as this one.
    """
    room = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists())).free
    if not jobs:
        return BatchPlan(pictures, 0, 0, 0, 0.0, 0, 0, 0, room)
    share = share_out(jobs, workers) if at_cluster is None else Share(at_cluster, 1, 0)
    kinds: dict[str, list[Job]] = {}
    for job in jobs:
        kinds.setdefault(_kind(job), []).append(job)
    seconds, checkpoint, memory, looks = 0.0, 0.0, 0, 0
    for alike in list(kinds.values())[:KINDS]:
        some = sample(alike)
        one = max(some, key=_pixels)
        found = apart(probe, {"job": one.as_data(), "threads": share.threads, "timed": True})
        mean = fmean(map(_pixels, some)) / max(1.0, _pixels(one))
        seconds += found.seconds * mean * len(alike)
        checkpoint += found.checkpoint * mean * len(alike)
        memory, looks = max(memory, found.peak), looks + len(alike)
    slower = SIDE_BY_SIDE if share.workers > 1 and at_cluster is None else 1.0
    longest = math.ceil(len(jobs) / share.workers) * share.workers / len(jobs)  # workers are idle at the end
    return BatchPlan(
        pictures=pictures,
        left=len(jobs),
        workers=share.workers,
        threads=share.threads,
        seconds=seconds * len(jobs) / looks * slower * longest / share.workers,
        memory=memory,
        results=int(fmean(map(_result_bytes, sample(jobs))) * len(jobs)),
        unfinished=int(checkpoint / looks * share.workers),
        room=room,
    )


def probe(data: Mapping[str, Any]) -> Probe:
    """Begin a painting and plan it, in a process of its own.

    data: "job", as `Job.as_data` has it; "threads" to plan with; "timed": whether time is measured.
    Raises what beginning the painting would raise.
    """
    import torch

    import impasto

    job = Job.from_data(data["job"])
    settings = Settings.from_dict({"threads": data["threads"], **job.settings})
    if not settings.paints:
        impasto.recolor(job.content, list(job.styles), size=settings.size)
        return Probe()
    stylizer = impasto.Stylizer(settings)
    painting = stylizer.paint(job.content, list(job.styles), **dict(job.where))
    plan = painting.plan(times=data["timed"])
    gpu = stylizer.encoder.device.type == "cuda"
    gpus = torch.cuda.device_count() if gpu else 0
    return Probe(plan.seconds or 0.0, plan.peak, gpus, plan.checkpoint_bytes)


def apart(function: Callable[[Any], T], data: Any) -> T:
    """Call a function in a process of its own, which then ends and gives back all that it took.

    Raises what it raises, and BatchError where the process is killed.
    """
    if not cluster.PROCESSES:
        return function(data)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(function, data).result()
        except BrokenProcessPool:
            raise BatchError(
                "the plan could not be made: its process ended early, for want of memory perhaps; say how many "
                "--workers, and --memory or a smaller --size"
            ) from None


def usable_cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def sample(jobs: Sequence[Job]) -> Sequence[Job]:
    """At most SAMPLED of them, evenly chosen."""
    return jobs[:: math.ceil(len(jobs) / SAMPLED)]


def _kind(job: Job) -> str:
    """Jobs of one kind take as long as each other, for each pixel."""
    lasting = {name: value for name, value in job.settings.items() if name not in _SAME_TIME.split()}
    return json.dumps([lasting, sorted(job.where), len(job.styles)], sort_keys=True, default=str)


def _pixels(job: Job) -> int:
    """The pixels of the result; 0 where the photograph cannot be read, which is an error when it is painted."""
    width, height = _size_of(job.content)
    longest = job.settings.get("size") or min(max(width, height), LARGEST_DEFAULT_SIZE)
    return int(width * height * (longest / max(width, height, 1)) ** 2)


@cache
def _size_of(path: str) -> tuple[int, int]:
    """Width and height, from the file's head; a picture lying on its side has them the other way round, and as many."""
    import pyvips

    try:
        head = pyvips.Image.new_from_file(path)
        return head.width, head.height
    except pyvips.Error:
        return 0, 0


def _result_bytes(job: Job) -> float:
    double, suffix = 2 if job.settings.get("bits") == 16 else 1, Path(job.output).suffix.lower()
    return double * BYTES_PER_PIXEL.get(suffix, BYTES_PER_PIXEL[".png"]) * _pixels(job)
