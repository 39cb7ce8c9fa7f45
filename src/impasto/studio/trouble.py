"""Errors from outside impasto, in one line."""

TROUBLE = (MemoryError, RuntimeError, OSError)
"""The exceptions of the system and of torch when memory or the disk is full."""
_LONGEST = 200


def one_line(error: BaseException) -> str:
    """The message of an error, on one line.

    >>> one_line(RuntimeError("out of memory:\\n  tried to allocate 1 GB"))
    'out of memory: tried to allocate 1 GB'
    """
    return " ".join(str(error).split())[:_LONGEST]
