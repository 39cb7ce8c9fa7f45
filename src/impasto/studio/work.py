"""One painting at work: taken step by step in a thread of its own, watched and steered from others."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import impasto
from impasto.errors import CheckpointError, ImpastoError, OutputError
from impasto.settings.toml_file import over
from impasto.studio.frames import Frames
from impasto.studio.library import Library
from impasto.studio.order import with_changes
from impasto.studio.record import Record, save_result
from impasto.ui.checkpoint_pace import CHECKPOINT_SECONDS, CheckpointPace
from impasto.ui.progress import WORDS, Meter

if TYPE_CHECKING:
    from impasto import Cost, Painting, Settings, Step, Stylizer

LIVE_SIDE = 1600  # long side, in pixels, at which a painting is shown while it is painted
_PATIENCE = 0.05  # seconds between two looks at whether it may go on

Painters = Callable[["Settings"], "Stylizer"]
"""What makes a painter with these settings."""
Yielding = Callable[[], bool]
"""Whether something else is to compute first."""


class Work:
    """A painting that is being painted. `run` paints in the thread that calls it; all else may be called from any.

    paused: whether it waits, or will after this step.
    record: what is saved of it; this is the only one to change it meanwhile. stylizer: makes a painter with these
    settings. yielding: asked between two steps.
    """

    def __init__(self, record: Record, library: Library, stylizer: Painters, yielding: Yielding):
        self.record, self._library, self._stylizer, self._yielding = record, library, stylizer, yielding
        self.frames = Frames(LIVE_SIDE)
        self.doing = "reading the pictures"
        self.note = ""
        self.step: Step | None = None
        self.history: list[Cost] = []
        self._painting: Painting | None = None
        self._meter = Meter()
        self._asked = threading.Condition()
        self._wish: str | None = None  # "keep", "discard" or "close"
        self.paused = record.state == "paused"

    # From the page.

    def pause(self) -> None:
        """Pause the painting after this step."""
        with self._asked:
            self.paused = True

    def go_on(self) -> None:
        """Go on after a pause."""
        with self._asked:
            self.paused = False
            self.record.problem = ""
            self._asked.notify_all()

    def toggle(self) -> None:
        """Pause, or go on after a pause."""
        (self.go_on if self.paused else self.pause)()

    def keep(self) -> None:
        """End the painting with the picture as it is."""
        self._end("keep")

    def discard(self) -> None:
        """End the painting, and forget it."""
        self._end("discard")

    def close(self) -> None:
        """End the painting for now: it goes on when it is run again."""
        self._end("close")

    def adjust(self, changes: Mapping[str, Any]) -> None:
        """Change weights after the step that is being taken; changes that come before that are made together."""
        with self._asked:
            self.record.pending = with_changes(self.record.pending, changes)
            self._asked.notify_all()
        if self.record.state == "paused":
            self._save_record()

    @property
    def settings_now(self) -> dict[str, Any]:
        """The adjusted settings, by name, as they are now or will be after this step."""
        changed: dict[str, Any] = {}
        for one in [*self.record.adjustments, {"step": 0, **self.record.pending}]:
            changed = over(changed, {name: value for name, value in one.items() if name != "step"})
        return changed

    def left(self) -> float | None:
        """Seconds to go; None while that is not known."""
        return None if self.paused else self._meter.left()

    @property
    def discarded(self) -> bool:
        """Whether the painting is to be forgotten."""
        return self._wish == "discard"

    def _end(self, wish: str) -> None:
        with self._asked:
            self._wish = self._wish or wish
            if self._painting is not None:
                self._painting.cancel()
            self._asked.notify_all()

    # In its own thread.

    def run(self) -> None:
        """Paint to the end, or until it is asked to stop. What goes wrong is one line in the record."""
        self.record.state, self.record.problem = ("paused" if self.paused else "painting"), ""
        self._save_record()
        try:
            self._run()
        except Exception as error:  # noqa: BLE001 - nothing in one painting may end those that wait
            # Whoever sees that it failed finds the reason there.
            self.record.problem = self.record.order.explained(error, self._library)
            self.record.state = "failed"
            self._save_record()

    def _run(self) -> None:
        record = self.record
        settings = record.order.settings
        if not settings.paints:
            self._finish(record.order.recolored(self._library), "finished")
            return
        checkpoint = self._checkpoint()
        if self._wish == "discard":
            return
        painting = self._stylizer(settings).paint(
            **record.order.arguments(self._library),
            **({"adjustments": record.adjustments} if checkpoint is None else {"resume": checkpoint}),
        )
        self._painting = painting
        if self._wish:  # it came before there was anything to cancel
            painting.cancel()
        if checkpoint is not None:
            self.history = list(checkpoint.history)
        self.note = "; ".join(painting.notes)
        record.of_steps, record.size = painting.steps, (painting.size[1], painting.size[0])
        self._meter.begin(record.seconds)
        self._paint(painting, CheckpointPace(first=0 if checkpoint is None else CHECKPOINT_SECONDS))

    def _paint(self, painting: "Painting", pace: CheckpointPace) -> None:
        self.frames.show(painting, now=True)
        self._between_steps(painting)
        for event in painting.events():
            if isinstance(event, impasto.Step):
                self._stepped(painting, event, pace)
                self._between_steps(painting)
            else:
                self.doing = WORDS[event.kind]
        self._ended(painting)

    def _between_steps(self, painting: "Painting") -> None:
        """Wait if need be, and make the changes that were asked for: only between steps weights can change."""

        def show_and_save() -> None:
            self.frames.show(painting, now=True)
            self._save_checkpoint(painting)

        self._wait(show_and_save)
        if len(self.history) < painting.steps:  # nothing is painted after the last step
            self._adjust(painting)

    def _stepped(self, painting: "Painting", step: "Step", pace: CheckpointPace) -> None:
        self._meter.step(step)
        self.step, self.doing = step, "painting"
        self.history.append(step.cost)
        record = self.record
        record.steps, record.done, record.seconds = step.number, step.done, step.seconds
        self.frames.show(painting)
        if pace.due(step.number) and step.done < 1:
            with pace.writing():
                self._save_checkpoint(painting)

    def _wait(self, pause: Callable[[], None]) -> None:
        """Wait while the painting is paused, or something else is to be computed first; pause: called once if it is."""
        doing = self.doing
        while not self._wish and (self.paused or self._yielding()):
            self.doing = "waiting for the first look"
            if self.paused and self.record.state != "paused":
                self.record.state = "paused"
                pause()
            with self._asked:
                self._asked.wait(_PATIENCE)
        self.doing = doing
        if self.record.state == "paused" and not self._wish:
            self.record.state = "painting"
            self._save_record()

    def _adjust(self, painting: "Painting") -> None:
        with self._asked:
            changes, self.record.pending = self.record.pending, {}
        if not changes:
            return
        try:
            painting.adjust(**changes)
        except ImpastoError as error:
            self.note = str(error)
            return
        self.record.adjustments = painting.adjustments
        self._save_record()  # before it has any effect: whoever goes on after a kill makes the same change

    def _ended(self, painting: "Painting") -> None:
        wish = self._wish
        if wish == "discard":
            return
        if wish == "close" or (wish == "keep" and not self.history):
            self._save_checkpoint(painting)
            if wish == "keep":
                self.record.problem, self.record.state = "it was stopped before its first step", "failed"
            return
        if wish == "keep":
            self._save_checkpoint(painting)
        self._finish(painting.result(), "kept" if wish == "keep" else "finished")

    def _finish(self, result: "impasto.Result", state: Any) -> None:
        record = self.record
        while True:
            try:
                save_result(record, result)
                break
            except OutputError as error:  # the picture is still here: wait until there is room
                record.problem = f"{error} It waits here: make room, and go on."
                record.state, self.paused = "paused", True
            while self.paused and self._wish not in ("discard", "close"):
                with self._asked:
                    self._asked.wait(_PATIENCE)
            if self._wish in ("discard", "close"):
                return
        record.state, record.problem = state, ""
        record.steps, record.seconds = len(result.history), result.seconds
        record.size = (result.image.shape[-1], result.image.shape[-2])
        record.picture_changed()
        if state == "finished":
            record.done = 1.0
            record.checkpoint.unlink(missing_ok=True)
        self._save_record()

    def _checkpoint(self) -> "impasto.Checkpoint | None":
        """The checkpoint to go on from, with the changes that were made after it; None: from the beginning."""
        path = self.record.checkpoint
        if not path.exists():
            return None
        try:
            return replace(impasto.load_checkpoint(path), adjustments=self.record.adjustments)
        except CheckpointError as error:
            self.note = f"{error}; it is painted from the beginning"
            return None

    def _save_checkpoint(self, painting: "Painting") -> None:
        try:
            if self.history:
                painting.save_checkpoint(self.record.checkpoint, {"program": "impasto studio"})
        except OutputError as error:
            self.note = f"a checkpoint is missing: {error}; the painting goes on"
        self._save_record()

    def _save_record(self) -> None:
        try:
            self.record.save()
        except OutputError as error:
            self.note = f"its record could not be written: {error}"
