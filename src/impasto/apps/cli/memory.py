"""How much memory this process takes."""

import sys
from pathlib import Path


def resident() -> int | None:
    """Bytes of physical memory: now on Linux and Windows, at most so far on macOS; None where unknown."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    except (OSError, ImportError, IndexError, ValueError):
        return None


def _windows() -> int | None:
    """GetProcessMemoryInfo's WorkingSetSize (Windows API, psapi.h)."""
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    sizes = (
        "Peak",
        "WorkingSet",
        "PeakPaged",
        "Paged",
        "PeakNonPaged",
        "NonPaged",
        "Pagefile",
        "PeakPagefile",
    )

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in sizes),
        ]

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    ask = kernel.K32GetProcessMemoryInfo
    ask.argtypes = [wintypes.HANDLE, ctypes.POINTER(Counters), wintypes.DWORD]
    found = ask(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
    return counters.WorkingSet if found else None


def in_words(size: int | None) -> str:
    """A number of bytes for people.

    >>> in_words(812_345_678), in_words(1_234_567_890), in_words(None)
    ('812 MB', '1.2 GB', 'unknown')
    """
    if size is None:
        return "unknown"
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
