"""The page of an exploration: its cells, with all that is known of them."""

from collections.abc import Mapping

from impasto.explore.folder import ExplorationFolder
from impasto.explore.grid import Cell, Grid
from impasto.explore.subject import Subject
from impasto.pages.page import Command, missing, picture
from impasto.pages.page import write_page as write

NOTE = (
    "Choose a picture to see it whole, with its costs and settings. Costs are comparable between pictures only where "
    "layers, alpha, beta and size are the same."
)


def write_page(
    grid: Grid, folder: ExplorationFolder, subject: Subject, failed: Mapping[str, str], command: Command
) -> None:
    """Write index.html into the folder; an earlier one is replaced.

    grid: the cells.
    folder: where their pictures are.
    subject: what they are painted from.
    failed: why cells failed, by their names.
    command: the command line of a picture.
    Raises OutputError: it cannot be written.
    """

    def shown(cell: Cell) -> dict[str, object]:
        record, file, title = folder.record(cell), folder.file(cell), grid.title(cell)
        if record is None:
            why = failed.get(cell.name)
            return missing(cell, title, why) if why else missing(cell, title)
        return picture(cell, title, file, record, link=f"cells/{file.name}", command=command)

    write(
        folder.page,
        grid,
        [shown(cell) for cell in grid.cells],
        title=f"{subject.title}: {' and '.join(axis.name for axis in grid.axes)}",
        sources=subject.shown(),
        note=NOTE,
    )
