"""What went wrong, in one line."""

import traceback

from impasto.errors import ImpastoError

_LONGEST = 200


def in_words(error: Exception) -> str:
    """One line for the user. An error that only a bug can raise is written to stderr, too, with its traceback.

    >>> in_words(RuntimeError("out of memory:\\n  tried to allocate 1 GB"))
    'this machine cannot do it (out of memory: tried to allocate 1 GB): try a smaller size'
    """
    if isinstance(error, ImpastoError):
        return str(error)
    line = " ".join(str(error).split())[:_LONGEST]
    if isinstance(error, MemoryError | RuntimeError):  # torch says both when memory is out
        return f"this machine cannot do it ({line}): try a smaller size"
    if isinstance(error, OSError):
        return f"a file cannot be used ({error.strerror or line}): check the folder and the disk"
    traceback.print_exception(error)
    return f"something is wrong in impasto itself ({type(error).__name__}: {error})"
