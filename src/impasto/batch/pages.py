"""Contact sheets and pages of a finished batch, of so many pictures each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from os.path import relpath
from pathlib import Path
from typing import Any, NamedTuple

from impasto.batch.job import Job
from impasto.inputs.style_sources import joined_names
from impasto.pages.page import missing, picture, write_page
from impasto.pages.sheet import Cell, Grid, write_sheet

MOST = 240  # pictures on one page and on one sheet
MOST_PAGES = 40  # pages at most: nobody looks at more, and the journal has all
LARGEST = 512  # long side in pixels of a picture on the page; a click leads to the file
_MOST_ACROSS, _IN_A_ROW = 12, 6
NOTE = "Choose a picture to see it larger, with its costs and settings; that one leads to the file itself."


class Side(NamedTuple):
    """A direction of the grid."""

    name: str
    labels: Sequence[str]


@dataclass(frozen=True)
class JobCell(Cell):
    """The cell of one job."""

    job: Job


@dataclass(frozen=True)
class JobGrid(Grid):
    """Jobs as a grid: paintings across and photographs down where there is one for each; otherwise all in rows."""

    cells: tuple[JobCell, ...]


def publish(
    jobs: Sequence[Job], folder: Path, records: Mapping[str, Mapping[str, Any]], failed: Mapping[str, str]
) -> list[Path]:
    """Write sheet.png and index.html, sheet-2.png and so on where there are many pictures, and return the pages.

    jobs: all of the batch, not nothing. records: of each finished picture, by name, what the journal says. failed: why
    others failed. Raises OutputError: one of them cannot be written.
    """

    def file(cell: JobCell) -> Path | None:
        return Path(cell.job.output) if cell.job.name in records else None

    parts = _parts(jobs)[:MOST_PAGES]
    pages = [folder / ("index.html" if i == 0 else f"index-{i + 1}.html") for i in range(len(parts))]
    for i, (part, page) in enumerate(zip(parts, pages, strict=True)):
        grid = make_grid(part)
        title = _title(part) if len(parts) == 1 else f"{_title(part)}, part {i + 1} of {len(parts)}"
        sheet = folder / ("sheet.png" if i == 0 else f"sheet-{i + 1}.png")
        write_sheet(sheet, grid, file, title)
        others = [(f"Part {number}", other.name) for number, other in enumerate(pages, 1)]
        # The files of other jobs may be no pictures.
        photos, paintings = _files([job for job in part if job.name in records])
        write_page(
            page,
            grid,
            [_shown(cell, folder, records, failed) for cell in grid.cells],
            title=title,
            sources=[(Path(path), Path(path).name) for path in photos + paintings],
            note=NOTE,
            others=others if len(parts) > 1 else (),
        )
    return pages


def make_grid(jobs: Sequence[Job]) -> JobGrid:
    """The grid of some jobs."""
    by_pair = {(job.content, " + ".join(path for path, _ in job.styles)): job for job in jobs}
    photos, paintings = (list(dict.fromkeys(names)) for names in zip(*by_pair, strict=True))
    if len(by_pair) == len(jobs) == len(photos) * len(paintings) and 1 < len(paintings) <= _MOST_ACROSS:
        names, heads = _short(photos), _short(paintings)
        cells = [
            JobCell((heads[across], names[down]), paintings.index(across), photos.index(down), _id(job), job)
            for down in photos
            for across in paintings
            for job in [by_pair[down, across]]
        ]
        sides = Side("painting", list(heads.values())), Side("photograph", list(names.values()))
        return JobGrid(sides, tuple(cells))
    across = min(_IN_A_ROW, len(jobs))
    labels = [Path(job.name).stem for job in jobs]
    pairs = enumerate(zip(jobs, labels, strict=True))
    places = [JobCell((label,), i % across, i // across, _id(job), job) for i, (job, label) in pairs]
    return JobGrid((Side("picture", labels),), tuple(places))


def _parts(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs for one page each; all of one photograph stand together."""
    by_photo: dict[str, list[Job]] = {}
    for job in jobs:
        by_photo.setdefault(job.content, []).append(job)
    parts: list[list[Job]] = [[]]
    for alike in by_photo.values():
        for i in range(0, len(alike), MOST):
            some = alike[i : i + MOST]
            if len(parts[-1]) + len(some) > MOST:
                parts.append([])
            parts[-1] += some
    return parts


def _shown(
    cell: JobCell, folder: Path, records: Mapping[str, Mapping[str, Any]], failed: Mapping[str, str]
) -> dict[str, Any]:
    job, known = cell.job, records.get(cell.job.name)
    if known is None:
        return missing(cell, job.name, failed.get(job.name))
    file = Path(job.output)
    link = Path(relpath(file, folder)).as_posix()
    return picture(cell, job.name, file, known, link=link, largest=LARGEST)


def _files(jobs: Sequence[Job]) -> tuple[list[str], list[str]]:
    """The photographs and the paintings of some jobs, each once."""
    paintings = dict.fromkeys(path for job in jobs for path, _ in job.styles)
    return list(dict.fromkeys(job.content for job in jobs)), list(paintings)


def _title(jobs: Sequence[Job]) -> str:
    first, second = (joined_names([Path(one).name for one in some]) for some in _files(jobs))
    return f"{first} in the manner of {second}"


def _short(paths: Sequence[str]) -> dict[str, str]:
    """A label for each: the names without folders and suffixes, where these tell them apart."""
    stems = {path: " + ".join(Path(one).stem for one in path.split(" + ")) for path in paths}
    return stems if len(set(stems.values())) == len(paths) else {path: path for path in paths}


def _id(job: Job) -> str:
    """Good in a link, and no other job's."""
    digest = sha256(job.name.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9._-]', '-', job.name)}-{digest}"
