"""What goes wrong outside impasto, in one line."""

TROUBLE = (MemoryError, RuntimeError, OSError)
"""What the system and torch raise when memory or the disk is out."""
_LONGEST = 200


def one_line(error: BaseException) -> str:
    """What an error says, on one line.

    >>> one_line(RuntimeError("out of memory:\\n  tried to allocate 1 GB"))
    'out of memory: tried to allocate 1 GB'
    """
    return " ".join(str(error).split())[:_LONGEST]
