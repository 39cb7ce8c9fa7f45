"""The displays of a batch: live on a terminal, otherwise a line for each picture."""

import sys
from collections.abc import Callable, Iterable, Sequence

from impasto.batch.engine import Ended, Event, Lost
from impasto.batch.progress import BatchProgress, lost_worker_text
from impasto.cli.interrupt import finishing_the_step
from impasto.cli.messages import note
from impasto.cli.reporter import live_console
from impasto.ui.formatting import clock

Stop = Callable[[], None]


class BatchLines(BatchProgress):
    """A line for each picture that is done, on stderr."""

    def event(self, event: Event) -> None:
        """Say what has ended."""
        super().event(event)
        if isinstance(event, Lost):
            self._write(lost_worker_text(event))
        if not isinstance(event, Ended) or event.stopped:
            return
        number = f"{self.before + self.ended} of {self.before + self.total}"
        what = f"failed: {event.failed}" if event.failed is not None else _what(event)
        left = self.left()
        rest = f", {clock(left)} left" if left and self.ended < self.total else ""
        self._write(f"{number}: {event.task.name} {what}{rest}")

    def note(self, text: str) -> None:
        """Say it."""
        note(text)

    def stopping(self) -> None:
        """Say that Ctrl-C was heard."""
        self._write("stopping after the steps at work; Ctrl-C again stops at once")

    def _write(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def show_batch(events: Iterable[Event], left: int, before: int, quiet: bool, stop: Stop) -> bool:
    """Show the engine's events until it is over; whether Ctrl-C was pressed. A second one raises KeyboardInterrupt.

    left, before: tasks to be done, and those that were done before. stop: called at the first Ctrl-C.
    """
    shown: set[str] = set()
    with _display(left, before, quiet) as display:

        def stopping() -> None:
            display.stopping()
            stop()

        with finishing_the_step(stopping) as interruption:
            for event in events:
                display.event(event)
                for text in _notes(event):
                    if text not in shown:
                        display.note(text)
                        shown.add(text)
        return interruption.asked


def _notes(event: Event) -> Sequence[str]:
    result = event.result if isinstance(event, Ended) else None
    return result.get("notes", ()) if isinstance(result, dict) else ()


def _display(left: int, before: int, quiet: bool) -> BatchProgress:
    """The display that fits where stderr goes: live on a terminal, otherwise lines, or none."""
    if quiet:
        return BatchProgress(left, before)
    console = live_console()
    if console is None:
        return BatchLines(left, before)
    from impasto.cli.live import LiveBatch

    return LiveBatch(left, before, console)


def _what(event: Ended) -> str:
    """The outcome of a task, in words."""
    result = event.result if isinstance(event.result, dict) else {}
    if result.get("outcome") == "found":
        return "was there"
    seconds, resumed = result.get("seconds"), result.get("resumed")
    words = f"painted in {seconds:.0f} s" if isinstance(seconds, int | float) else "done"
    begun = f", from step {resumed} on" if resumed else ""
    return f"{words}{begun}" + (f" by {event.worker}" if event.worker else "")
