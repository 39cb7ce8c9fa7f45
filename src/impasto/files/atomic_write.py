"""A file appears whole or not at all, and what stood there before survives every failure."""

import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from impasto.errors import OutputError

_SUFFIX = ".part"


def check_target(path: Path, overwrite: bool) -> None:
    """Refuse a target that cannot be written, as far as that can be known before there is anything to write.

    Raises OutputError: its folder is missing or closed; it is a folder, a pipe or a device itself, or has a name that
        no file can have; or it exists and `overwrite` is off.
    """
    try:
        folder = path.parent
        if not folder.is_dir():
            raise OutputError(f"the folder '{folder}' of '{path}' does not exist: make it first")
        if path.is_dir():
            raise OutputError(f"'{path}' is a folder: give the name of a file")
        target = path.resolve()
        if not _can_be_replaced(target):
            raise OutputError(f"'{path}' is a pipe or a device: give the name of a file")
        if os.path.lexists(path) and not overwrite:
            raise OutputError(
                f"'{path}' exists: choose another name, or replace it with --force (overwrite=True)"
            )
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise OutputError(
                f"the folder '{target.parent}' is not writable: choose another, or change its permissions"
            )
        with suppress(FileNotFoundError):  # the unfinished file next to it can have its name
            _part(target).lstat()
    except OutputError:
        raise
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that go round in a circle
        raise _cannot_write(path, error) from None


@contextmanager
def replacing(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a new file next to `path` that takes its place when the block ends well, and vanishes when it does not.

    What killed processes left of earlier attempts is removed; see `remove_leftovers`.

    Raises OutputError: as check_target, and when the disk is full or the file cannot be made.
    """
    check_target(path, overwrite)
    remove_leftovers(path)
    target = path.resolve()  # a symbolic link is written through, not replaced
    temporary: Path | None = None
    try:
        file, temporary = _new_part(target)
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        check_target(path, overwrite)  # hours may have passed, or another program been quicker
        temporary.replace(target)
    except OutputError:
        raise
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove the unfinished files of processes that were killed while they wrote `path`, and nothing else.

    A file's name says what it was to become, and whoever writes it holds a lock on it. The system takes the lock
    away when that process ends, however it ends. So what nobody holds is left over, on whichever machine it was made.
    """
    with suppress(OSError, RuntimeError):
        target = path.resolve()
        for left in target.parent.glob(f"{_prefix(target)}*{_SUFFIX}"):
            _remove_unless_held(left)


def _prefix(target: Path) -> str:
    """The beginning of all unfinished files for this target, short however long its name is."""
    return f".impasto-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}-"


def _part(target: Path) -> Path:
    return target.with_name(f"{_prefix(target)}{secrets.token_hex(8)}{_SUFFIX}")


def _new_part(target: Path) -> tuple[BinaryIO, Path]:
    """An unfinished file that this process holds."""
    while True:
        part = _part(target)
        file = part.open("xb+")  # not mkstemp: the file gets the user's usual permissions
        with suppress(OSError):  # some file systems know no locks: there nothing is ever taken for left over
            _lock(file, wait=True)
        if os.path.lexists(part):
            return file, part
        file.close()  # taken for left over between its making and its locking


def _lock(file: BinaryIO, wait: bool) -> None:
    """Hold a file until it is closed. Raises OSError when another process holds it, or nobody can."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _remove_unless_held(part: Path) -> None:
    with suppress(OSError):
        if sys.platform == "win32":  # where nobody can remove a file that is open
            part.unlink()
        elif S_ISREG(part.lstat().st_mode):
            with part.open("rb+") as file:
                _lock(file, wait=False)
                part.unlink()


def _can_be_replaced(target: Path) -> bool:
    """Whether it is a regular file, or not there yet. Raises OSError for a name that no file can have."""
    try:
        return S_ISREG(target.lstat().st_mode)
    except FileNotFoundError:
        return True


def _cannot_write(path: Path, error: Exception) -> OutputError:
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"'{path}' could not be written ({reason}), nothing was changed: choose another place")
