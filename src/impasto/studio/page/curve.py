"""The curve of the cost over the steps, as a small drawing."""

from collections.abc import Sequence

from nicegui import ui

from impasto.ui.curve import BOX, points


class Curve:
    """The drawing; `draw` gives it other costs."""

    def __init__(self) -> None:
        with ui.element("svg").classes("curve") as self._svg:
            self._svg._props.update(viewBox=BOX, preserveAspectRatio="none", role="img")
            self._svg._props["aria-label"] = "The cost at every step"
            self._line = ui.element("polyline")

    def draw(self, costs: Sequence[float]) -> None:
        """Draw these, from left to right."""
        line = points(costs)
        self._svg.set_visibility(bool(line))
        if self._line._props.get("points") != line:
            self._line._props["points"] = line
            self._line.update()
