"""Everything painted here, newest first, and what waits for its turn."""

import time
from collections.abc import Hashable
from functools import partial

from nicegui import ui
from nicegui.element import Element

from impasto.studio.page.parts import img, set_img, set_label, tool
from impasto.studio.page.view import DESK, View, trying
from impasto.studio.record import Record
from impasto.studio.routes import look_url, painting_url, source_url

_SECONDS = 2.0
"""Between two small pictures of a painting that is painted."""


def draw_gallery(view: View) -> None:
    """The region."""
    strip = ui.element("div").classes("strip").props("role=list")

    moving: dict[str, Element] = {}

    def draw() -> None:
        strip.clear()
        with strip:
            moving[DESK] = _first(view)
            for record in _ordered(view):
                moving[record.id] = _item(view, record)
        turn()

    def turn() -> None:
        """The small pictures that change while the strip stays as it is."""
        look, work = view.atelier.look.frames, view.atelier.queue.work
        moving[DESK].set_visibility(bool(look.jpeg))
        if look.jpeg:
            set_img(moving[DESK], look_url(look.version))
        if work is not None and work.frames.jpeg and work.record.id in moving:
            set_img(moving[work.record.id], painting_url(work.record.id, "live", work.frames.version))

    def seen() -> Hashable:
        queue = view.atelier.queue
        return (
            view.subject,
            view.beside,
            queue.version,
            tuple((one.id, one.state, one.version, one.place) for one in queue.records.values()),
        )

    view.watch(seen, draw)
    view.watch(lambda: int(time.monotonic() / _SECONDS), turn)


def _ordered(view: View) -> list[Record]:
    """The one at work, those that wait in their order, and the others, newest first."""
    queue = view.atelier.queue
    waiting = queue.waiting()
    first = [queue.work.record] if queue.work else []
    others = [one for one in queue.records.values() if one not in first and one not in waiting]
    return [*first, *waiting, *sorted(others, key=lambda one: -one.created)]


def _first(view: View) -> Element:
    with _listed(), _frame(view, DESK, "The desk and its first look"):
        shown = img("thumb")
        ui.label("First look").classes("title")
    return shown


def _item(view: View, record: Record) -> Element:
    at_work = view.atelier.queue.work is not None and view.atelier.queue.work.record is record
    with _listed():
        with _frame(view, record.id, record.title):
            shown = img("thumb")
            set_img(
                shown,
                painting_url(record.id, "thumb", record.version)
                if record.version
                else source_url(record.order.content.key, "thumb"),
            )
            ui.label(record.title).classes("title")
            ui.label(record.told).classes("hint")
        if record.state in ("waiting", "painting", "paused") and not at_work:
            with ui.element("div").classes("corner"):
                for icon, by, when in (("chevron_left", -1, "earlier"), ("chevron_right", 1, "later")):
                    tool(icon, f"Paint {record.title} {when}", partial(_move, view, record, by))
    return shown


def _move(view: View, record: Record, by: int) -> None:
    trying(lambda: view.atelier.queue.move(record.id, by))


def _listed() -> Element:
    return ui.element("div").classes("item").props("role=listitem")


def _frame(view: View, subject: str, label: str) -> ui.element:
    chosen = view.subject == subject
    frame = ui.element("button").classes("frame chosen" if chosen else "frame").props("type=button")
    frame._props["aria-pressed"] = "true" if chosen else "false"
    set_label(frame, label)
    frame.on("click", lambda: view.show(subject))
    return frame
