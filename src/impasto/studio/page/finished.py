"""A painting that is not being painted now: its recipe, and what can be done with it."""

from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui

from impasto.errors import ImpastoError
from impasto.settings import LARGEST_DEFAULT_SIZE
from impasto.studio.library import Source
from impasto.studio.order import Order
from impasto.studio.page.parts import button, confirm, heading, tool
from impasto.studio.page.view import DESK, View, say, trying
from impasto.studio.record import Record
from impasto.studio.routes import FORMATS, bundle_url, download_url, painting_url, parts_of
from impasto.ui.commands import adjustment_texts, as_text
from impasto.ui.progress import duration

_MOST = 8  # adjustments that are listed; the picture's file has all


def draw_finished(view: View) -> None:
    """Draw the recipe and the actions; again when another painting is looked at, or this one has changed."""
    holder = ui.element("div").classes("stack")

    def draw() -> None:
        holder.clear()
        record = view.record
        if record is not None and view.work is None:
            with holder:
                _draw(view, record)

    def seen() -> Any:
        record = view.record
        return record and (record.id, record.state, record.version, record.problem, view.work is None)

    view.watch(seen, draw)


def _draw(view: View, record: Record) -> None:
    grid, painted = bool(record.order.vary), record.picture.exists()
    heading(record.title)
    if record.problem:
        ui.label(record.problem).classes("problem")
    if record.state in ("kept", "failed"):
        again = partial(trying, view.atelier.queue.again, record.id)
        button("Go on with it", again, "play_arrow", strong=True)
    if record.state == "waiting":
        ui.label("It waits for its turn.").classes("fact")
    if painted:
        _downloads(record, grid)
    if not grid:
        heading("From here")
    with ui.element("div").classes("actions"):
        if not grid:
            button("Paint again", lambda: _add(view, record.order), "replay", tip="The same once more")
        if painted and not grid:
            larger, start = partial(_larger, view, record), partial(trying, _start, view, record)
            button("Paint larger", larger, "zoom_in", tip="Twice the size, from this one")
            button("Start from this one", start, "flag", tip="The next painting begins with it")
        change = partial(trying, _change, view, record)
        button("Change and paint", change, "tune", tip="Lay its pictures and knobs on the desk")
        question = f"Delete {record.title}? The picture and all its files go."
        delete = partial(view.atelier.queue.remove, record.id)
        button("Delete", partial(confirm, question, "Delete it", "Keep it", delete), "delete_outline")
    if grid:
        heading("Varies")
        for text in record.order.vary:
            ui.label(text).classes("fact")
    else:
        _recipe(view, record)


def _downloads(record: Record, grid: bool) -> None:
    heading("Download")
    with ui.element("div").classes("actions"):
        if grid:
            _link("Sheet (PNG)", painting_url(record.id, "sheet", record.version))
            _link("Page (HTML)", painting_url(record.id, "page", record.version))
            return
        for format, depths in FORMATS.items():
            for bits in depths:
                words = format.upper() + (f" {bits} bit" if bits > 8 else "")
                _link(words, download_url(record.id, format, bits))
        _link("Everything (ZIP)", bundle_url(record.id))


def _link(text: str, url: str) -> None:
    with ui.element("a").classes("download") as link:
        link._props["href"] = url
        link._props["target"] = "_blank"  # where a line says why, if it cannot be had
        ui.label(text)


def _recipe(view: View, record: Record) -> None:
    settings = record.order.settings
    rows = [("recipe", settings.recipe)]
    rows += [(name.replace("_", " "), as_text(value)) for name, value in settings.changed().items()]
    texts = adjustment_texts(record.adjustments)
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    rows += [("adjusted", ", ".join(texts[:_MOST]) + more)] if texts else []
    rows += [("steps taken", str(record.steps))] if record.steps else []
    rows += [("painted in", duration(record.seconds))] if record.seconds else []
    heading("Recipe")
    with ui.element("dl").classes("recipe"):
        for name, value in rows:
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(value)
    if not record.picture.exists():
        return
    try:
        command = parts_of(view.atelier, record)[1]
    except ImpastoError:
        return
    if record.state == "kept":
        ui.label("On the command line it is painted to the end:").classes("hint")
    with ui.element("div").classes("row"):
        ui.label(command).classes("command")
        tool("content_copy", "Copy the command that paints it again", lambda: ui.clipboard.write(command))


def _add(view: View, order: Order) -> None:
    made = trying(view.atelier.queue.add, order)
    if made:
        view.show(made.id)


def _larger(view: View, record: Record) -> None:
    source = trying(_as_start, view, record)
    if source:
        size = 2 * max(record.size or (LARGEST_DEFAULT_SIZE,))
        order = record.order.at(size=size, start=source.name, start_scale="last")
        _add(view, replace(order, start=source))


def _as_start(view: View, record: Record) -> Source:
    return view.atelier.library.add_copy(record.picture, f"{record.file_name}.png", "start picture")


def _start(view: View, record: Record) -> None:
    view.atelier.desk.take_order(record.order, _as_start(view, record))
    say("The next painting starts from this one")
    view.show(DESK)  # which takes the button away that was pressed


def _change(view: View, record: Record) -> None:
    view.atelier.desk.take_order(record.order, record.order.start)
    view.show(DESK)
