"""An exploration while it is painted: an iterator of events that can be stopped, and gone on with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

import impasto
from impasto.batch.cluster import most_concurrent, patience, workers_for
from impasto.batch.engine import Ended, Engine
from impasto.batch.engine import Event as JobEvent
from impasto.batch.job import Job
from impasto.batch.plan import share_out
from impasto.batch.task import Task
from impasto.batch.work import Painter, Work
from impasto.batch.worker import paint_picture
from impasto.distributed.join import process_info
from impasto.errors import CostError, SettingsError
from impasto.explore.folder import ExplorationFolder
from impasto.explore.grid import Cell, Grid
from impasto.inputs.style_sources import joined_names
from impasto.pages.page import missing, picture, write_page
from impasto.pages.pixels import shrunk, thumbnail
from impasto.pages.sheet import draw_sheet, write_sheet
from impasto.ui.guides import Where, files_of

_NOTE = (
    "Choose a picture to see it whole, with its costs and settings. Costs are comparable between pictures only where "
    "layers, alpha, beta and size are the same."
)


@dataclass(frozen=True)
class Subject:
    """The files that every picture of a grid is painted from.

    styles: the paintings with their weights. where: what else `Stylizer.paint` takes, by its arguments' names.
    """

    content: Path
    styles: tuple[tuple[Path, float], ...]
    where: Where = field(default_factory=dict)

    @property
    def manner(self) -> str:
        """The paintings, in words."""
        return joined_names([path.name for path, _ in self.styles])

    @property
    def title(self) -> str:
        """The photograph and the paintings, as a title."""
        return f"{self.content.name} in the manner of {self.manner}"

    @property
    def protects(self) -> bool:
        """Whether a part of the photograph stays as it is."""
        return self.where.get("protect") is not None

    def shown(self) -> list[tuple[Path, str]]:
        """Every file, with the words to show it under."""
        found = [(self.content, self.content.name)]
        for path, weight in self.styles:
            found.append((path, path.name if weight == 1 else f"{path.name}, weight {weight:g}"))
        return found + [(path, f"{path.name} ({role})") for role, path in files_of(self.where).items()]


@dataclass(frozen=True)
class CellBegun:
    """A picture is begun, or gone on with: the `number`th, from 1, of `of` that were not finished.

    notes: how its memory makes it depart from its settings, see `Painting.notes`.
    """

    cell: Cell
    number: int
    of: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class CellStepped:
    """A step of the picture at work. done: part of the whole exploration's work, 0 to 1."""

    cell: Cell
    step: "impasto.Step"
    done: float


@dataclass(frozen=True)
class CellEnded:
    """A picture is finished and written; or failed, and why: its cost was no finite number."""

    cell: Cell
    failed: str | None = None


Event = CellBegun | CellStepped | CellEnded


class Explorer:
    """Iterate over it to paint what is not finished; then, or after `stop`, `publish` the sheet and the page.

    path: the folder, see `folder.py`; it is made here, once it is sure that every picture can be begun. replace:
    whether what was explored there before may go. Raises OutputError for a folder that holds something else,
    SettingsError when several processes are to paint together, and what `Stylizer.paint` raises.
    """

    def __init__(self, grid: Grid, subject: Subject, path: Path, *, replace: bool = False):
        if process_info().size > 1:
            raise SettingsError("an exploration shares out its pictures by itself: start it without torchrun")
        self.grid, self.subject, self.folder = grid, subject, ExplorationFolder(path)
        self._painter = Painter()
        self._at_work: Work | None = None
        self._engine: Engine | None = None
        looks = [self._work(cell) for cell in grid.cells]
        self.size = looks[0].size
        self.folder.begin(self._about(looks[0].metadata["inputs"]), replace)
        self.todo: list[Cell] = []
        self._amounts: dict[str, int] = {}
        for cell, look in zip(grid.cells, looks, strict=True):
            if self.folder.finished(cell, look.metadata):
                continue
            self.todo.append(cell)
            self._amounts[cell.name] = look.steps * look.size[0] * look.size[1]
            self.folder.forget(cell)
            if replace:
                self.folder.checkpoint(cell).unlink(missing_ok=True)
        self.failed: dict[str, str] = {}

    def __iter__(self) -> Iterator[Event]:
        whole, before = sum(self._amounts.values()), 0
        for number, cell in enumerate(self.todo, 1):
            failed, amount = None, self._amounts[cell.name]
            try:
                work = self._work(cell)
                yield CellBegun(cell, number, len(self.todo), work.notes)
                for step in work:
                    self._at_work = work
                    yield CellStepped(cell, step, (before + amount * step.done) / whole)
                self.folder.note(cell, work.finish())
            except CostError as error:  # the other pictures can be painted all the same
                failed = self.failed[cell.name] = str(error)
            self._at_work = None
            yield CellEnded(cell, failed)
            before += amount

    def on_workers(self, workers: int) -> Iterator[JobEvent]:
        """Paint what is not finished, so many pictures at the same time, and yield the events of the batch's engine.

        Raises BatchError when the workers do not start, or dask.distributed is not installed.
        """
        cells = {cell.name: cell for cell in self.todo}
        jobs = [self._job(cell) for cell in cells.values()]
        if not jobs:
            return
        with workers_for(None, lambda: share_out(jobs, workers)) as client:
            concurrent = most_concurrent(client)
            self._engine = Engine(client, patience(None))
            data = {job.name: {"job": job.as_data(), "concurrent": concurrent} for job in jobs}
            for event in self._engine.run(Task(name, paint_picture, one) for name, one in data.items()):
                if isinstance(event, Ended) and event.failed is not None:
                    self.failed[event.task.name] = event.failed
                elif isinstance(event, Ended) and not event.stopped:
                    self.folder.note(cells[event.task.name], event.result)
                yield event

    def stop(self) -> None:
        """Save the pictures at work as far as they got, so that the next exploration goes on from there.

        Raises OutputError when one cannot be written.
        """
        if self._engine is not None:
            self._engine.stop()
        if self._at_work is not None:
            self._at_work.save()

    @property
    def done(self) -> int:
        """How many pictures of the grid are finished."""
        return sum(self.folder.record(cell) is not None for cell in self.grid.cells)

    def publish(self) -> None:
        """Write the contact sheet and the page, with what is finished. Raises OutputError."""
        write_sheet(self.folder.sheet, self.grid, self._file, self.subject.title)
        write_page(
            self.folder.page,
            self.grid,
            [self._shown(cell) for cell in self.grid.cells],
            title=f"{self.subject.title}: {' and '.join(axis.name for axis in self.grid.axes)}",
            sources=self.subject.shown(),
            note=_NOTE,
        )

    def _shown(self, cell: Cell) -> dict[str, Any]:
        record, file, title = self.folder.record(cell), self.folder.file(cell), self.grid.title(cell)
        if record is None:
            return missing(cell, title, self.failed.get(cell.name))
        return picture(cell, title, file, record, link=f"cells/{file.name}")

    def preview(self, long_side: int) -> np.ndarray:
        """The contact sheet as it is now, with the picture at work: RGB uint8 [h, w, 3], of at most this side."""

        def seen(cell: Cell, side: int) -> pyvips.Image | None:
            file, work = self._file(cell), self._at_work
            if file is not None:
                return thumbnail(file, side)
            pixels = work.preview(side) if work is not None and work.job.name == cell.name else None
            if pixels is None or work is None:
                return None
            # Coarse scales are enlarged, so that nothing moves.
            height, width = shrunk(work.size, side)
            small = pyvips.Image.new_from_array(pixels, interpretation="srgb")
            return small.thumbnail_image(width, height=height, size="force")

        sheet = draw_sheet(self.grid, seen, self.subject.title)
        small = sheet.thumbnail_image(long_side, height=long_side, size="down")
        return np.asarray(small.numpy())

    def _file(self, cell: Cell) -> Path | None:
        return None if self.folder.record(cell) is None else self.folder.file(cell)

    def _about(self, inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The data that must stay the same for finished pictures to be reused; inputs: of a picture's metadata.

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

    def _work(self, cell: Cell) -> Work:
        """A cell's picture, to look at or to paint; raises what beginning it raises."""
        return Work(self._painter, self._job(cell))

    def _job(self, cell: Cell) -> Job:
        """A cell as any worker of this machine can paint it."""
        return Job(
            name=cell.name,
            content=str(self.subject.content),
            styles=tuple((str(path), weight) for path, weight in self.subject.styles),
            output=str(self.folder.file(cell)),
            unfinished=str(self.folder.checkpoint(cell).with_suffix("")),
            settings=cell.settings.as_dict(),
            where=self.subject.where,
            force=True,
        )
