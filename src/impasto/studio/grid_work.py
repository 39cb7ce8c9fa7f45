"""A grid of small pictures at work, as `impasto explore` paints it: in the queue like any painting."""

import shutil
from dataclasses import replace

import impasto
from impasto.errors import OutputError
from impasto.explore.grid import make_grid
from impasto.explore.paint import CellBegun, CellEnded, CellStepped, Explorer, Subject
from impasto.studio.library import save_small
from impasto.studio.work import Work


class GridWork(Work):
    """Like `Work`; weights cannot be changed, and the sheet is seen, with its pictures as they come into being."""

    def _run(self) -> None:
        record = self.record
        order = record.order
        arguments = order.arguments(self._library)
        guides = ("masks", "style_masks", "protect")
        where = {name: arguments[name] for name in guides if arguments[name]}
        subject = Subject(arguments["content"], tuple(arguments["style"]), where)
        grid = make_grid(order.vary, dict(order.named))
        self.note = "; ".join(grid.notes(subject.protects))
        explorer = Explorer(grid, subject, record.grid)
        record.size = (explorer.size[1], explorer.size[0])
        record.of_steps = len(explorer.grid.cells)
        self._meter.begin(record.seconds)
        self._paint_all(explorer)

    def _paint_all(self, explorer: Explorer) -> None:
        record = self.record
        for event in explorer:
            if isinstance(event, CellBegun):
                self.doing = f"picture {event.number} of {event.of}: {explorer.grid.title(event.cell)}"
                self.note = "; ".join(event.notes) or self.note
            elif isinstance(event, CellStepped):
                self.step = event.step
                record.done = event.done
                self._meter.step(replace(event.step, done=event.done))
                self.frames.show(explorer)
            elif isinstance(event, CellEnded):
                record.steps = explorer.done
                self.note = event.failed or self.note
                self._show(explorer)
            self._wait(self._save_record)
            if self._wish:
                break
        if self._wish:
            explorer.stop()
        if self._wish in ("discard", "close"):
            self._save_record()
            return
        self._show(explorer)
        record.state = "kept" if self._wish else "finished"
        record.done = record.done if self._wish else 1.0
        self._save_record()

    def _show(self, explorer: Explorer) -> None:
        """The sheet with what is finished, as the painting's picture."""
        record = self.record
        explorer.publish()
        try:
            shutil.copyfile(explorer.folder.sheet, record.picture)
            save_small(record.picture, record.home)
        except (OSError, impasto.PictureError) as error:
            raise OutputError(f"the sheet could not be saved ({error}): is the disk full?") from None
        record.picture_changed()
        self.frames.show(explorer, now=True)
        self._save_record()
