"""The gallery: everything painted here, newest first, and what waits for its turn."""

import time
from collections.abc import Hashable
from functools import partial

from nicegui import ui

from impasto.studio.page.parts import img, set_img, set_label, tool
from impasto.studio.page.view import DESK, View, trying
from impasto.studio.record import Record
from impasto.studio.routes import look_url, painting_url, source_url

_SECONDS = 2.0  # time between two small pictures of the painting at work


def draw_gallery(view: View) -> None:
    """Draw the gallery. What stays is not drawn again: it keeps the keyboard, and a click that comes just then."""
    strip = ui.element("div").classes("strip").props("role=list")
    items: dict[str, _Item] = {}

    def draw() -> None:
        records = _ordered(view)
        wanted = [DESK, *(record.id for record in records)]
        for id in items.keys() - set(wanted):
            items.pop(id).outer.delete()
        for place, (id, record) in enumerate(zip(wanted, [None, *records], strict=True)):
            if id not in items:
                with strip:
                    items[id] = _Item(view, id, record)
            outer = items[id].outer
            if strip.default_slot.children[place] is not outer:
                outer.move(target_index=place)
            items[id].update(record)
        turn()

    def turn() -> None:
        """The small pictures that change while the strip stays as it is."""
        look, work = view.atelier.look.frames, view.atelier.queue.work
        items[DESK].shown.set_visibility(bool(look.jpeg))
        if look.jpeg:
            set_img(items[DESK].shown, look_url(look.version))
        if work is not None and work.frames.jpeg and work.record.id in items:
            set_img(items[work.record.id].shown, painting_url(work.record.id, "live", work.frames.version))

    def seen() -> Hashable:
        queue = view.atelier.queue
        there = tuple((one.id, one.state, one.version, one.place) for one in queue.records.values())
        return view.subject, view.beside, queue.version, there

    view.watch(seen, draw)
    view.watch(lambda: int(time.monotonic() / _SECONDS), turn)


def _ordered(view: View) -> list[Record]:
    """The one at work, those that wait in their order, and the others, newest first."""
    queue = view.atelier.queue
    waiting = queue.waiting()
    first = [queue.work.record] if queue.work else []
    others = [one for one in queue.records.values() if one not in first and one not in waiting]
    return [*first, *waiting, *sorted(others, key=lambda one: -one.created)]


class _Item:
    """The desk, where `record` is None, or a painting."""

    def __init__(self, view: View, id: str, record: Record | None):
        self._view, self._id = view, id
        self.outer = ui.element("div").classes("item").props("role=listitem")
        with self.outer:
            self._frame = ui.element("button").classes("frame").props("type=button")
            self._frame.on("click", lambda: view.show(id))
            set_label(self._frame, "The desk and its first look" if record is None else record.title)
            with self._frame:
                self.shown = img("thumb")
                ui.label("First look" if record is None else record.title).classes("title")
                self._told = ui.label().classes("hint")
            self._order = ui.element("div").classes("corner")

    def update(self, record: Record | None) -> None:
        """Show the painting as it is now."""
        chosen, work = self._view.subject == self._id, self._view.atelier.queue.work
        self._frame.classes(add="chosen" if chosen else "", remove="" if chosen else "chosen")
        self._frame.props(f"aria-pressed={'true' if chosen else 'false'}")
        self._told.set_visibility(record is not None)
        at_work = work is not None and work.record is record
        waits = record is not None and record.state in ("waiting", "painting", "paused") and not at_work
        if not waits:
            self._order.clear()
        if record is not None:
            if waits and not self._order.default_slot.children:
                self._draw_order(record)
            self._told.set_text(record.summary)
            if record.version:
                set_img(self.shown, painting_url(record.id, "thumb", record.version))
            else:
                set_img(self.shown, source_url(record.order.content.key, "thumb"))

    def _draw_order(self, record: Record) -> None:
        with self._order:
            for icon, by, when in (("chevron_left", -1, "earlier"), ("chevron_right", 1, "later")):
                move = partial(trying, self._view.atelier.queue.move, record.id, by)
                tool(icon, f"Paint {record.title} {when}", move)
