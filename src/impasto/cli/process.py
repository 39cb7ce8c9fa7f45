"""Settings of the whole process, made only where impasto is the program and not a guest in one."""

import os
import sys

from impasto.ui.waiting import how_to_wait


def prepare_process() -> None:
    """Have torch's threads sleep soon while they wait, and the C library return large pieces of memory at once.

    Call this before torch is imported.
    """
    if "torch" not in sys.modules:
        os.environ |= how_to_wait(os.environ)
    from impasto.memory.process import return_at_once

    return_at_once()
