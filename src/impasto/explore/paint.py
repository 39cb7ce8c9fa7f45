"""An exploration while it is painted: an iterator of events that can be stopped, and gone on with."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import impasto
from impasto.errors import CheckpointError, CostError, SettingsError
from impasto.explore.folder import Folder
from impasto.explore.grid import Cell, Grid
from impasto.explore.page import write_page
from impasto.explore.subject import Subject
from impasto.pages.sheet import write_sheet


@dataclass(frozen=True)
class Begun:
    """A picture is begun, or gone on with: the `number`th, from 1, of `of` that were not finished.

    notes: how its memory makes it depart from its settings, see `Painting.notes`.
    """

    cell: Cell
    number: int
    of: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Stepped:
    """A step of the picture at work. done: part of the whole exploration's work, 0 to 1."""

    cell: Cell
    step: "impasto.Step"
    done: float


@dataclass(frozen=True)
class Ended:
    """A picture is finished and written; or failed, and why: its cost was no finite number."""

    cell: Cell
    failed: str | None = None


Event = Begun | Stepped | Ended


@dataclass(frozen=True)
class _Job:
    """A picture to paint, and how much work it is beside others: steps times pixels."""

    cell: Cell
    work: int


class Explorer:
    """Iterate over it to paint what is not finished; then, or after `stop`, `publish` the sheet and the page.

    path: the folder, see `folder.py`; it is made here, once it is sure that every picture can be begun. anew: whether
        what was explored there before may go.
    Raises OutputError for a folder that holds something else; PictureError for a picture or mask that cannot be read;
    SettingsError for paintings and masks that do not go together, for a size that is too small for a cell's layers, or
    when several processes are to paint together.
    """

    def __init__(self, grid: Grid, subject: Subject, path: Path, *, anew: bool = False):
        self.grid, self.subject, self.folder = grid, subject, Folder(path)
        self._content = impasto.read_picture(subject.content, role="content picture")
        self._styles = [
            (impasto.read_picture(file, role="style picture"), weight) for file, weight in subject.styles
        ]
        self._stylizer = impasto.Stylizer(grid.cells[0].settings)
        if not self._stylizer.alone:
            raise SettingsError("an exploration is painted in one process: start it without torchrun")
        self._at_work: tuple[Cell, impasto.Painting] | None = None
        paintings = [self._look_at(cell) for cell in grid.cells]
        self.size = paintings[0][1]
        self.folder.begin(self._about(paintings[0][0]["inputs"]), anew)
        self.todo = [
            _Job(cell, work)
            for cell, (recipe, _, work) in zip(grid.cells, paintings, strict=True)
            if not self.folder.finished(cell, recipe)
        ]
        for job in self.todo:
            self.folder.forget(job.cell)
            if anew:
                self.folder.checkpoint(job.cell).unlink(missing_ok=True)
        self.failed: dict[str, str] = {}

    def __iter__(self) -> Iterator[Event]:
        whole, before = sum(job.work for job in self.todo), 0
        for number, job in enumerate(self.todo, 1):
            try:
                for event in self._paint(job.cell, number):
                    if isinstance(event, Stepped):
                        event = Stepped(event.cell, event.step, (before + job.work * event.done) / whole)
                    yield event
            except CostError as error:  # the other pictures can be painted all the same
                self.failed[job.cell.name] = str(error)
                yield Ended(job.cell, str(error))
            self._at_work = None
            before += job.work

    def stop(self) -> None:
        """Keep the picture at work as far as it got, so that the next exploration goes on from there.

        Raises OutputError when it cannot be written.
        """
        if self._at_work is not None:
            cell, painting = self._at_work
            painting.save_checkpoint(self.folder.checkpoint(cell), {"program": "impasto explore"})

    @property
    def done(self) -> int:
        """How many pictures of the grid are finished."""
        return sum(self.folder.told(cell) is not None for cell in self.grid.cells)

    def publish(self, command: Callable[[Mapping[str, Any], Path], str]) -> None:
        """Write the contact sheet and the page, with what is finished.

        command: the command line that paints the picture of a recipe into a file.
        Raises OutputError when one of them cannot be written.
        """
        write_sheet(self.folder.sheet, self.grid, self._file, self.subject.title)
        write_page(self.grid, self.folder, self.subject, self.failed, command)

    def _file(self, cell: Cell) -> Path | None:
        return None if self.folder.told(cell) is None else self.folder.file(cell)

    def _look_at(self, cell: Cell) -> tuple[dict[str, Any], tuple[int, int], int]:
        """A cell's recipe, its size (height, width), and its work; raises what beginning it would raise."""
        if cell.settings.colour == "only":
            result = self._recolored(cell)
            height, width = result.image.shape[-2:]
            return dict(result.metadata), (height, width), 0
        painting = self._painting(cell)
        height, width = painting.size
        return painting.metadata, painting.size, painting.steps * height * width

    def _about(self, inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What must stay the same for finished pictures to be kept; inputs: of a picture's recipe.

        The picture that it starts from is a setting, and may be varied.
        """
        given = {role: one for role, one in inputs.items() if role != "start"}
        weights = {role: one["weight"] for role, one in given.items() if "weight" in one}
        return {
            "pictures": {role: one["fingerprint"] for role, one in given.items()},
            **({"weights": weights} if weights else {}),
            "settings": self.grid.base.as_dict(),
            "varied settings": [axis.name for axis in self.grid.axes],
        }

    def _paint(self, cell: Cell, number: int) -> Iterator[Event]:
        if cell.settings.colour == "only":
            yield Begun(cell, number, len(self.todo), ())
            self.folder.keep(cell, self._recolored(cell))
            yield Ended(cell)
            return
        painting = self._begun(cell)
        yield Begun(cell, number, len(self.todo), tuple(painting.notes))
        for step in painting:
            self._at_work = cell, painting
            yield Stepped(cell, step, step.done)
        self.folder.keep(cell, painting.result())
        self._at_work = None
        yield Ended(cell)

    def _recolored(self, cell: Cell) -> "impasto.Result":
        """The picture of a cell in which nothing is painted; raises SettingsError for regions."""
        where = {name: one for name, one in self.subject.where.items() if one}
        if set(where) - {"protect"}:
            raise SettingsError(
                "colour only paints nothing, so that regions have no meaning: vary colour without "
                + ", ".join(sorted(set(where) - {"protect"}))
            )
        fields = {name: getattr(cell.settings, name) for name in ("size", "bits", "protect_strength")}
        return impasto.recolor(self._content, self._styles, **where, **fields)

    def _begun(self, cell: Cell) -> "impasto.Painting":
        """From where it was stopped, if it was; a checkpoint of another painting is of no use."""
        kept = self.folder.checkpoint(cell)
        if kept.exists():
            try:
                return self._painting(cell, impasto.load_checkpoint(kept))
            except CheckpointError:
                pass
        return self._painting(cell)

    def _painting(self, cell: Cell, resume: Any = None) -> "impasto.Painting":
        self._stylizer = self._stylizer.varied(cell.settings)
        return self._stylizer.paint(self._content, self._styles, resume=resume, **self.subject.where)
