"""Which display a painting or a batch has; and a batch watched in it until its end."""

from collections.abc import Callable, Iterable

from impasto.batch.engine import Ended, Event
from impasto.cli.interrupt import finishing_the_step
from impasto.cli.reporter import BatchLines, BatchReporter, Lines, Reporter, live_console
from impasto.distributed.join import process_info


def make_reporter(quiet: bool) -> Reporter:
    """The display that fits where stderr goes: live on a terminal, otherwise a line now and then.

    None where `quiet` is asked for, and in all processes but the first of several.
    """
    if quiet or process_info().rank > 0:
        return Reporter()
    console = live_console()
    if console is None:
        return Lines()
    from impasto.cli.live import Live

    return Live(console)


def show_batch(
    events: Iterable[Event], left: int, before: int, quiet: bool, stop: Callable[[], None]
) -> bool:
    """Show the engine's events until it is over; whether Ctrl-C was pressed. A second one raises KeyboardInterrupt.

    left, before: tasks to be done, and those that were done before. stop: called at the first Ctrl-C.
    """
    shown: set[str] = set()
    with _batch_reporter(left, before, quiet) as display:

        def stopping() -> None:
            display.stopping()
            stop()

        with finishing_the_step(stopping) as interruption:
            for event in events:
                display.event(event)
                result = event.result if isinstance(event, Ended) else None
                for text in result.get("notes", ()) if isinstance(result, dict) else ():
                    if text not in shown:
                        display.note(text)
                        shown.add(text)
        return interruption.asked


def _batch_reporter(left: int, before: int, quiet: bool) -> BatchReporter:
    """The display that fits where stderr goes: live on a terminal, otherwise lines; none where `quiet` is asked for."""
    if quiet:
        return BatchReporter(left, before)
    console = live_console()
    if console is None:
        return BatchLines(left, before)
    from impasto.cli.live import LiveBatch

    return LiveBatch(left, before, console)
