"""Files that are read: regular ones only, because a named pipe or a device can keep its reader waiting for ever."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from stat import S_ISREG

from impasto.errors import ImpastoError


@contextmanager
def opened(path: Path, name: str, error: type[Exception]) -> Iterator[FileIO]:
    """Open a regular file for reading, unbuffered; name: what messages call it, "the style picture 'monet.jpg'".

    Raises `error`, in one line: the file is missing, a folder, a pipe or a device, or cannot be opened.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for a writer that may never come.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise error(f"{name} does not exist: check the path") from None
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or failure
        raise error(f"{name} cannot be opened ({reason}): check path and permissions") from None
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise error(f"{name} is a folder, a pipe or a device: give the path of a file")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        yield file


def read_text(path: Path, name: str, largest: int, error: type[Exception], like: str = "") -> str:
    """The text of a UTF-8 file of at most so many bytes, without the byte order mark that Windows' editors put there.

    name, error: as for `opened`. like: what is added where the file is not text, such as who writes such a file.
    Raises `error`, in one line that names the file and, where it can, the line: there is no such text.
    """
    with opened(path, name, error) as file:
        try:
            data = file.read(largest + 1) or b""
        except OSError as failure:
            raise error(f"{name} cannot be read ({failure.strerror}): check the disk") from None
    if b"\0" in data:
        raise error(f"{name} is not text: expected UTF-8{like}")
    if len(data) > largest:
        raise error(f"{name} is too large: it has more than {largest} bytes")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        raise error(f"'{path}', line {line}: this is not UTF-8 text; save the file as UTF-8") from None


def check_regular(path: str | os.PathLike[str], role: str, error: type[Exception] = ImpastoError) -> None:
    """Refuse a path that cannot be read as a file, before some library waits for it. Raises `error`, as `opened`.

    role: what it is for, in the message: "settings file".
    """
    with opened(Path(path), f"the {role} '{path}'", error):
        pass


def is_there(path: Path) -> bool:
    """Whether anything has this path, a broken link included; False for a name that no file can have."""
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def is_regular(path: Path) -> bool:
    """Whether a file that can be read without waiting lies there."""
    try:
        return S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def fingerprint_of(path: Path, role: str, error: type[Exception]) -> str:
    """SHA-256 of a file, in hex; role and errors as for `check_regular`."""
    with opened(path, f"the {role} '{path}'", error) as file:
        return fingerprint(file)


def fingerprint(file: FileIO) -> str:
    """SHA-256 of a whole file that is open, in hex."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
