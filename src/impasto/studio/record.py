"""The record of a painting: its order, how far it came, and its files. It survives the server."""

import json
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch

import impasto
from impasto.errors import OutputError, PictureError, SettingsError
from impasto.files.atomic_write import replacing
from impasto.studio.folder import Folder, read_json, write_json
from impasto.studio.library import Library, save_small
from impasto.studio.order import Order

State = Literal["waiting", "painting", "paused", "finished", "kept", "failed"]
"""kept: stopped by the painter, with the picture so far; it can go on."""
_IN_WORDS = {"waiting": "waits for its turn", "kept": "stopped at {0.steps} of {0.of_steps}"}
"""The descriptions of states whose names do not say enough."""
FORMAT = 1
_WRITTEN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("title", "state", "problem"), str),
    **dict.fromkeys(("place", "created", "done", "seconds"), float),
    **dict.fromkeys(("steps", "of_steps"), int),
    "adjustments": list,
    "pending": dict,
    "size": lambda pair: (int(pair[0]), int(pair[1])),
}
"""The fields that the file holds in addition to the order, and what each is read as."""


@dataclass
class Record:
    """A painting of this studio.

    id: the name of its folder. place: in the queue, the lowest first. adjustments: what was changed at which step.
    pending: changes that are made before the next step. steps, of_steps, done, seconds: how far it came.
    size: width and height of the result. problem: one line.
    checkpoint: the file to go on from. picture: the result, as `impasto stylize` would have written it. canvas: the
    result in full precision, from which every other format is written. grid: the folder of a grid of small pictures.
    """

    id: str
    home: Path
    order: Order
    title: str
    state: State = "waiting"
    place: float = 0.0
    created: float = 0.0
    adjustments: list[dict[str, Any]] = field(default_factory=list)
    pending: dict[str, Any] = field(default_factory=dict)
    steps: int = 0
    of_steps: int = 0
    done: float = 0.0
    seconds: float = 0.0
    size: tuple[int, int] = (0, 0)
    problem: str = ""
    version: int = 0
    """Another number whenever the picture changes: the page fetches it again then."""

    def __post_init__(self) -> None:
        self.checkpoint, self.picture = self.home / "painting.checkpoint", self.home / "picture.png"
        self.canvas, self.grid = self.home / "canvas.npz", self.home / "grid"

    def small(self, kind: str) -> Path:
        """A JPEG for the page; kind: a key of `library.SMALL`."""
        return self.home / f"{kind}.jpg"

    @property
    def summary(self) -> str:
        """The state of the painting in words."""
        return _IN_WORDS.get(self.state, self.state).format(self)

    @property
    def file_name(self) -> str:
        """The name of the downloaded file."""
        names = "-".join(source.stem for source, _ in self.order.styles)
        return f"{self.order.content.stem}-{names}"[:100]

    def picture_changed(self) -> None:
        """Note that the picture was written again."""
        self.version = _changed_at(self.picture)

    @property
    def ended(self) -> bool:
        """Whether nothing more is done with the painting unless the painter asks for it."""
        return self.state in ("finished", "kept", "failed")

    def save(self) -> None:
        """Write the record to its file. Raises OutputError."""
        values = {name: getattr(self, name) for name in _WRITTEN}
        write_json(self.home / "record.json", {"format": FORMAT, "order": self.order.as_dict(), **values})


def new_record(folder: Folder, order: Order, place: float) -> Record:
    """A painting that is still to be painted, with a folder of its own. Raises OutputError."""
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    home = folder.paintings / name
    record = Record(name, home, order, order.title, place=place, created=time.time())
    try:
        home.mkdir()
        record.save()
    except (OSError, OutputError) as error:
        shutil.rmtree(home, ignore_errors=True)
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"the painting cannot be saved ({reason})") from None
    return record


def records(folder: Folder, library: Library) -> Iterator[Record | Path]:
    """Every painting in the folder, as it was saved; the folder of one that cannot be read, which is left as it is."""
    for home in sorted(folder.paintings.iterdir()):
        values = read_json(home / "record.json")
        if values is None or values.get("format") != FORMAT or values.get("state") not in get_args(State):
            yield home
            continue
        try:
            written: dict[str, Any] = {name: kind(values[name]) for name, kind in _WRITTEN.items()}
            order, version = Order.from_dict(values["order"], library), _changed_at(home / "picture.png")
            yield Record(id=home.name, home=home, order=order, version=version, **written)
        except (KeyError, TypeError, ValueError, IndexError, SettingsError):
            yield home


def save_result(record: Record, result: "impasto.Result") -> None:
    """Write everything that is stored of a result, or nothing. Raises OutputError: the disk is full, say."""
    try:
        result.save(record.picture, overwrite=True)
        _save_canvas(record.canvas, result)
        save_small(record.picture, record.home)
    except OutputError:
        raise
    except (OSError, PictureError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"the picture could not be saved ({reason}): is the disk full?") from None
    for name in ("report.png", "report.txt"):
        (record.home / name).unlink(missing_ok=True)


def export(record: Record, to: Path, bits: int) -> None:
    """Write the picture in the format that the file's name says, as `impasto stylize --bits` would have.

    Raises OutputError, SettingsError (the format does not hold so many bits), PictureError.
    """
    metadata = impasto.read_metadata(record.picture)
    settings = impasto.Settings.from_dict({**metadata["settings"], "bits": bits})
    with np.load(record.canvas, allow_pickle=False) as planes:
        image = torch.from_numpy(planes["rgb"])
        alpha = torch.from_numpy(planes["alpha"]) if "alpha" in planes else None
    impasto.Result(
        image=image,
        alpha=alpha,
        history=[],
        stopped=metadata.get("stopped", ""),
        seconds=record.seconds,
        settings=settings,
        weights=metadata.get("weights", {}),
        metadata={**metadata, "settings": settings.as_dict()},
    ).save(to, overwrite=True)


def bundle(record: Record, to: Path, files: Mapping[str, Path], command: str) -> None:
    """Write a ZIP with the picture, everything that it was made from, its settings as a file, and the command.

    files: by their names in it.
    """
    metadata = impasto.read_metadata(record.picture)
    toml = to.with_suffix(".toml")
    impasto.write_settings(toml, impasto.Settings.from_dict(metadata["settings"]), overwrite=True)
    try:
        with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
            for name, path in files.items():
                archive.write(path, name)
            archive.write(toml, "settings.toml")
            archive.writestr("again.txt", command + "\n")
            archive.writestr("recipe.json", json.dumps(metadata, indent=1))
    finally:
        toml.unlink(missing_ok=True)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _save_canvas(path: Path, result: "impasto.Result") -> None:
    planes: dict[str, Any] = {"rgb": result.image.numpy()}
    if result.alpha is not None:
        planes["alpha"] = result.alpha.numpy()
    with replacing(path, overwrite=True) as file:
        np.savez(file, **planes)
