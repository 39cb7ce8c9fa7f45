"""The state of one window, and how its regions learn that something has changed."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from impasto.errors import ImpastoError
from impasto.studio.atelier import Atelier
from impasto.studio.record import Record
from impasto.studio.work import Work

DESK = "desk"  # the subject that is no painting: what lies on the desk, and its first look


@dataclass
class View:
    """One window. subject: DESK or a painting's id. beside: the id of a painting to compare with, or "" for none.

    before: whether the photograph is laid under the picture, with a slider. report: whether its report is shown.
    """

    atelier: Atelier
    subject: str = DESK
    beside: str = ""
    before: bool = False
    report: bool = False
    _watched: list[list[Any]] = field(default_factory=list)
    """What is watched, how it is drawn, and what was seen last."""

    def watch(self, seen: Callable[[], Hashable], draw: Callable[[], Any]) -> None:
        """Call `draw` now, and whenever `seen` gives something else. Both are called often: they are quick."""
        draw()
        self._watched.append([seen, draw, seen()])

    def refresh(self) -> None:
        """Draw again what has changed."""
        if self.subject != DESK and self.subject not in self.atelier.queue.records:
            self.subject = DESK
        if self.beside not in self.atelier.queue.records:
            self.beside = ""
        for watched in self._watched:
            seen, draw, last = watched
            now = seen()
            if now != last:
                watched[2] = now
                draw()

    @property
    def record(self) -> Record | None:
        """The painting that is looked at."""
        return self.atelier.queue.records.get(self.subject)

    @property
    def work(self) -> Work | None:
        """The painting that is looked at, while it is painted."""
        work = self.atelier.queue.work
        return work if work is not None and work.record.id == self.subject else None

    def flip(self, name: str) -> None:
        """Switch `before` or `report` on or off."""
        setattr(self, name, not getattr(self, name))
        self.refresh()

    def show(self, subject: str) -> None:
        """Look at another painting, or at the desk."""
        self.subject, self.beside, self.report = subject, "", False
        self.refresh()


def say(line: str, good: bool = True) -> None:
    """A line that goes by itself, or one that stays until it is read. It is text, whatever is in it."""
    stays: dict[str, Any] = {"type": "negative", "timeout": 0, "close_button": "OK"}
    goes: dict[str, Any] = {"type": "info", "timeout": 2500, "close_button": False}
    ui.notify(line, position="top", classes="line", **(goes if good else stays))


def trying(action: Callable[..., Any], *arguments: Any) -> Any:
    """Call `action` and return its result; of an error that the user can put right show one line, and return None."""
    try:
        return action(*arguments)
    except ImpastoError as error:
        say(str(error), good=False)
        return None
