"""The files that a painting writes: numbered snapshots, checkpoints, the result, the cost curve."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from impasto.cli.job import PaintingJob, RunRecord, to_extra
from impasto.cli.plot import write_cost_curve
from impasto.distributed.join import process_info
from impasto.errors import CheckpointError, OutputError, PictureError, RankError
from impasto.files.atomic_write import remove_leftovers
from impasto.files.readable import fingerprint_of
from impasto.ui.checkpoint_pace import CHECKPOINT_SECONDS, CheckpointPace
from impasto.ui.formatting import resume_command

if TYPE_CHECKING:
    from impasto import Painting, Result, Step


Note = Callable[[str], None]
"""Tells the user something."""


class OutputWriter:
    """Writes the files of a painting while its steps are taken.

    record: what was written before, always up to date. note: says what went wrong but is not the end. replace: whether
    a file at the output may be replaced. own: whether this painting was begun before, so that its files may be there.
    """

    def __init__(self, job: PaintingJob, record: RunRecord, note: Note, *, replace: bool, own: bool):
        self.job, self.record = job, record
        self.resumable = own
        self._note = note
        self._replace, self._replace_own = replace, own or job.force
        self._pace = CheckpointPace(job.checkpoint_every, first=CHECKPOINT_SECONDS if own else 0)
        self._warned: set[str] = set()
        if process_info().rank == 0:
            for path in (job.output, job.checkpoint, *([job.plot] if job.plot else [])):
                remove_leftovers(path)

    def step(self, painting: "Painting", step: "Step") -> None:
        """Write what is due after this step."""
        if step.step == 1:
            self.record.scales.append((step.number, step.size[1], step.size[0]))
        if self.job.save_every and step.number % self.job.save_every == 0:
            self._try("snapshot", lambda: self._save_snapshot(painting, step.number))
        if self._is_due(painting, step.number):
            with self._pace.writing():
                self._try("checkpoint", lambda: self._save_checkpoint(painting))

    def finish(self, painting: "Painting") -> "Result":
        """Write the picture and the cost curve; the checkpoint has done its work then, and goes."""
        result = painting.result()
        self._write(painting, lambda: self._save(result), lambda: self._plot(result))
        with suppress(OSError):
            self.job.checkpoint.unlink(missing_ok=True)
        return result

    def stop(self, painting: "Painting") -> "Result":
        """Write the picture so far, and the checkpoint to go on from."""
        result = painting.result()

        def save() -> None:
            self._save(result)
            if process_info().rank == 0:
                digest = fingerprint_of(self.job.output, "result", PictureError)
                self.record.written = len(result.history), digest

        self._write(painting, save, lambda: self._plot(result))
        self._save_checkpoint(painting)
        return result

    def _write(self, painting: "Painting", *writings: Callable[[], None]) -> None:
        """Write all of these; when one fails, in any of several processes, save what can be saved and end everywhere.

        Raises OutputError where it failed, and RankError elsewhere.
        """
        failed: OutputError | None = None
        try:
            for write in writings:
                write()
        except OutputError as error:
            failed = error
        if not painting.anywhere(failed is not None):
            return
        with suppress(OutputError, CheckpointError):
            self._save_checkpoint(painting)
        if failed is None:
            raise RankError("another rank could not write its files", speaks=False)
        raise self._rescued(failed)

    def _save(self, result: "Result") -> None:
        result.save(self.job.output, overwrite=self._replace)

    def _plot(self, result: "Result") -> None:
        if self.job.plot and process_info().rank == 0:
            write_cost_curve(self.job.plot, result, self.record.scales, self._replace_own)

    def _is_due(self, painting: "Painting", number: int) -> bool:
        due = self._pace.due(number)
        return due if self.job.checkpoint_every is not None else painting.anywhere(due)

    def _save_checkpoint(self, painting: "Painting") -> None:
        painting.save_checkpoint(self.job.checkpoint, to_extra(self.job, self.record))
        self.resumable = True

    def _save_snapshot(self, painting: "Painting", number: int) -> None:
        painting.result().save(self.job.snapshot(number), overwrite=self._replace_own)

    def _try(self, what: str, write: Callable[[], None]) -> None:
        """A snapshot or checkpoint that cannot be written is no reason to lose the painting."""
        try:
            write()
        except OutputError as error:
            if what not in self._warned:
                self._note(f"a {what} is missing: {error}; the painting goes on")
            self._warned.add(what)

    def _rescued(self, error: OutputError) -> OutputError:
        """The error that ends a painting whose files cannot be written, once all is saved that can be."""
        if not self.resumable:
            return error
        again = resume_command(self.job.checkpoint)
        return OutputError(f"{error}; nothing is lost: go on with `{again}` (-o for another name)")
