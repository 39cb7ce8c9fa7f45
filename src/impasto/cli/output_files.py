"""The files that a painting writes: numbered snapshots, checkpoints, the result, the cost curve."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.cli.job import PaintingJob, RunRecord, to_extra
from impasto.distributed.join import process_info
from impasto.errors import CheckpointError, OutputError, PictureError, RankError
from impasto.files.atomic_write import remove_leftovers
from impasto.files.figure import check_figure, save_figure
from impasto.files.readable import fingerprint_of
from impasto.ui.checkpoint_pace import CHECKPOINT_SECONDS, CheckpointPace
from impasto.ui.commands import resume_command

if TYPE_CHECKING:
    from impasto import Painting, Result, Step


class OutputWriter:
    """Writes the files of a painting while its steps are taken.

    record: what was written before, always up to date. note: says what went wrong but is not the end. resumed: whether
    this painting was begun before, so that its files may be there.
    """

    def __init__(self, job: PaintingJob, record: RunRecord, note: Callable[[str], None], *, resumed: bool):
        self.job, self.record = job, record
        self.resumable = resumed
        self._note = note
        self._replace = resumed or job.force
        self._pace = CheckpointPace(job.checkpoint_every, first=CHECKPOINT_SECONDS if resumed else 0)
        self._warned: set[str] = set()
        if process_info().rank == 0:
            for path in (job.output, job.checkpoint, *([job.plot] if job.plot else [])):
                remove_leftovers(path)

    def step(self, painting: "Painting", step: "Step") -> None:
        """Write what is due after this step."""
        if step.step == 1:
            self.record.scales.append((step.number, step.size[1], step.size[0]))
        if self.job.save_every and step.number % self.job.save_every == 0:
            file = self.job.snapshot(step.number)
            self._try("snapshot", lambda: painting.result().save(file, overwrite=self._replace))
        due = self._pace.due(step.number)
        # By the clock, processes that paint together have to agree.
        if due if self.job.checkpoint_every is not None else painting.anywhere(due):
            with self._pace.writing():
                self._try("checkpoint", lambda: self._save_checkpoint(painting))

    def finish(self, painting: "Painting") -> "Result":
        """Write the picture and the cost curve; the checkpoint has done its work then, and goes."""
        result = self._write(painting, finished=True)
        with suppress(OSError):
            self.job.checkpoint.unlink(missing_ok=True)
        return result

    def stop(self, painting: "Painting") -> "Result":
        """Write the picture so far, and the checkpoint to go on from."""
        result = self._write(painting, finished=False)
        self._save_checkpoint(painting)
        return result

    def _write(self, painting: "Painting", *, finished: bool) -> "Result":
        """Write the picture and the cost curve.

        When one fails, in any of several processes, what can be saved is saved, and all end. Raises OutputError where
        it failed, and RankError elsewhere.
        """
        result, first = painting.result(), process_info().rank == 0
        failed: OutputError | None = None
        try:
            result.save(self.job.output, overwrite=self._replace)
            if first and not finished:
                digest = fingerprint_of(self.job.output, "result", PictureError)
                self.record.written = len(result.history), digest
            if first and self.job.plot:
                write_cost_curve(self.job.plot, result, self.record.scales, self._replace)
        except OutputError as error:
            failed = error
        if not painting.anywhere(failed is not None):
            return result
        with suppress(OutputError, CheckpointError):
            self._save_checkpoint(painting)
        if failed is None:
            raise RankError("another rank could not write its files", speaks=False)
        raise self._rescued(failed)

    def _save_checkpoint(self, painting: "Painting") -> None:
        painting.save_checkpoint(self.job.checkpoint, to_extra(self.job, self.record))
        self.resumable = True

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


def write_cost_curve(
    path: Path, result: "Result", scales: Sequence[tuple[int, int, int]], overwrite: bool
) -> None:
    """Draw J, alpha J_content and beta J_style over the steps of a painting.

    scales: (first step, width, height) of every scale.
    """
    import matplotlib

    check_figure(path, overwrite, "plot")
    with matplotlib.rc_context({"font.size": 9}):
        save_figure(_figure(result, scales), path, overwrite, dpi=150)


def _figure(result: "Result", scales: Sequence[tuple[int, int, int]]) -> Any:
    from matplotlib.figure import Figure  # not pyplot: it looks for a display, and holds on to every figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    steps = range(1, len(result.history) + 1)
    lines = ("k-", "C0--", "C3:", "C2-.", "C4:")
    for (name, values), style in zip(_curves(result).items(), lines, strict=True):
        if any(values):
            axes.plot(steps, values, style, label=name, linewidth=1.4)
    if all(cost.total > 0 for cost in result.history):
        axes.set_yscale("log")
    _mark(axes, scales)
    axes.set(xlabel="step", ylabel="cost", xlim=(1, max(2, len(result.history))))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def _curves(result: "Result") -> dict[str, list[float]]:
    """J and its parts, weighted so that they add up to it; those that are 0 throughout are not drawn."""
    alpha, beta, weight = result.settings.alpha, result.settings.beta, result.settings.variation
    return {
        "J": [cost.total for cost in result.history],
        f"{alpha:g} × content": [alpha * cost.content for cost in result.history],
        f"{beta:g} × style": [beta * cost.style for cost in result.history],
        f"{weight:g} × variation": [weight * cost.variation for cost in result.history],
        "custom": [cost.custom for cost in result.history],
    }


def _mark(axes: Any, scales: Sequence[tuple[int, int, int]]) -> None:
    """Say where each scale begins."""
    for first, width, height in scales:
        if first > 1:
            axes.axvline(first - 0.5, color="0.6", linewidth=0.8)
        place = {"xycoords": ("data", "axes fraction"), "xytext": (3, 2), "textcoords": "offset points"}
        axes.annotate(f"{width} × {height}", (first, 1), color="0.4", fontsize=8, va="bottom", **place)
