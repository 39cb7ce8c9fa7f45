"""What is kept of a painting: numbered stages, checkpoints, the result, the cost curve."""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.cli.job import CHECKPOINT_SECONDS, CHECKPOINT_SHARE, Job, SoFar, to_extra
from impasto.cli.messages import command, operand
from impasto.cli.plot import write_cost_curve
from impasto.distributed.process_info import place
from impasto.errors import CheckpointError, OutputError, RankError

if TYPE_CHECKING:
    from impasto.painting.loop import Step
    from impasto.painting.painting import Painting
    from impasto.painting.result import Result


class Keeper:
    """Listens to a painting's steps and writes files.

    replace: whether a file at the output may be replaced. own: whether this painting was begun before, so
    that its stages and plot may stand there already. note: where to say what went wrong but is not the end.
    """

    def __init__(
        self,
        job: Job,
        painting: "Painting",
        so_far: SoFar,
        note: Callable[[str], None],
        *,
        replace: bool,
        own: bool,
    ):
        self.job, self.painting, self.so_far = job, painting, so_far
        self.kept = own
        self._note = note
        self._replace, self._replace_own = replace, own or job.force
        self._due_at = time.monotonic() + (CHECKPOINT_SECONDS if own else 0)
        self._warned: set[str] = set()

    def step(self, step: "Step") -> None:
        """Keep what is due after this step."""
        if step.step == 1:
            self.so_far.scales.append((step.number, step.size[1], step.size[0]))
        if self.job.save_every and step.number % self.job.save_every == 0:
            self._try("stage", lambda: self._save_stage(step.number))
        if self._is_due(step.number):
            began = time.monotonic()
            self._try("checkpoint", self._keep)
            ended = time.monotonic()
            self._due_at = ended + max(CHECKPOINT_SECONDS, (ended - began) / CHECKPOINT_SHARE)

    def finish(self) -> "Result":
        """Write the picture and the cost curve; the checkpoint has done its work then, and goes."""
        result = self.painting.result()
        self._write(lambda: result.save(self.job.output, overwrite=self._replace), lambda: self._plot(result))
        with suppress(OSError):
            self.job.checkpoint.unlink(missing_ok=True)
        return result

    def stop(self) -> "Result":
        """Write the picture so far, and the checkpoint to go on from."""
        result = self.painting.result()

        def save() -> None:
            result.save(self.job.output, overwrite=self._replace)
            if place().rank == 0:
                self.so_far.written = (len(result.history), fingerprint(self.job.output))

        self._write(save, lambda: self._plot(result))
        self._keep()
        return result

    def resume_command(self) -> str:
        """What to type to go on."""
        return command(["impasto", "resume", operand(self.job.checkpoint)])

    def _write(self, *writings: Callable[[], None]) -> None:
        """All of these; when one fails, in any of several processes, keep what can be kept and end there everywhere.

        Raises OutputError where it failed, and RankError elsewhere.
        """
        failed: OutputError | None = None
        try:
            for write in writings:
                write()
        except OutputError as error:
            failed = error
        if not self.painting.anywhere(failed is not None):
            return
        with suppress(OutputError, CheckpointError):
            self._keep()
        if failed is None:
            raise RankError("another rank could not write its files", speaks=False)
        raise self._rescued(failed)

    def _plot(self, result: "Result") -> None:
        if self.job.plot and place().rank == 0:
            write_cost_curve(self.job.plot, result, self.so_far.scales, self._replace_own)

    def _is_due(self, number: int) -> bool:
        every = self.job.checkpoint_every
        if every is None:
            return self.painting.anywhere(time.monotonic() >= self._due_at)
        return every > 0 and number % every == 0

    def _keep(self) -> None:
        self.painting.save_checkpoint(self.job.checkpoint, to_extra(self.job, self.so_far))
        self.kept = True

    def _save_stage(self, number: int) -> None:
        self.painting.result().save(self.job.stage(number), overwrite=self._replace_own)

    def _try(self, what: str, write: Callable[[], None]) -> None:
        """A stage or checkpoint that cannot be written is no reason to lose the painting."""
        try:
            write()
        except OutputError as error:
            if what not in self._warned:
                self._note(f"a {what} is missing: {error}; the painting goes on")
            self._warned.add(what)

    def _rescued(self, error: OutputError) -> OutputError:
        """The error that ends a painting whose files cannot be written, once all is kept that can be."""
        if not self.kept:
            return error
        return OutputError(
            f"{error}; nothing is lost: go on with `{self.resume_command()}` (-o for another name)"
        )


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, in hex.

    Raises:
        OutputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OutputError(f"'{path}' cannot be read ({error.strerror}): check its permissions") from None
