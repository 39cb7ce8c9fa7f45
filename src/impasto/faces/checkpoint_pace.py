"""How often a checkpoint is written while a picture is painted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

CHECKPOINT_SECONDS = 60
"""A checkpoint is written after the first step and then about this often, unless the user says every how
many steps."""
CHECKPOINT_SHARE = 0.05
"""Large paintings have checkpoints of gigabytes: writing them takes at most this part of the time."""


class CheckpointPace:
    """Says when the next checkpoint is due.

    Args:
        begun: whether there is one already; otherwise the first is due at once.
        seconds: about so many lie between two.
    """

    def __init__(self, begun: bool, seconds: float = CHECKPOINT_SECONDS):
        self._seconds = seconds
        self._due_at = time.monotonic() + (seconds if begun else 0)

    def due(self) -> bool:
        """Whether one is to be written now."""
        return time.monotonic() >= self._due_at

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within this block one is written; the next is due later for one that takes long."""
        began = time.monotonic()
        yield
        ended = time.monotonic()
        self._due_at = ended + max(self._seconds, (ended - began) / CHECKPOINT_SHARE)
