"""The picture that is looked at, large: the first look, a painting while it is painted, or one that is done."""

from collections.abc import Hashable

from nicegui import ui

from impasto.studio.page.parts import img, set_img, tool
from impasto.studio.page.view import DESK, View
from impasto.studio.routes import look_url, painting_url, source_url


def draw_canvas(view: View) -> None:
    """The region."""
    with ui.element("div").classes("title-line"):
        title = ui.label().classes("subject")
        state = ui.label().classes("hint")
        ui.space()
        before = tool("compare", "Compare with the photograph (arrow keys)", lambda: _toggle(view))
    with ui.element("div").classes("easel"):
        picture = img("picture", "")
        empty = ui.label().classes("empty")

    def draw() -> None:
        url, alt = _shown(view)
        picture.set_visibility(bool(url))
        empty.set_visibility(not url)
        empty.set_text(view.atelier.look.problem if view.subject == DESK else "nothing is painted yet")
        if url:
            set_img(picture, url, alt)
        title.set_text(_title(view))
        state.set_text(_state(view))
        before.classes(add="on" if view.before else "", remove="" if view.before else "on")

    def watching() -> Hashable:
        frames = view.work.frames if view.work else view.atelier.look.frames
        frames.watch()
        return (*_shown(view), _title(view), _state(view), view.before, view.atelier.look.problem)

    view.watch(watching, draw)


def _toggle(view: View) -> None:
    view.before = not view.before
    view.refresh()


def _shown(view: View) -> tuple[str, str]:
    """The address of the picture and its description; no address where there is nothing to see."""
    record, work = view.record, view.work
    if view.before:
        content = record.order.content if record else view.atelier.desk.contents.photograph
        if content is not None:
            return source_url(content.key), f"the photograph {content.name}"
    if record is None:
        frames = view.atelier.look.frames
        return (look_url(frames.version) if frames.jpeg else ""), "first look"
    if work is not None:
        return painting_url(record.id, "live", work.frames.version) if work.frames.jpeg else "", record.title
    return painting_url(record.id, "shown", record.version) if record.version else "", record.title


def _title(view: View) -> str:
    record = view.record
    return "First look" if record is None else record.title


def _state(view: View) -> str:
    record, work, look = view.record, view.work, view.atelier.look
    if record is None:
        return f"painting {look.done:.0%}" if look.busy else ""
    size = f"{record.size[0]} × {record.size[1]}" if record.size[0] else ""
    if work is not None:
        return size
    return " · ".join(one for one in (size, record.state, record.problem) if one)
