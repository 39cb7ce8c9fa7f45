"""A painting as ComfyUI watches it: its progress bar, its preview, and its button that interrupts."""

import time
from typing import Any

from comfy.model_management import throw_exception_if_processing_interrupted
from comfy.utils import ProgressBar
from PIL import Image

import impasto

PREVIEW = 512
"""Long side of the preview, in pixels."""
_PARTS = 1000
"""In how many parts the bar counts one picture."""
_PAUSE = 0.5
"""Seconds between two previews, at least."""


class Watch:
    """The bar of a node that paints `count` pictures."""

    def __init__(self, count: int):
        self._bar, self._count = ProgressBar(_PARTS * count), count
        self._next = 0.0

    def paint(self, painting: Any, number: int) -> Any:
        """Paint picture `number` (from 0) to the end; returns its result.

        Raises what ComfyUI raises when the user interrupts, before the next step.
        """
        for event in painting.events():
            throw_exception_if_processing_interrupted()
            if isinstance(event, impasto.Step):
                self._show(painting, number + event.done, last=event.done == 1)
        return painting.result()

    def _show(self, painting: Any, done: float, last: bool) -> None:
        preview = None
        if last or time.monotonic() >= self._next:
            preview = ("JPEG", Image.fromarray(painting.preview(PREVIEW)), PREVIEW)
            self._next = time.monotonic() + _PAUSE
        self._bar.update_absolute(int(_PARTS * done), _PARTS * self._count, preview)
