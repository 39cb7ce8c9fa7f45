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
    """Says when the next checkpoint is due: by steps or by the clock, and never for more than a small part of the time.

    every: in steps; 0 for never, None for by the clock. seconds: between checkpoints. first: seconds to the first one.
    """

    def __init__(self, every: int | None = None, seconds: float = CHECKPOINT_SECONDS, first: float = 0.0):
        self._every, self._seconds = every, seconds
        self._due_at = time.monotonic() + first

    def due(self, number: int) -> bool:
        """Whether a checkpoint is to be written after this many steps."""
        if self._every is None:
            return time.monotonic() >= self._due_at
        return self._every > 0 and number % self._every == 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within this block a checkpoint is written; after one that takes long the next is due later."""
        began = time.monotonic()
        yield
        ended = time.monotonic()
        self._due_at = ended + max(self._seconds, (ended - began) / CHECKPOINT_SHARE)
