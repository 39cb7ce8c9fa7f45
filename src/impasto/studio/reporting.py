"""The report of a painting: made once, and kept beside it."""

import impasto
from impasto.files.atomic_write import replacing
from impasto.studio.atelier import Atelier
from impasto.studio.record import Record


def make_report(atelier: Atelier, record: Record) -> str:
    """The report as a table in text; its page is written beside the picture as report.png.

    Raises PictureError, SettingsError, OutputError.
    """
    page, table = record.home / "report.png", record.home / "report.txt"
    library, order = atelier.library, record.order
    with atelier.measuring:  # another window may have asked for it already
        if not (page.exists() and table.exists()):
            style, _ = order.styles[0]
            found = impasto.report(record.picture, library.file(order.content), library.file(style))
            impasto.save_report(found, page, overwrite=True)
            with replacing(table, overwrite=True) as file:
                file.write(impasto.report_table(found).encode())
        return table.read_text(encoding="utf-8")
