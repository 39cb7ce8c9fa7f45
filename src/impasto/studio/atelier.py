"""The studio itself: folder, desk, first look and queue, with the network that all of them paint with."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import impasto
from impasto.demo.pictures import demo_picture
from impasto.errors import OutputError
from impasto.explore.grid import make_grid
from impasto.settings import Settings
from impasto.studio.desk import Desk
from impasto.studio.folder import Folder
from impasto.studio.library import Library
from impasto.studio.look import Look
from impasto.studio.queue import Queue
from impasto.studio.record import Record

if TYPE_CHECKING:
    from impasto import Stylizer

_SAVE_SECONDS = 1.0


class Atelier:
    """The studio of one folder. It is begun with `open` and ended with `close`.

    Raises OutputError: the folder cannot be worked in, or another studio works there.
    """

    def __init__(self, path: Path):
        self.folder = Folder(path)
        self.library = Library(self.folder)
        self.desk = Desk(self.folder.path / "desk.json", self.library)
        self.look = Look(self.desk, self.library, self.stylizer)
        self.desk.on_change = self.look.change
        self.queue = Queue(self.folder, self.library, self.stylizer, lambda: self.look.goes_first)
        self.problem = ""
        self._stylizers: dict[str, Stylizer] = {}
        self._network = threading.Lock()
        self.measuring = threading.Lock()
        """Held while a report is made: one at a time."""
        self._closing = threading.Event()
        self._clerk = threading.Thread(target=self._save, name="clerk", daemon=True)
        self._tidy()

    def open(self) -> None:
        """Begin to paint."""
        self.look.start()
        self.queue.start()
        self._clerk.start()

    def close(self) -> None:
        """End: what is being painted is saved as far as it came."""
        self._closing.set()
        self.look.close()
        self.queue.close()
        if self._clerk.is_alive():
            self._clerk.join()
        self._save_desk()
        self.folder.close()

    def stylizer(self, settings: Settings) -> "Stylizer":
        """A painter with these settings; the network is loaded once, and laid out once for each precision."""
        with self._network:
            others = next(iter(self._stylizers.values()), None)
            if settings.precision not in self._stylizers:
                first = others.varied(settings) if others else impasto.Stylizer(settings)
                self._stylizers[settings.precision] = first
            return self._stylizers[settings.precision].varied(settings)

    def lay_demo(self) -> None:
        """Put the two pictures that come with impasto on the desk. Raises PictureError, OutputError."""
        for role, place in (("content", self.desk.place_photograph), ("style", self.desk.add_style)):
            place(self.library.add_copy(demo_picture(role), f"{role}.jpg", f"{role} picture"))

    def paint(self) -> Record:
        """Paint what lies on the desk. Raises SettingsError, OutputError."""
        record = self.queue.add(self.desk.order())
        self.look.give_way()
        return record

    def explore(self, vary: Sequence[str], size: int) -> Record:
        """Paint a grid of small pictures, in which one or two settings vary; size: their long side in pixels.

        Raises SettingsError, OutputError.
        """
        order = self.desk.order()
        named = {**order.named, "size": size}
        make_grid(vary, named)  # raises now for what cannot be varied
        return self.queue.add(replace(order, named=named, vary=tuple(vary)))

    def _save(self) -> None:
        while not self._closing.wait(_SAVE_SECONDS):
            self._save_desk()

    def _save_desk(self) -> None:
        try:
            self.desk.save()
            self.problem = ""
        except OutputError as error:
            self.problem = f"the desk could not be saved: {error}"

    def _tidy(self) -> None:
        """Remove pictures that nothing in the folder names any more, not even what cannot be read."""
        used: set[str] = set()
        for path in [self.folder.path / "desk.json", *self.folder.paintings.glob("*/record.json")]:
            if path.is_file():
                text = path.read_text(encoding="utf-8", errors="replace")
                used.update(re.findall(r'"([0-9a-f]{24})"', text))
        self.library.tidy(used)
