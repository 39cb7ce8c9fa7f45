"""`impasto batch`."""

from typing import TYPE_CHECKING, Any

from impasto.batch.jobs import NAME, Habits, find_jobs
from impasto.cli import parameters as p
from impasto.cli.display import show_batch
from impasto.cli.interrupt import INTERRUPTED
from impasto.cli.messages import note, say
from impasto.cli.options import given, takes_masks, takes_settings, where_of
from impasto.distributed.join import process_info
from impasto.errors import SettingsError
from impasto.settings.values import bytes_text
from impasto.ui.progress import duration

if TYPE_CHECKING:
    from impasto.batch.batch import Batch, Outcome
    from impasto.batch.plan import BatchPlan

SOME_FAILED = 1  # the exit code of a batch of which some pictures could not be painted
_MOST_FAILURES = 20  # failures that are listed; the journal has all


@takes_settings
@takes_masks
def batch(
    photos: p.Photos = None,
    *,
    output: p.Results,
    style: p.BatchStyles = None,
    jobs: p.Jobs = None,
    pairs: p.Pairs = False,
    name: p.ResultName = None,
    force: p.ReplaceResults = False,
    checkpoint_every: p.BatchCheckpoint = None,
    report: p.BatchReport = False,
    dry_run: p.DryRun = False,
    workers: p.Workers = None,
    scheduler: p.Scheduler = None,
    quiet: p.Quiet = False,
    **fields: Any,
) -> int:
    """Paint many photographs with many paintings, on all cores or all machines; begun again, it goes on."""
    from impasto.batch.batch import Batch

    if process_info().size > 1:
        raise SettingsError("a batch shares out its pictures by itself: start it without torchrun")
    where, named = where_of(fields), given(fields)
    habits = Habits(output, name or NAME, named, where, force, checkpoint_every)
    found = find_jobs(photos or [], style or [], jobs, habits, pairs=pairs)
    many = Batch(found, output, workers=workers, scheduler=scheduler, report=report)
    if dry_run:
        _say_plan(many.plan())
        return 0
    try:
        count = len(many.todo) + (len(many.jobs) if report else 0)
        asked = show_batch(many.run(), count, len(many.outcome.found), quiet, many.stop)
        complete = not (asked and many.outcome.unfinished)
        pages = many.publish() if many.finished else []
    except KeyboardInterrupt:
        if not quiet:
            say("Stopped at once. The same command goes on with what is finished.")
        return INTERRUPTED
    if not quiet:
        _say_ended(many, complete)
        if pages:
            say(f"See them in {pages[0]}; on one sheet: {output / 'sheet.png'}.")
        if report:
            say(f"What was measured of each is in {output / 'report.csv'}.")
    return INTERRUPTED if not complete else SOME_FAILED if many.outcome.failed else 0


def _say_plan(plan: "BatchPlan") -> None:
    there = plan.pictures - plan.left
    say(f"{plan.pictures} pictures" + (f", of which {there} are finished." if there else "."))
    if not plan.left:
        return
    each = "a thread" if plan.threads == 1 else f"{plan.threads} threads"
    pace = f"{plan.workers} at a time, with {each} each"
    say(f"{plan.left} to be painted by {pace}: about {duration(plan.seconds)}.")
    say(f"Memory: {bytes_text(plan.memory)} for each, {bytes_text(plan.memory * plan.workers)} in all.")
    say(
        f"Disk: about {bytes_text(plan.results)} of results, and {bytes_text(plan.unfinished)} while it paints; "
        f"{bytes_text(plan.room)} are free."
    )
    if plan.results + plan.unfinished > plan.room:
        note("the disk is too small for this: choose another folder with -o, or a smaller --size")


def _say_ended(many: "Batch", complete: bool) -> None:
    outcome, whole = many.outcome, len(many.jobs)
    done = len(outcome.painted) + len(outcome.found)
    parts = [f"{len(outcome.painted)} painted"]
    parts += [f"{len(outcome.found)} there before"] if outcome.found else []
    parts += [f"{len(outcome.failed)} failed"] if outcome.failed else []
    say(f"{done} of {whole} pictures are in {many.folder}: {', '.join(parts)}.")
    _say_failed(outcome)
    if not complete:
        say("Stopped. The same command goes on.")


def _say_failed(outcome: "Outcome") -> None:
    for name, why in list(outcome.failed.items())[:_MOST_FAILURES]:
        say(f"  {name}: {why}")
    if len(outcome.failed) > _MOST_FAILURES:
        say(f"  and {len(outcome.failed) - _MOST_FAILURES} more, in the journal")
