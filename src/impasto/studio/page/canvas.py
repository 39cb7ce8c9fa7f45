"""The picture that is looked at, large: the first look, a painting while it is painted, or one that is done."""

from collections.abc import Hashable
from functools import partial

from nicegui import ui

from impasto.studio.components.picture_view import PictureView
from impasto.studio.look import LOOK_SIDE
from impasto.studio.page.parts import tool
from impasto.studio.page.report import draw_report
from impasto.studio.page.view import DESK, View
from impasto.studio.record import Record
from impasto.studio.routes import look_url, painting_url, source_url

_GROUP = "easel"


def draw_canvas(view: View) -> None:
    """Draw the picture that is looked at, with its title and tools."""
    with ui.element("div").classes("title-line"):
        title = ui.label().classes("subject")
        state = ui.label().classes("hint")
        ui.space()
        before = tool("compare", "Compare with the photograph (arrow keys)", lambda: view.flip("before"))
        with tool("vertical_split", "Side by side with another painting") as beside:
            draw_menu(view)
        report = tool("analytics", "The report: this painting, measured", lambda: view.flip("report"))
        fit = tool("fit_screen", "The whole picture (0)", lambda: picture.fit())
        actual = tool("crop_free", "Its actual size (1)", lambda: picture.actual_size())
    with ui.element("div").classes("easel"):
        with PictureView(label="picture").classes("picture") as picture:
            empty = ui.label().classes("empty")
        other = PictureView(label="the painting beside").classes("picture other")
        sheet = draw_report(view)

    def draw() -> None:
        record = view.record
        url, alt = _shown(view)
        # A sheet of many is not compared with the photograph.
        grid = record is not None and bool(record.order.vary)
        picture.set_source(url)
        picture.props["label"] = alt
        picture.set_before(_photograph(view) if view.before and url and not grid else None)
        empty.set_text("" if url else _why_empty(view))
        draw_other()
        reporting = view.report and _measurable(view)
        picture.set_visibility(not reporting)
        sheet.set_visibility(reporting)
        title.set_text("First look" if record is None else record.title)
        state.set_text(_state(view))
        before.set_visibility(bool(url) and not reporting and not grid)
        beside.set_visibility(bool(comparable(view)))
        report.set_visibility(_measurable(view))
        for one in (fit, actual):
            one.set_visibility(bool(url) and not reporting)
        for button, on in ((before, view.before), (beside, bool(view.beside)), (report, reporting)):
            button.classes(add="on" if on else "", remove="" if on else "on")

    def draw_other() -> None:
        record = view.atelier.queue.records.get(view.beside)
        other.set_visibility(record is not None and not view.report)
        for one in (picture, other):
            one.set_group(_GROUP if record else "")
        if record is not None:
            other.set_source(painting_url(record.id, "shown", record.version))
            other.props["label"] = record.title

    def watching() -> Hashable:
        frames = view.work.frames if view.work else view.atelier.look.frames
        frames.watch()
        chosen = view.subject, view.beside, view.before, view.report
        return *_shown(view), *chosen, _state(view), _why_empty(view), view.atelier.queue.version

    view.watch(watching, draw)


def _measurable(view: View) -> bool:
    record = view.record
    return record is not None and view.work is None and bool(record.version) and not record.order.vary


def _photograph(view: View) -> str | None:
    content = view.record.order.content if view.record else view.atelier.desk.contents.photograph
    return None if content is None else source_url(content.key)


def _shown(view: View) -> tuple[str, str]:
    """The address of the picture and its description; no address where there is nothing to see."""
    record, work = view.record, view.work
    if record is None:
        frames = view.atelier.look.frames
        return (look_url(frames.version) if frames.jpeg else ""), "the first look"
    if work is not None:
        live = painting_url(record.id, "live", work.frames.version)
        return (live if work.frames.jpeg else ""), record.title
    return (painting_url(record.id, "picture", record.version) if record.version else ""), record.title


def _why_empty(view: View) -> str:
    if view.subject == DESK:
        return view.atelier.look.problem or "the first look comes"
    record = view.record
    if record is None or view.work is not None:
        return "reading the pictures"
    return record.problem or "nothing is painted yet"


def _state(view: View) -> str:
    record, work, look = view.record, view.work, view.atelier.look
    if record is None:
        if look.busy:
            return f"painting, {look.done:.0%}"
        numbers = "" if look.precision == "float32" else f", in {look.precision}"
        return f"a sketch of {LOOK_SIDE} pixels{numbers}; Paint makes the whole" if look.frames.jpeg else ""
    parts = [_size(record)]
    if work is None:
        parts.append(record.summary)
    return " · ".join(one for one in parts if one)


def _size(record: Record) -> str:
    return f"{record.size[0]} × {record.size[1]}" if record.size[0] else ""


def comparable(view: View) -> list[Record]:
    """The paintings that can be laid beside the one that is looked at, newest first."""
    found = [one for one in view.atelier.queue.records.values() if one.version and one.id != view.subject]
    return sorted(found, key=lambda one: -one.created)


def draw_menu(view: View) -> None:
    """The menu that chooses the painting beside; it is drawn again whenever it is opened."""
    menu = ui.menu()

    def choose(id: str) -> None:
        view.beside = id
        menu.close()
        view.refresh()

    def fill() -> None:
        menu.clear()
        with menu:
            if view.beside:
                ui.menu_item("Only this one", partial(choose, ""))
            for record in comparable(view):
                ui.menu_item(f"{record.title}, {_size(record)}", partial(choose, record.id))

    menu.on("before-show", fill)
    view.watch(lambda: (view.subject, view.beside, view.atelier.queue.version), fill)
