"""What impasto sets for its own process where it is the program, and not a library in somebody else's."""

from impasto.memory.process import return_at_once


def prepare_process() -> None:
    """Set up this process, before torch is loaded."""
    return_at_once()
