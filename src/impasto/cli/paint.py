"""Painting from the first step, or from a checkpoint, to the end or to Ctrl-C."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import impasto
from impasto.cli.checks import check_snapshots
from impasto.cli.display import make_reporter
from impasto.cli.interrupt import INTERRUPTED, finishing_the_step
from impasto.cli.job import PaintingJob, RunRecord
from impasto.cli.messages import say
from impasto.cli.output_files import OutputWriter
from impasto.cli.reporter import Reporter, Title
from impasto.distributed.join import process_info
from impasto.errors import CheckpointError, OutputError, RankError, SettingsError
from impasto.files.readable import is_there
from impasto.inputs.style_sources import joined_names
from impasto.ui.commands import resume_command
from impasto.ui.progress import duration

if TYPE_CHECKING:
    from impasto import Checkpoint, Cost, Painting, Result
    from impasto.settings import Settings

Adjustments = Sequence[tuple[int, dict[str, Any]]]
"""After how many steps which settings change; see `impasto.cli.commands.stylize`."""


def paint(
    job: PaintingJob,
    settings: "Settings",
    quiet: bool,
    adjustments: Adjustments = (),
    *,
    resume: "tuple[RunRecord, Checkpoint] | None" = None,
) -> int:
    """Paint a picture, from the first step or from a checkpoint; returns the exit code.

    resume: where to go on; the file at the output, if any, is replaced then. None: from the beginning.
    """
    if resume is None:
        _check_replaced_checkpoint(job)
    record, checkpoint = resume or (RunRecord(), None)
    writer, complete = None, True
    try:
        with make_reporter(quiet) as display:
            display.loading("Reading the pictures and VGG-19 ...")
            painting = _begin(job, settings, checkpoint, adjustments, display)
            writer = OutputWriter(job, record, display.note, resumed=checkpoint is not None)
            styles = joined_names([path.name for path, _ in job.styles])
            title = Title(job.content.name, styles, str(job.output), painting.size)
            display.begin(title, checkpoint.seconds if checkpoint else 0.0)
            with finishing_the_step(display.stopping) as interruption:
                for event in painting.events():
                    if not isinstance(event, impasto.Step):
                        display.event(event)
                        continue
                    display.step(event)
                    writer.step(painting, event)
                    if painting.anywhere(interruption.asked) and event.done < 1:
                        complete = False
                        break
                result = writer.finish(painting) if complete else writer.stop(painting)
    except KeyboardInterrupt:
        if not quiet and writer is not None and writer.resumable:
            say("Stopped at once. Go on from the last checkpoint with:")
            say(f"  {resume_command(job.checkpoint)}")
        elif not quiet:
            say("Stopped; nothing was written.")
        return INTERRUPTED
    except RankError as error:
        if writer is None or not writer.resumable:
            raise
        raise RankError(
            f"{error}; nothing is lost up to the last checkpoint: go on with `{resume_command(job.checkpoint)}`, in as "
            "many processes as you like",
            error.speaks,
        ) from None
    if not quiet and complete:
        _say_painted(job, painting, result)
    elif not quiet:
        say(f"Stopped after {len(result.history)} of {painting.steps} steps.")
        say(f"The picture so far is {job.output}. Go on with:")
        say(f"  {resume_command(job.checkpoint)}")
    return 0 if complete else INTERRUPTED


def _begin(
    job: PaintingJob,
    settings: "Settings",
    checkpoint: "Checkpoint | None",
    adjustments: Adjustments,
    display: Reporter,
) -> "Painting":
    """The painting, once it is sure that the output's format holds it."""
    more: dict[str, Any] = {"adjustments": list(adjustments)} if adjustments else {}
    partition = impasto.join_torchrun(settings.device)
    painting = impasto.Stylizer(settings, partition=partition).paint(
        job.content, list(job.styles), start=job.start, resume=checkpoint, **job.where, **more
    )
    impasto.check_writable(job.output, bits=settings.bits, overwrite=True, size=painting.size)
    late = [step for step, _ in adjustments if step >= painting.steps]
    if late:
        most = f"the painting takes at most {painting.steps} steps"
        raise SettingsError(f"--adjust {late[0]}:... would come too late: {most}")
    if checkpoint is None:
        check_snapshots(job, painting.steps)
    for text in painting.notes:
        display.note(text)
    return painting


def _check_replaced_checkpoint(job: PaintingJob) -> None:
    """--force replaces an earlier checkpoint, but never a file of another kind that was named by mistake."""
    if not is_there(job.checkpoint) or process_info().rank > 0:
        return
    try:
        impasto.load_checkpoint(job.checkpoint)
    except CheckpointError:
        why = "exists and is not a checkpoint, and is not replaced"
        raise OutputError(f"'{job.checkpoint}' {why}: choose another name") from None


def _say_painted(job: PaintingJob, painting: "Painting", result: "Result") -> None:
    height, width = painting.size
    say(f"Painted {job.output}, {width} x {height} pixels, in {duration(result.seconds)}.")
    cost = result.history[-1]
    total = f"J {cost.total:.4g} = {_sum(cost, result.settings)}"
    say(f"{len(result.history)} steps ({result.stopped}); {total}.")
    if job.plot:
        say(f"The cost curve is {job.plot}.")


def _sum(cost: "Cost", settings: "Settings") -> str:
    """The weighted parts of J, as a sum."""
    parts = [
        f"{settings.alpha:g} x content {cost.content:.4g}",
        f"{settings.beta:g} x style {cost.style:.4g}",
    ]
    if settings.variation:
        parts.append(f"{settings.variation:g} x variation {cost.variation:.4g}")
    return " + ".join(parts)
