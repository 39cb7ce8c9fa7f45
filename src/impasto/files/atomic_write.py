"""A file appears whole or not at all, and what stood there before survives every failure."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from impasto.errors import OutputError


def check_target(path: Path, overwrite: bool) -> None:
    """Everything about a target that can be known before there is anything to write.

    Raises:
        OutputError: its folder is missing or closed, it is a folder itself, or exists and `overwrite` is off.
    """
    folder = path.parent
    try:
        if not folder.is_dir():
            raise OutputError(f"the folder '{folder}' of '{path}' does not exist: make it first")
        if path.is_dir():
            raise OutputError(f"'{path}' is a folder: give the name of a file")
        if os.path.lexists(path) and not overwrite:
            raise OutputError(
                f"'{path}' exists: choose another name, or replace it with --force (overwrite=True)"
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(f"the folder '{folder}' may not be written to: choose another, or change it")
    except (PermissionError, ValueError) as error:
        raise _cannot_write(path, error) from None


@contextmanager
def replacing(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """A new file beside `path` that takes its place when the block ends well, and vanishes when it does not.

    Raises:
        OutputError: as check_target, and when the disk is full or the file cannot be made.
    """
    check_target(path, overwrite)
    target = path.resolve()  # a symbolic link is written through, not replaced
    temporary = target.with_name(f".impasto-{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb+") as file:  # not mkstemp: the file gets the user's usual permissions
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
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _cannot_write(path: Path, error: Exception) -> OutputError:
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"'{path}' could not be written ({reason}), nothing was changed: choose another place")
