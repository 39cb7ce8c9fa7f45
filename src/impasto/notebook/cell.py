"""The display of a painting in the output of a notebook's cell."""

import time
from typing import TYPE_CHECKING, Any

import jinja2
import pyvips
from IPython.display import display

from impasto.cli.reporter import Reporter, Title
from impasto.pages.pixels import data_uri, shrunk
from impasto.ui.progress import CURVE_BOX, Meter, clock, curve_points, facts_of

if TYPE_CHECKING:
    from impasto import Event, Painting, Step

_PAUSE = 0.5
"""Seconds between two pictures, at least: a notebook's server drops what comes faster than about 1 MB a second."""
_SHARE = 20  # showing takes at most one part in so many of the time, however large the canvas is


class Cell(Reporter):
    """The picture, its cost, a bar and the time left, in one output that is replaced again and again.

    side: long side of the picture shown, in pixels.
    """

    def __init__(self, painting: "Painting", side: int):
        painting.preview(side)  # raises where the side is none
        self._painting, self._side = painting, side
        self._title: Title | None = None
        self._step: Step | None = None
        self._event: Event | None = None
        self._costs: list[float] = []
        self._notes: list[str] = []
        self._stopping, self._ended, self._next = False, False, 0.0
        self._meter = Meter()
        self._template = jinja2.Environment(
            loader=jinja2.PackageLoader("impasto.notebook"), autoescape=True, undefined=jinja2.StrictUndefined
        ).get_template("cell.html")
        self._output: Any = None

    def __exit__(self, *failure: object) -> None:
        self._ended = True
        self._show()

    def begin(self, title: Title, seconds: float) -> None:
        self._title = title
        self._meter.begin(seconds)
        self._show()

    def event(self, event: "Event") -> None:
        self._event = event
        self._show()

    def step(self, step: "Step") -> None:
        self._meter.step(step)
        self._step, self._event = step, None
        self._costs.append(step.cost.total)
        if time.monotonic() >= self._next:
            self._show()

    def stopping(self) -> None:
        """The line at the foot says so at the next step; a signal's handler is no place to paint in."""
        self._stopping, self._next = True, 0.0

    def note(self, text: str) -> None:
        self._notes.append(text)

    def _show(self) -> None:
        started = time.monotonic()
        if self._output is None:
            self._output = display(self, display_id=True)
        else:
            self._output.update(self)
        self._next = time.monotonic() + max(_PAUSE, _SHARE * (time.monotonic() - started))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The display as a notebook takes it, and in words for programs that show no HTML."""
        facts = self._facts()
        preview = pyvips.Image.new_from_array(self._painting.preview(self._side))
        # Of the size of the result, so that nothing moves when the canvas grows.
        height, width = shrunk(self._painting.size, self._side)
        page = self._template.render(
            title=self._title,
            picture=data_uri(preview),
            width=width,
            height=height,
            facts=facts,
            notes=self._notes,
            curve=curve_points(self._costs),
            box=CURVE_BOX,
            done=self._meter.task.completed,
            foot=self._foot(),
        )
        return {"text/html": page, "text/plain": ", ".join(f"{name} {fact}" for name, fact in facts.items())}

    def _facts(self) -> dict[str, str]:
        """The facts of the display, by name."""
        facts = facts_of(self._step, self._event)
        if self._step is None and self._event is None:
            return facts
        left = self._meter.left()
        time_left = "" if left is None or self._ended else f", about {clock(left)} left"
        return facts | {"time": f"{clock(self._meter.task.elapsed or 0)} gone{time_left}"}

    def _foot(self) -> str:
        """The actions that are possible now."""
        if self._ended:
            done = self._meter.task.completed >= 1
            return "Painted." if done else "Stopped; the picture so far is the result."
        if self._stopping:
            return "Stopping after this step. A second interrupt stops at once."
        return "Interrupt the kernel (■) to stop: the picture so far is the result, and you can go on later."
