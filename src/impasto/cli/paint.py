"""Painting from the first step, or from a checkpoint, to the end or to Ctrl-C."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import impasto
from impasto.cli.checks import check_stages
from impasto.cli.interrupt import INTERRUPTED, Interruption, finishing_the_step
from impasto.cli.job import Job, SoFar
from impasto.cli.messages import say, spent
from impasto.cli.output_files import Keeper
from impasto.cli.reporter import Quiet, Title, reporter
from impasto.distributed.process_info import place
from impasto.errors import CheckpointError, OutputError, RankError
from impasto.inputs.style_sources import in_words

if TYPE_CHECKING:
    from impasto.evaluation import Cost
    from impasto.painting.checkpoint import Checkpoint
    from impasto.painting.painting import Painting
    from impasto.painting.result import Result
    from impasto.settings import Settings


def paint_new(job: Job, settings: "Settings", quiet: bool) -> int:
    """Paint from the beginning; returns the exit code."""

    def keeper(report: Quiet) -> Keeper:
        _check_replaced_checkpoint(job)
        painting = _painting(job, settings, None)
        check_stages(job, painting.steps)
        for text in painting.notes:
            report.note(text)
        return Keeper(job, painting, SoFar(), report.note, replace=job.force, own=False)

    return _paint(job, keeper, quiet)


def paint_on(job: Job, so_far: SoFar, checkpoint: "Checkpoint", quiet: bool) -> int:
    """Go on from a checkpoint; the file at the output, if any, will be replaced. Returns the exit code."""

    def keeper(report: Quiet) -> Keeper:
        painting = _painting(job, checkpoint.settings, checkpoint)
        for text in painting.notes:
            report.note(text)
        return Keeper(job, painting, so_far, report.note, replace=True, own=True)

    return _paint(job, keeper, quiet, checkpoint.seconds)


def _paint(job: Job, make_keeper: Callable[[Quiet], Keeper], quiet: bool, seconds: float = 0.0) -> int:
    keeper = None
    try:
        with reporter(quiet) as report:
            report.loading("Reading the pictures and VGG-19 ...")
            keeper = make_keeper(report)
            report.begin(_title(job, keeper.painting), seconds)
            with finishing_the_step(report.stopping) as interruption:
                complete = _all_steps(keeper, report, interruption)
                result = keeper.finish() if complete else keeper.stop()
    except KeyboardInterrupt:
        if not quiet:
            _say_stopped_at_once(keeper)
        return INTERRUPTED
    except RankError as error:
        if keeper is None or not keeper.kept:
            raise
        raise RankError(
            f"{error}; nothing is lost up to the last checkpoint: go on with `{keeper.resume_command()}`, in as "
            "many processes as you like",
            error.speaks,
        ) from None
    if not quiet:
        (_say_painted if complete else _say_stopped)(job, keeper, result)
    return 0 if complete else INTERRUPTED


def _all_steps(keeper: Keeper, report: Quiet, interruption: Interruption) -> bool:
    """Take steps until there are none left, or Ctrl-C; whether the painting is complete."""
    for step in keeper.painting:
        report.step(step)
        keeper.step(step)
        if keeper.painting.anywhere(interruption.asked) and step.done < 1:
            return False
    return True


def _painting(job: Job, settings: "Settings", checkpoint: "Checkpoint | None") -> "Painting":
    """The painting, once it is sure that the output's format holds it."""
    impasto.check_writable(job.output, bits=settings.bits, overwrite=True)
    partition = impasto.join_torchrun(settings.device)
    painting = impasto.Stylizer(settings, partition=partition).paint(
        job.content, list(job.styles), start=job.start, resume=checkpoint, **job.where.arguments()
    )
    impasto.check_writable(job.output, bits=settings.bits, overwrite=True, size=painting.size)
    return painting


def _check_replaced_checkpoint(job: Job) -> None:
    """--force replaces an earlier checkpoint, but never a file of another kind that was named by mistake."""
    if not job.checkpoint.exists() or place().rank > 0:
        return
    try:
        impasto.load_checkpoint(job.checkpoint)
    except CheckpointError:
        raise OutputError(
            f"'{job.checkpoint}' exists and is not a checkpoint, and is not replaced: choose another name"
        ) from None


def _title(job: Job, painting: "Painting") -> Title:
    how = "in the manner of" if painting.steps else "in the colours of"
    names = in_words([path.name for path, _ in job.styles])
    return Title(job.content.name, names, str(job.output), painting.size, how)


def _say_painted(job: Job, keeper: Keeper, result: "Result") -> None:
    height, width = keeper.painting.size
    if not result.history:
        say(
            f"Recoloured {job.output}, {width} x {height} pixels: the photograph with the painting's colours."
        )
        return
    say(f"Painted {job.output}, {width} x {height} pixels, in {spent(result.seconds)}.")
    cost = result.history[-1]
    say(
        f"{len(result.history)} steps ({result.stopped}); J {cost.total:.4g} = {_sum(cost, result.settings)}."
    )
    if job.plot:
        say(f"The cost curve is {job.plot}.")


def _sum(cost: "Cost", settings: "Settings") -> str:
    """What J is made of, weighted."""
    parts = [
        f"{settings.alpha:g} x content {cost.content:.4g}",
        f"{settings.beta:g} x style {cost.style:.4g}",
    ]
    if settings.variation:
        parts.append(f"{settings.variation:g} x variation {cost.variation:.4g}")
    return " + ".join(parts)


def _say_stopped(job: Job, keeper: Keeper, result: "Result") -> None:
    say(f"Stopped after {len(result.history)} of {keeper.painting.steps} steps.")
    say(f"The picture so far is {job.output}. Go on with:")
    say(f"  {keeper.resume_command()}")


def _say_stopped_at_once(keeper: Keeper | None) -> None:
    if keeper is None or not keeper.kept:
        say("Stopped; nothing was written.")
        return
    say("Stopped at once. Go on from the last checkpoint with:")
    say(f"  {keeper.resume_command()}")
