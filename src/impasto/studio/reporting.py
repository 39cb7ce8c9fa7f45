"""The report of a painting: made once, and kept beside it."""

import impasto
from impasto.files.atomic_write import replacing
from impasto.studio.atelier import Atelier
from impasto.studio.record import Record


def make_report(atelier: Atelier, record: Record) -> str:
    """The report as a table in text; its page is written beside the picture as report.png.

    Raises PictureError, OutputError.
    """
    page, table = record.home / "report.png", record.home / "report.txt"
    if page.exists() and table.exists():
        return table.read_text(encoding="utf-8")
    library, order = atelier.library, record.order
    found = impasto.report(record.picture, library.file(order.content), library.file(order.styles[0][0]))
    impasto.save_report(found, page, overwrite=True)
    words = impasto.report_table(found)
    with replacing(table, overwrite=True) as file:
        file.write(words.encode())
    return words
