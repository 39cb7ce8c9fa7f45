"""The first look: what lies on the desk, painted small, and again whenever something changes; and its plan."""

import contextlib
import threading
from typing import TYPE_CHECKING

from impasto.errors import ImpastoError
from impasto.studio.desk import Desk
from impasto.studio.frames import Frames
from impasto.studio.library import Library
from impasto.studio.order import Order
from impasto.studio.work import Painters

if TYPE_CHECKING:
    from impasto import Painting
    from impasto.memory.plan import Plan

LOOK_SIDE = 160  # long side, in pixels, of the first look
MOST_STEPS = 40  # the first look takes at most so many steps at its last scale
_CALM = 0.3
"""Seconds without a change before it is begun: a slider that is dragged asks for one look, not for twenty."""


class Look:
    """Paints the first look in a thread of its own.

    problem: why there is none, one line. plan: of the painting at its full size, and plan_problem why there is none.
    busy: whether one is being painted; done: how much of it, 0 to 1.
    """

    def __init__(self, desk: Desk, library: Library, stylizer: Painters):
        self._desk, self._library, self._stylizer = desk, library, stylizer
        self.frames = Frames(LOOK_SIDE)
        self.problem = ""
        self.plan: Plan | None = None
        self.plan_problem = ""
        self.busy = self._first = False
        self.done = 0.0
        self.precision = "float32"
        self._at_work: Painting | None = None
        self._closing = threading.Event()
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="first look", daemon=True)

    def start(self) -> None:
        """Begin to watch the desk."""
        self._thread.start()

    def change(self) -> None:
        """Note that the desk has changed: what is being painted is no longer wanted."""
        painting = self._at_work
        if painting is not None:
            painting.cancel()
        self._changed.set()

    @property
    def goes_first(self) -> bool:
        """Whether a painting has to wait for the first look, which shows what has been changed."""
        return self.busy and self._first

    def give_way(self) -> None:
        """Take turns with the painting that is at work, whose picture this shows, until something is changed."""
        self._first = False

    def close(self) -> None:
        """End the first look and its thread."""
        self._closing.set()
        self.change()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(Exception):  # reported when something is to be painted
            self._stylizer(self._desk.settings)  # torch and the network, while the pictures are chosen
        seen = -1
        while not self._closing.is_set():
            if seen == self._desk.version:
                self._changed.wait()
            self._changed.clear()
            while self._changed.wait(_CALM) and not self._closing.is_set():
                self._changed.clear()
            if self._closing.is_set():
                return
            if seen != self._desk.version:
                seen = self._desk.version
                self._look(seen)

    def _look(self, version: int) -> None:
        self.plan, self.plan_problem, self.problem, self.done = None, "", "", 0.0
        try:
            order = self._desk.order()
        except ImpastoError as error:
            self.problem = str(error)
            self.frames.clear()
            return
        self.busy = self._first = True
        try:
            self._paint(order, version)
        except Exception as error:  # noqa: BLE001 - the next change may be painted all the same
            self.problem = order.explained(error, self._library)
        finally:
            self.busy, self._at_work = False, None
        if version == self._desk.version and not self._closing.is_set():
            self._make_plan(order)

    def _paint(self, order: Order, version: int) -> None:
        if not order.settings.paints:
            image = order.at(size=LOOK_SIDE).recolored(self._library).image[0]
            self.frames.show_pixels((image.permute(1, 2, 0) * 255).round().clamp(0, 255).byte().numpy())
            self.done = 1.0
            return
        precision = "auto" if order.settings.precision == "float32" else order.settings.precision
        steps = min(order.settings.steps, MOST_STEPS)
        small = order.at(size=LOOK_SIDE, steps=steps, bits=8, precision=precision)
        painting = self._stylizer(small.settings).paint(**small.arguments(self._library))
        self._at_work, self.precision = painting, painting.settings.precision
        if version != self._desk.version:
            return
        self.frames.show(painting, now=True)
        for step in painting:
            self.done = step.done
            self.frames.show(painting, now=step.done >= 1)

    def _make_plan(self, order: Order) -> None:
        if not order.settings.paints:
            return
        try:
            self.plan = self._stylizer(order.settings).paint(**order.arguments(self._library)).plan()
        except Exception as error:  # noqa: BLE001 - as above
            self.plan_problem = order.explained(error, self._library)
