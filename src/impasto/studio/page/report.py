"""The report of a painting as a sheet over the canvas: measured when it is first asked for, and saved."""

from collections.abc import Hashable

from nicegui import run, ui
from nicegui.element import Element

from impasto.studio.page.parts import img, set_img
from impasto.studio.page.view import View
from impasto.studio.reporting import make_report
from impasto.studio.routes import painting_url
from impasto.studio.trouble import in_words

_MEASURING = (
    "This painting is being measured beside its photograph and its painting, once. It takes half a minute or more, and "
    "longer while another painting is painted. You can go on meanwhile."
)


def draw_report(view: View) -> Element:
    """The sheet, which the canvas shows and hides."""
    with ui.element("div").classes("sheet") as sheet:
        with ui.element("div").classes("measuring").props("role=status") as measuring:
            ui.spinner(size="1.6em")
            ui.label(_MEASURING)
        problem = ui.label().classes("problem")
        with ui.element("div") as found:
            page = img("report", "The report as a page of pictures and curves")
            with ui.element("pre").classes("table"):
                table = ui.label()

    def show(*shown: Element) -> None:
        for one in (measuring, problem, found):
            one.set_visibility(one in shown)

    async def draw() -> None:
        show()
        record = view.record
        if record is None or not view.report or not record.version or view.work is not None:
            return
        show(measuring)
        try:
            words = await run.io_bound(make_report, view.atelier, record)
        except Exception as error:  # noqa: BLE001 - the page stays
            words, line = "", record.order.with_file_names(in_words(error), view.atelier.library)
            problem.set_text(f"It could not be measured: {line}")
        if view.record is not record:
            return
        if words:
            set_img(page, painting_url(record.id, "report", record.version))
            table.set_text(words)
        show(found if words else problem)

    def seen() -> Hashable:
        return view.subject, view.report, view.record and view.record.version

    view.watch(seen, lambda: ui.timer(0, draw, once=True))
    return sheet
