"""The folder for what does not fit into memory, and how many bytes are free in it."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

_IN_MEMORY = ("tmpfs", "ramfs")
_ON_DISK = Path("/var/tmp")


def folder() -> Path:
    """The folder that TMPDIR (TEMP, TMP) names; otherwise the system's for temporary files, unless that is in memory.

    Many Linux systems have /tmp in memory, where a file saves none, and have /var/tmp on a disk.
    """
    usual = Path(tempfile.gettempdir())
    named = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    if named or not _is_in_memory(usual) or not os.access(_ON_DISK, os.W_OK | os.X_OK):
        return usual
    return _ON_DISK


def free_bytes() -> int:
    """Bytes that may still be written there; 0 where that is memory: nothing would be gained."""
    here = folder()
    return 0 if _is_in_memory(here) else shutil.disk_usage(here).free


def _is_in_memory(path: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Whether the innermost file system that `path` lies on is in memory (Linux; False elsewhere)."""
    if sys.platform != "linux":
        return False
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    real = path.resolve()
    mounted = [line.split() for line in lines]
    found = [(Path(point), kind) for _, point, kind, *_ in mounted if real.is_relative_to(point)]
    return max(found, key=lambda one: len(one[0].parts), default=(path, ""))[1] in _IN_MEMORY
