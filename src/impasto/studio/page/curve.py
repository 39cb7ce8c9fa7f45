"""The curve of the cost over the steps: a line in a small drawing, drawn to the logarithm where it can be."""

import math
from collections.abc import Sequence

from nicegui import ui

_WIDTH, _HEIGHT, _POINTS = 280, 56, 140


class Curve:
    """The drawing; `draw` gives it other values."""

    def __init__(self) -> None:
        with ui.element("svg").classes("curve") as self._svg:
            self._svg._props["viewBox"] = f"0 0 {_WIDTH} {_HEIGHT}"
            self._svg._props["preserveAspectRatio"] = "none"
            self._svg._props["role"] = "img"
            self._svg._props["aria-label"] = "The cost at every step"
            self._line = ui.element("path")

    def draw(self, values: Sequence[float]) -> None:
        """Draw these, from left to right."""
        self._svg.set_visibility(len(values) > 1)
        path = path_of(values, _WIDTH, _HEIGHT)
        if self._line._props.get("d") != path:
            self._line._props["d"] = path
            self._line.update()


def path_of(values: Sequence[float], width: int, height: int) -> str:
    """The line as SVG has it: the largest value at the top, the smallest at the bottom.

    >>> path_of([100.0, 10.0, 1.0], 100, 50)
    'M0 1L50 25L100 49'
    """
    finite = [one for one in values if math.isfinite(one)]
    if len(finite) < 2:
        return ""
    stride = max(1, len(finite) // _POINTS)
    some = [*finite[:-1:stride], finite[-1]]
    if min(some) > 0:
        some = [math.log(one) for one in some]
    low, high = min(some), max(some)
    span = (high - low) or 1.0
    points = [
        f"{width * i / (len(some) - 1):.4g} {1 + (height - 2) * (high - one) / span:.4g}"
        for i, one in enumerate(some)
    ]
    return "M" + "L".join(points)
