"""The report's measures of every picture of a batch, as one table: a row for each picture."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import impasto
from impasto.batch.job import Job
from impasto.batch.work import Painter
from impasto.files.atomic_write import replacing

NAME = "report.csv"


def measure(painter: Painter, job: Job) -> dict[str, float]:
    """Every number of the report of a finished picture, by measure, row and column; without the identity test.

    Of several paintings that are blended, the first one counts.
    Raises PictureError, SettingsError, WeightsError: as `impasto.report`.
    """
    encoder = painter.encoder(impasto.Settings.from_dict(dict(job.settings)))
    report = impasto.report(job.output, job.content, job.styles[0][0], encoder=encoder, identity=False)
    return {
        " ".join(filter(None, (one.name, row, column))): float(value)
        for one in report.measures
        for row, columns in one.values.items()
        for column, value in columns.items()
    }


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the table; an earlier one is replaced. A column for everything that some row has, in order.

    Raises OutputError: it cannot be written.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    with replacing(path, overwrite=True) as file:
        file.write(text.getvalue().encode())
