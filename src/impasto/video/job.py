"""A film to be painted, as plain data: what a folder keeps of it, what goes to another process, and how it begins."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import CheckpointError, PictureError
from impasto.files.readable import fingerprint, opened
from impasto.settings import Settings
from impasto.video.guides import moves
from impasto.video.keys import Key, read_key
from impasto.video.temporal import Temporal

if TYPE_CHECKING:
    from impasto.video.painting import FilmPainting

PROGRAM = "impasto video"


@dataclass(frozen=True)
class FilmJob:
    """A job of `impasto video`. Paths are as the user gave them; `as_dict` makes them valid in any folder.

    start, stop, every, rate: as for `VideoStylizer.paint`; seconds. codec: as for `FilmPainting.save`. guidance: paths
    by argument of `VideoStylizer.paint`.
    """

    film: Path
    styles: tuple[tuple[Path, float], ...]
    output: Path
    settings: Settings = field(default_factory=Settings)
    temporal: Temporal = field(default_factory=Temporal)
    keys: tuple[Key, ...] = ()
    start: Fraction = Fraction(0)
    stop: Fraction | None = None
    every: int = 1
    rate: Fraction | None = None
    codec: str | None = None
    guidance: Mapping[str, Any] = field(default_factory=dict)

    def begin(self, folder: Path | None = None, **more: Any) -> "FilmPainting":
        """The painting, which goes on with what the folder keeps; raises what `VideoStylizer.paint` raises.

        more: as for `VideoStylizer`.
        """
        from impasto.video.open_film import open_film
        from impasto.video.stylizer import VideoStylizer

        return VideoStylizer(self.settings, temporal=self.temporal, **more).paint(
            open_film(self.film, self.rate),
            list(self.styles),
            start=self.start,
            stop=self.stop,
            every=self.every,
            keys=self.keys,
            folder=folder,
            **self.guidance,
        )

    def inputs(self) -> dict[str, Path]:
        """Every file that is read in addition to the film, by what it is."""
        found = {f"style picture {i + 1}": path for i, (path, _) in enumerate(self.styles)}
        for name, value in self.guidance.items():
            several = value if isinstance(value, list | tuple) else [value]
            found |= {f"{name.replace('_', ' ')} {i + 1}": Path(path) for i, path in enumerate(several)}
        return found

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of the film and of every other input, in hex.

        Raises:
            PictureError: one cannot be read.
        """
        from impasto.video.open_film import open_film

        found = {"film": open_film(self.film, self.rate).fingerprint()}
        for role, path in self.inputs().items():
            if moves(path):
                found[role] = open_film(path).fingerprint()
            else:
                with opened(path, f"the {role} '{path}'", PictureError) as file:
                    found[role] = fingerprint(file)
        return found

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, with absolute paths."""
        values = {
            "film": _absolute(self.film),
            "styles": [[_absolute(path), weight] for path, weight in self.styles],
            "output": _absolute(self.output),
            "settings": self.settings.as_dict(),
            "temporal": asdict(self.temporal),
            "keys": [key.as_text() for key in self.keys],
            "guidance": {
                name: [_absolute(one) for one in value]
                if isinstance(value, list | tuple)
                else _absolute(value)
                for name, value in self.guidance.items()
            },
            "every": self.every,
            "codec": self.codec,
        }
        times = {name: getattr(self, name) for name in ("start", "stop", "rate")}
        return {"program": PROGRAM, **values, **{n: None if t is None else str(t) for n, t in times.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FilmJob":
        """A job from the result of `as_dict`.

        Raises:
            CheckpointError: it is something else.
        """
        try:
            if values["program"] != PROGRAM:
                raise KeyError("program")
            times = {n: Fraction(values[n]) for n in ("start", "stop", "rate") if values[n] is not None}
            return cls(
                film=Path(values["film"]),
                styles=tuple((Path(path), float(weight)) for path, weight in values["styles"]),
                output=Path(values["output"]),
                settings=settings_from(values["settings"]),
                temporal=Temporal(**values["temporal"]),
                keys=tuple(read_key(text) for text in values["keys"]),
                guidance={
                    name: [Path(one) for one in value] if isinstance(value, list) else Path(value)
                    for name, value in values["guidance"].items()
                },
                every=int(values["every"]),
                codec=values["codec"],
                **times,
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(
                f"the unfinished film was begun by another version of impasto, or is damaged ({error}): paint it again"
            ) from None

    def to(self, output: Path) -> "FilmJob":
        """The same, with another output."""
        return replace(self, output=output)


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings from all their values, those among them that `strength` stands for."""
    return Settings.from_dict(dict(values))


def _absolute(path: str | os.PathLike[str]) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - a link stays a link
