"""The report of a painting as a sheet over the canvas: measured when it is first asked for, and saved."""

import shutil
from collections.abc import Hashable

from nicegui import run, ui
from nicegui.element import Element

import impasto
from impasto.files.atomic_write import replacing
from impasto.studio.atelier import Atelier
from impasto.studio.page.parts import img, set_img
from impasto.studio.page.view import View
from impasto.studio.record import Record
from impasto.studio.routes import painting_url

_MEASURING = (
    "This painting is being measured beside its photograph and its painting, once. It takes half a minute or more, and "
    "longer while another painting is painted. You can go on meanwhile."
)


def draw_report(view: View) -> Element:
    """Draw the report, and return it: the canvas shows and hides it."""
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
            words, line = "", record.order.explained(error, view.atelier.library)
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


def make_report(atelier: Atelier, record: Record) -> str:
    """The report as a table in text; its page is written next to the picture as report.png.

    Raises PictureError, SettingsError, OutputError, OSError.
    """
    page, table = record.home / "report.png", record.home / "report.txt"
    with atelier.measuring:  # another window may have asked for it already
        if not (page.exists() and table.exists()):
            found = _measured(atelier, record)
            impasto.save_report(found, page, overwrite=True)
            with replacing(table, overwrite=True) as file:
                file.write(impasto.report_table(found).encode())
        return table.read_text(encoding="utf-8")


def _measured(atelier: Atelier, record: Record) -> "impasto.Report":
    """The report of a copy that has the name under which the picture is downloaded."""
    library, order = atelier.library, record.order
    style, _ = order.styles[0]
    copy = atelier.folder.incoming / f"{record.file_name}.png"
    try:
        shutil.copyfile(record.picture, copy)
        return impasto.report(copy, library.file(order.content), library.file(style))
    finally:
        copy.unlink(missing_ok=True)
