"""The report of a painting: made once, and stored next to it."""

import shutil

import impasto
from impasto.files.atomic_write import replacing
from impasto.studio.atelier import Atelier
from impasto.studio.record import Record


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
