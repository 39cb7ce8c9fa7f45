"""The pictures that came into the studio, each stored once, as it came, with two smaller ones for the page."""

import hashlib
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import impasto
from impasto.errors import OutputError, PictureError
from impasto.pages.pixels import thumbnail
from impasto.studio.folder import Folder, read_json, write_json

SMALL = {"thumb": 320, "shown": 1600}
"""The smaller pictures for the page, and their long sides in pixels, at most."""
_QUALITY = 88
LONGEST = 80  # characters of a file's name, its ending included
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[^\w .()+,=@-]")


@dataclass(frozen=True)
class Source:
    """A picture of the library. key: its folder's name. name: the file's. width, height: in pixels, turned upright."""

    key: str
    name: str
    width: int
    height: int

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return Path(self.name).stem


class Library:
    """All pictures in the studio's folder: `pictures/KEY/original/NAME` and next to it what the page shows.

    The key comes from content and name, so that the same file is stored once. Only keys that are in here lead to files.
    """

    def __init__(self, folder: Folder):
        self._folder = folder
        self._sources: dict[str, Source] = {}
        for path in sorted(folder.pictures.iterdir()):
            found = read_json(path / "picture.json")
            source = None if found is None else _source(found)
            if source is not None and source.key == path.name and self.file(source).is_file():
                self._sources[source.key] = source

    def get(self, key: str) -> Source | None:
        """The picture of this key."""
        return self._sources.get(key)

    def file(self, source: Source) -> Path:
        """The file as it came."""
        return self._folder.pictures / source.key / "original" / source.name

    def shown(self, source: Source, kind: str) -> Path:
        """A JPEG for the page. kind: a key of SMALL."""
        return self._folder.pictures / source.key / f"{kind}.jpg"

    def add(self, file: Path, name: str, role: str = "picture") -> Source:
        """Take a file in: it is moved here once it is sure that it can be read.

        name: as the user's machine calls it. role: what it is for, in messages. Raises PictureError for what cannot be
        read or has too many pixels (from its header), OutputError.
        """
        name = safe_name(name)
        key = _key(file, name)
        try:
            if key in self._sources:
                return self._sources[key]
            picture = _read(file, name, role)
            source = Source(key, name, picture.width, picture.height)
            self._save(file, source)
        finally:
            file.unlink(missing_ok=True)
        self._sources[key] = source
        return source

    def add_bytes(self, data: bytes, name: str, role: str = "picture") -> Source:
        """Take in a picture that is in memory, as a file's bytes. Raises what `add` raises."""
        return self._add_made(lambda made: made.write_bytes(data), name, role)

    def add_copy(self, file: Path, name: str, role: str = "picture") -> Source:
        """Take in a copy of a file that stays where it is. Raises what `add` raises."""
        return self._add_made(lambda made: shutil.copyfile(file, made), name, role)

    def _add_made(self, make: Callable[[Path], object], name: str, role: str) -> Source:
        file = self._folder.incoming / f"made-{secrets.token_hex(8)}"
        try:
            make(file)
        except OSError as error:
            file.unlink(missing_ok=True)
            raise OutputError(f"'{name}' cannot be saved ({error.strerror}): is the disk full?") from None
        return self.add(file, name, role)

    def tidy(self, used: Iterable[str]) -> None:
        """Remove the pictures whose keys are not among the used ones."""
        for key in set(self._sources) - set(used):
            del self._sources[key]
            shutil.rmtree(self._folder.pictures / key, ignore_errors=True)

    def _save(self, file: Path, source: Source) -> None:
        home = self._folder.pictures / source.key
        try:
            (home / "original").mkdir(parents=True, exist_ok=True)
            save_small(file, home)
            file.replace(self.file(source))
            write_json(home / "picture.json", asdict(source))
        except (OSError, OutputError) as error:
            shutil.rmtree(home, ignore_errors=True)
            reason = getattr(error, "strerror", None) or error
            raise OutputError(f"'{source.name}' cannot be saved ({reason}): is the disk full?") from None


def as_keys(value: Any) -> Any:
    """A value to be saved as JSON, in which each picture of the library is its key."""
    if isinstance(value, Source):
        return value.key
    if isinstance(value, Mapping):
        return {name: as_keys(one) for name, one in value.items()}
    return [as_keys(one) for one in value] if isinstance(value, list | tuple) else value


def save_small(file: Path, folder: Path) -> None:
    """Write the smaller pictures of the one in a file. Raises PictureError, OutputError, OSError."""
    for kind, side in SMALL.items():
        part = folder / f"{kind}.part"
        part.write_bytes(thumbnail(file, side).jpegsave_buffer(Q=_QUALITY, keep="none"))
        part.replace(folder / f"{kind}.jpg")


def _read(file: Path, name: str, role: str) -> "impasto.Picture":
    try:
        return impasto.read_picture(file, role=role)
    except PictureError as error:  # which names a file that the user has never seen
        raise PictureError(str(error).replace(f"'{file}'", f"'{name}'").replace(str(file), name)) from None


def _key(file: Path, name: str) -> str:
    with file.open("rb") as opened:
        content = hashlib.file_digest(opened, "sha256").hexdigest()
    return hashlib.sha256(f"{content} {name}".encode()).hexdigest()[:24]


def _source(values: dict[str, Any]) -> Source | None:
    try:
        source = Source(**values)
    except TypeError:
        return None
    return source if source.name == safe_name(str(source.name)) else None


def safe_name(given: str, otherwise: str = "picture") -> str:
    """A file's name without folders, control characters, or anything a shell or file system has a use for.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\art\\\\Monet <b>.JPG"), safe_name("..")
    ('passwd', 'Monet _b_.JPG', 'picture')
    """
    text = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(one for one in text if one.isprintable())
    text = _FORBIDDEN.sub("_", text).strip(" .-")
    if not text or _RESERVED.match(text):
        text = otherwise
    stem, dot, ending = text.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem[: LONGEST - len(ending) - 1]}.{ending}"
    return text[:LONGEST]
