"""The order of one painting: what the desk hands over when "Paint" is pressed."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from impasto.errors import ImpastoError, SettingsError
from impasto.settings import INSTEAD_OF, Settings
from impasto.studio.library import Library, Source, as_keys

if TYPE_CHECKING:
    from impasto import Result

_LONGEST_LINE = 200  # characters of what another library says of an error


@dataclass(frozen=True)
class Order:
    """Pictures of the library, settings, and masks.

    styles: paintings and their weights. start: a picture to start from. masks, style_masks, protect: as
    `Stylizer.paint` takes them. named: the settings that are not left to the recipe. vary: where a grid is asked for,
    what varies in it, as `impasto explore --vary` takes it.
    """

    settings: Settings
    content: Source
    styles: tuple[tuple[Source, float], ...]
    start: Source | None = None
    masks: tuple[Source, ...] = ()
    style_masks: tuple[Source, ...] = ()
    protect: Source | None = None
    named: Mapping[str, Any] = field(default_factory=dict)
    vary: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title in the gallery."""
        names = " + ".join(source.stem for source, _ in self.styles)
        varied = " and ".join(text.split("=")[0] for text in self.vary)
        return f"{self.content.stem} × {names}" + (f": {varied}" if varied else "")

    def at(self, **changes: Any) -> "Order":
        """This order with other settings. Raises SettingsError."""
        values = {"recipe": self.settings.recipe, **self.settings.changed(), **changes}
        return replace(self, settings=Settings.from_dict(values))

    def sources(self) -> list[Source]:
        """Every picture that is read."""
        found = [self.content, *(source for source, _ in self.styles), *self.masks, *self.style_masks]
        return found + [one for one in (self.start, self.protect) if one is not None]

    def arguments(self, library: Library) -> dict[str, Any]:
        """The arguments of `Stylizer.paint`."""
        return {
            "content": library.file(self.content),
            "style": [(library.file(source), weight) for source, weight in self.styles],
            "start": None if self.start is None else library.file(self.start),
            "masks": [library.file(one) for one in self.masks],
            "style_masks": [library.file(one) for one in self.style_masks],
            "protect": None if self.protect is None else library.file(self.protect),
        }

    def recolored(self, library: Library) -> "Result":
        """The photograph in the paintings' colours, where the settings paint nothing."""
        import impasto

        arguments = {**self.arguments(library), "start": None, "masks": [], "style_masks": []}
        return impasto.recolor(**arguments, recipe=self.settings.recipe, **self.settings.changed())

    def explained(self, error: Exception, library: Library) -> str:
        """What went wrong with this order, in one line, with its files' names as the painter knows them."""
        line = in_words(error)
        for source in self.sources():
            line = line.replace(str(library.file(source)), source.name)
        return line

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; `from_dict` makes the same order of it."""
        return {**as_keys(vars(self)), "settings": self.settings.as_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], library: Library) -> "Order":
        """An order from the result of `as_dict`. Raises SettingsError when a picture is gone or a value is invalid."""

        def source(key: Any) -> Source:
            found = library.get(key) if isinstance(key, str) else None
            if found is None:
                raise SettingsError("a picture that it was painted from is no longer in the studio's folder")
            return found

        try:
            return cls(
                settings=Settings.from_dict(values["settings"]),
                content=source(values["content"]),
                styles=tuple((source(key), float(weight)) for key, weight in values["styles"]),
                start=None if values["start"] is None else source(values["start"]),
                masks=tuple(map(source, values["masks"])),
                style_masks=tuple(map(source, values["style_masks"])),
                protect=None if values["protect"] is None else source(values["protect"]),
                named=dict(values["named"]),
                vary=tuple(map(str, values.get("vary", []))),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"its recipe cannot be read ({error})") from None


def with_changes(named: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with some changed, without those that one of the changes excludes, such as alpha by strength."""
    excluded = {other for name in changes for other in INSTEAD_OF.get(name, ())}
    excluded |= {name for name in named for other in INSTEAD_OF.get(name, ()) if other in changes}
    return {name: value for name, value in named.items() if name not in excluded} | dict(changes)


def in_words(error: Exception) -> str:
    """One line for the user. An error that only a bug can raise is written to stderr, too, with its traceback.

    >>> in_words(RuntimeError("out of memory:\\n  tried to allocate 1 GB"))
    'this machine cannot do it (out of memory: tried to allocate 1 GB): try a smaller size'
    """
    if isinstance(error, ImpastoError):
        return str(error)
    line = " ".join(str(error).split())[:_LONGEST_LINE]
    if isinstance(error, MemoryError | RuntimeError):  # torch says both when memory is out
        return f"this machine cannot do it ({line}): try a smaller size"
    if isinstance(error, OSError):
        return f"a file cannot be used ({error.strerror or line}): check the folder and the disk"
    traceback.print_exception(error)
    return f"something is wrong in impasto itself ({type(error).__name__}: {error})"
