"""The report of a painting as a sheet over the canvas: measured when it is first asked for, and kept."""

from collections.abc import Hashable

from nicegui import run, ui
from nicegui.element import Element

from impasto.errors import ImpastoError
from impasto.studio.page.parts import img, set_img
from impasto.studio.page.view import View
from impasto.studio.reporting import make_report
from impasto.studio.routes import painting_url


def draw_report(view: View) -> Element:
    """The sheet, which the canvas shows and hides."""
    with ui.element("div").classes("sheet") as sheet:
        told = ui.label().classes("empty")
        page = img("report", "The report as a page of pictures and curves")
        table = ui.element("pre").classes("table")
        with table:
            text = ui.label()

    async def draw() -> None:
        record = view.record
        page.set_visibility(False)
        table.set_visibility(False)
        if record is None or not view.report or not record.version or view.work is not None:
            return
        told.set_text("measuring …")
        try:
            words = await run.io_bound(make_report, view.atelier, record)
        except ImpastoError as error:
            told.set_text(str(error))
            return
        if view.record is not record:
            return
        told.set_text("")
        set_img(page, painting_url(record.id, "report", record.version))
        text.set_text(words or "")
        page.set_visibility(True)
        table.set_visibility(True)

    def seen() -> Hashable:
        return view.subject, view.report, view.record and view.record.version

    view.watch(seen, lambda: ui.timer(0, draw, once=True))
    return sheet
