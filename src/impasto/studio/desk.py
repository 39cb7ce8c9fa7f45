"""The desk: pictures, knobs and masks of the next painting. It is saved, and every window shows it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from impasto.errors import SettingsError
from impasto.inputs.style_sources import check_weight
from impasto.settings import Settings
from impasto.studio.folder import read_json, write_json
from impasto.studio.library import Library, Source, as_keys
from impasto.studio.mask_file import png_of
from impasto.studio.order import Order, with_changes

_UNDO = 100  # the number of changes that can be undone
_ONE_TURN = 1.5  # turns of the same knob within so many seconds of each other are one change

PROTECT = "protect"
REGION = "region"
PART = "part"
"""The kinds of masks: what stays as photographed; where in the photograph a painting's style goes; which part of a
painting is looked at. The last two are stored by the painting's key."""


@dataclass
class Contents:
    """The desk as it is. styles: paintings and weights. named: settings that are not left to the recipe.

    masks: by kind, and for REGION and PART by the painting's key.
    """

    photograph: Source | None = None
    styles: list[tuple[Source, float]] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    protect: Source | None = None
    regions: dict[str, Source] = field(default_factory=dict)
    parts: dict[str, Source] = field(default_factory=dict)
    start: Source | None = None


class Desk:
    """The desk. Every change counts `version` up, which is how windows and the first look notice it.

    path: of the file that it is saved in. on_change: called after every change. Methods may be called from any thread.
    """

    def __init__(self, path: Path, library: Library):
        self._path, self._library = path, library
        self._lock = threading.RLock()
        self.contents = Contents()
        self.version, self._saved = 0, 0
        self._past: list[Contents] = []
        self._turned, self._turned_at = "", 0.0
        self.on_change: Callable[[], None] = lambda: None
        found = read_json(path)
        if found is not None:
            self._take(found)

    # What lies on it.

    def place_photograph(self, source: Source | None) -> None:
        """Another photograph; the masks over the one before go."""
        with self._changing():
            if source != self.contents.photograph:
                self.contents.protect, self.contents.regions, self.contents.start = None, {}, None
            self.contents.photograph = source

    def add_style(self, source: Source) -> None:
        """Add a painting, unless it is there already."""
        with self._changing():
            if all(source.key != one.key for one, _ in self.contents.styles):
                self.contents.styles.append((source, 1.0))

    def remove_style(self, key: str) -> None:
        """Take a painting off, with its masks."""
        with self._changing():
            self.contents.styles = [one for one in self.contents.styles if one[0].key != key]
            self.contents.regions.pop(key, None)
            self.contents.parts.pop(key, None)

    def weigh(self, key: str, weight: float) -> None:
        """Set the weight of a painting among the others. Raises SettingsError."""
        weight = check_weight(weight)
        with self._changing():
            styles = self.contents.styles
            self.contents.styles = [(one, weight if one.key == key else old) for one, old in styles]

    def turn(self, name: str, value: Any) -> None:
        """Give a setting a value; None leaves it to the recipe.

        Raises SettingsError: the value cannot be used, alone or together with the others; nothing is changed then.
        """
        named = with_changes(self.contents.named, {name: value})
        self.take_settings({one: value for one, value in named.items() if value is not None}, name)

    def take_settings(self, named: Mapping[str, Any], turned: str = "") -> None:
        """Set all knobs. turned: the knob that was turned, if only one was.

        Raises SettingsError: the values cannot be used; then nothing is changed.
        """
        settings = Settings.from_dict(dict(named))
        with self._changing(turned):
            # In the form that Settings has, which JSON can hold.
            self.contents.named = {name: getattr(settings, name) for name in named}

    def mask(self, kind: str, source: Source | None, key: str = "") -> None:
        """Lay a mask over the photograph or a painting (its key), or take it off.

        Raises SettingsError: no painting of this key lies here.
        """
        if kind != PROTECT and all(key != one.key for one, _ in self.contents.styles):
            raise SettingsError("there is no such painting on the desk: lay it there first")
        with self._changing():
            if kind == PROTECT:
                self.contents.protect = source
                return
            masks = self.contents.regions if kind == REGION else self.contents.parts
            masks.pop(key, None)
            if source is not None:
                masks[key] = source

    def start_from(self, source: Source | None) -> None:
        """Have the painting start from a picture; None: from what the settings say."""
        with self._changing():
            self.contents.start = source

    def take_order(self, order: Order, start: Source | None) -> None:
        """Lay out what an earlier painting was made from; start: a picture to start from. Raises SettingsError."""
        self.take_settings(order.named)
        keys = [source.key for source, _ in order.styles]
        with self._changing():
            now = self.contents
            now.photograph, now.styles = order.content, list(order.styles)
            now.protect, now.start = order.protect, start
            now.regions = dict(zip(keys, order.masks, strict=False))
            now.parts = dict(zip(keys, order.style_masks, strict=False))

    # What is made of it.

    @property
    def settings(self) -> Settings:
        """The settings that the knobs stand for."""
        return Settings.from_dict(dict(self.contents.named))

    def order(self) -> Order:
        """The painting that these pictures and knobs ask for.

        Raises SettingsError: a picture is missing, or masks and paintings do not go together.
        """
        with self._lock:
            now = self.contents
            if now.photograph is None:
                raise SettingsError("there is no photograph yet: drop one, or begin with the demo's")
            if not now.styles:
                raise SettingsError("there is no painting yet: drop one, or begin with the demo's")
            named = dict(now.named)
            if now.start is not None:
                named["start"] = now.start.name  # as a settings file next to the picture has it
            return Order(
                settings=Settings.from_dict(named),
                content=now.photograph,
                styles=tuple(now.styles),
                start=now.start,
                masks=self._regions(),
                style_masks=self._parts(),
                protect=now.protect,
                named=dict(now.named),
            )

    def _regions(self) -> tuple[Source, ...]:
        now = self.contents
        if not now.regions:
            return ()
        for source, _ in now.styles:
            if source.key not in now.regions:
                others = "and other paintings have: brush one for it, or clear theirs"
                raise SettingsError(f"{source.name} has no region, {others}")
        return tuple(now.regions[source.key] for source, _ in now.styles)

    def _parts(self) -> tuple[Source, ...]:
        now = self.contents
        if not now.parts:
            return ()
        return tuple(now.parts.get(source.key) or self._white_mask(source) for source, _ in now.styles)

    def _white_mask(self, source: Source) -> Source:
        """A mask that says "all of it", for a painting without one of its own where others have one."""
        white = png_of(np.full((source.height, source.width), 255, np.uint8))
        return self._library.add_bytes(white, f"all-of-{source.stem}.png", "style mask")

    # Saving it.

    def save(self) -> None:
        """Write the desk to its file, if it has changed since the last time. Raises OutputError."""
        with self._lock:
            version, values = self.version, as_keys(vars(self.contents))
        if version != self._saved:
            write_json(self._path, values)
            self._saved = version

    def _take(self, values: Mapping[str, Any]) -> None:
        """Take over the contents of a file, as far as they can be used: a picture that is gone is left out."""
        get = self._library.get
        try:
            styles = [(get(key), check_weight(weight)) for key, weight in values["styles"]]
            self.contents = Contents(
                photograph=get(values["photograph"]),
                styles=[(source, weight) for source, weight in styles if source is not None],
                protect=get(values["protect"]),
                regions={key: one for key, name in values["regions"].items() if (one := get(name))},
                parts={key: one for key, name in values["parts"].items() if (one := get(name))},
                start=get(values["start"]),
            )
            self.take_settings(values["named"])
            self._past.clear()
        except (KeyError, TypeError, ValueError, AttributeError, SettingsError):
            return

    @contextmanager
    def _changing(self, what: str = "") -> Iterator[None]:
        """Within this block the desk is changed, by one thread; then its version is another.

        what: the knob that is turned, so that a slider that is dragged is undone at once.
        """
        with self._lock:
            now = self.contents
            before = replace(now, styles=list(now.styles), regions=dict(now.regions), parts=dict(now.parts))
            yield
            ended = time.monotonic()
            if not (what and what == self._turned and ended < self._turned_at + _ONE_TURN):
                self._past = [*self._past[-_UNDO:], before]
            self._turned, self._turned_at = what, ended
            self.version += 1
        self.on_change()

    def undo(self) -> bool:
        """Take the last change back; a slider that was dragged counts as one. Whether there was any."""
        with self._lock:
            if not self._past:
                return False
            self.contents = self._past.pop()
            self._turned = ""
            self.version += 1
        self.on_change()
        return True
