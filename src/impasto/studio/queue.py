"""The queue of paintings: one after the other, in an order that the painter may change."""

import shutil
import threading

from impasto.errors import SettingsError
from impasto.studio.folder import Folder
from impasto.studio.grid_work import GridWork
from impasto.studio.library import Library
from impasto.studio.order import Order
from impasto.studio.record import Record, new_record, records
from impasto.studio.work import Painters, Work, Yielding


class Queue:
    """Every painting of the studio, and the thread that paints those that wait.

    records: by id, oldest first. unreadable: how many more there are, of another version.
    work: the painting that is being painted. version: counts up with every change of what there is; how far a painting
    has come is its own.
    """

    def __init__(self, folder: Folder, library: Library, stylizer: Painters, yielding: Yielding):
        self._folder, self._library, self._stylizer, self._yielding = folder, library, stylizer, yielding
        found = list(records(folder, library))
        self.records = {one.id: one for one in found if isinstance(one, Record)}
        self.unreadable = len(found) - len(self.records)
        self.work: Work | None = None
        self.version = 0
        self._asked = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="painter", daemon=True)
        for one in self.records.values():
            if one.state in ("painting", "paused"):  # when the server ended
                one.place = min(other.place for other in self.records.values()) - 1

    def start(self) -> None:
        """Begin to paint what waits, first of all what was being painted when the studio was closed."""
        self._thread.start()

    def add(self, order: Order) -> Record:
        """Add a painting. Raises OutputError."""
        with self._asked:
            record = new_record(self._folder, order, self._last_place() + 1)
            self.records[record.id] = record
            self._notify()
        return record

    def waiting(self) -> list[Record]:
        """The paintings that wait, in order; the one that is being painted is not among them."""
        at_work = self.work and self.work.record.id
        found = [one for one in self.records.values() if not one.ended and one.id != at_work]
        return sorted(found, key=lambda one: one.place)

    def move(self, id: str, by: int) -> None:
        """Let a painting that waits be painted earlier (-1) or later (1). Raises OutputError: that is not saved."""
        with self._asked:
            waiting = self.waiting()
            here = next((i for i, one in enumerate(waiting) if one.id == id), None)
            if here is None or not 0 <= here + by < len(waiting):
                return
            one, other = waiting[here], waiting[here + by]
            one.place, other.place = other.place, one.place
            self._notify()
            for record in (one, other):
                record.save()

    def again(self, id: str) -> None:
        """Go on with a painting that was stopped or failed.

        Raises SettingsError when it is neither, OutputError when that is not saved.
        """
        with self._asked:
            record = self.records[id]
            if record.state not in ("kept", "failed"):
                raise SettingsError(f"{record.title} is {record.state}: there is nothing to go on with")
            record.state, record.problem, record.place = "waiting", "", self._last_place() + 1
            self._notify()
            record.save()

    def remove(self, id: str) -> None:
        """Delete a painting with all its files; one that is being painted is stopped first."""
        with self._asked:
            work = self.work
            if work is not None and work.record.id == id:
                work.discard()
                return
            record = self.records.pop(id, None)
            self._notify()
        if record is not None:
            shutil.rmtree(record.home, ignore_errors=True)

    def close(self) -> None:
        """Stop painting; what was being painted goes on when the studio is opened again."""
        with self._asked:
            self._closing = True
            if self.work is not None:
                self.work.close()
            self._asked.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._asked:
                while not self._closing and not self.waiting():
                    self._asked.wait()
                if self._closing:
                    return
                record = self.waiting()[0]
                kind = GridWork if record.order.vary else Work
                self.work = work = kind(record, self._library, self._stylizer, self._yielding)
                self.version += 1
            work.run()
            with self._asked:
                self.work = None
                if work.discarded:
                    self.records.pop(record.id, None)
                self._notify()
            if work.discarded:
                shutil.rmtree(record.home, ignore_errors=True)

    def _last_place(self) -> float:
        return max((one.place for one in self.records.values()), default=0.0)

    def _notify(self) -> None:
        self.version += 1
        self._asked.notify_all()
