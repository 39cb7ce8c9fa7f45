"""How much memory there is, and how much this process takes."""

import sys
from pathlib import Path

RETURNED = 4 * 2**20
"""Bytes from which on a piece of memory goes back at once; see `return_at_once`."""
KEPT = 64 * 2**20
"""Bytes of smaller pieces that may stay with the process: without them a small painting gives memory back and asks for
it again in every step, which took 15 percent of its time at 192 pixels (timed by hand, an AMD EPYC machine)."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_NO_LIMIT = 2**60  # what cgroup v1 calls no limit is a page short of 2**63


def resident() -> int:
    """Bytes of physical memory that this process holds now."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def peak() -> int:
    """The most bytes of physical memory that this process ever held, as the operating system counts them."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    if (own := _high_water_mark()) is not None:
        return own
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _high_water_mark(status: Path = Path("/proc/self/status")) -> int | None:
    """Linux's own figure for this program; None elsewhere.

    getrusage tells more than that there: it counts what the process held before it became this program, so that a
    child of a large program begins with that one's peak.
    """
    try:
        lines = status.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return kilobytes[0] * 1024 if kilobytes else None


def return_at_once() -> None:
    """Have the C library give large pieces of memory back to the system when they are freed (glibc; elsewhere nothing).

    It would keep pieces of up to 32 MB for later, and they lie in between others: two steps of the demo at 1152 x 864
    pixels took 1.86 GB instead of 1.80. Pieces below RETURNED are left to it, up to KEPT bytes in a row.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, RETURNED)
        mallopt(_TRIM_THRESHOLD, KEPT)


def available() -> int:
    """Bytes that this process may take beside what it holds: what is free, and what its container leaves."""
    import psutil

    return min(int(psutil.virtual_memory().available), _left_by_container())


def _left_by_container(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """The least that any control group of this process leaves it (Linux, cgroups v1 and v2).

    Pages of files that were not used lately count as used there, and are given up when they are needed.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return _NO_LIMIT
    least = _NO_LIMIT
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds == "":
            top, names = root, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            top, names = (
                root / "memory",
                ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
            )
        else:
            continue
        group = top / path.lstrip("/")
        for folder in (group, *group.parents):
            least = min(least, _left_by_group(folder, *names))
            if folder == top:
                break
    return least


def _left_by_group(folder: Path, limit: str, usage: str, reclaimable: str) -> int:
    try:
        most = (folder / limit).read_text().strip()
        used = int((folder / usage).read_text())
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return _NO_LIMIT
    if most == "max" or int(most) >= _NO_LIMIT:
        return _NO_LIMIT
    return max(0, int(most) - used + int(statistics.get(reclaimable, 0)))
