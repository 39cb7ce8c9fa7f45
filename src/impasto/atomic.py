"""Writing a file so that the reader of its name always finds a whole one: the old or the new."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from impasto.errors import OutputError


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary file beside `path`, which takes its name when the block ends well and vanishes otherwise.

    Raises OutputError, one line, when the folder is missing or closed, or the disk is full.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        temporary = _temporary_beside(path)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {path}: {_reason(error)}; what stood there is untouched") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _temporary_beside(path: Path) -> Path:
    """An empty file with the permissions a new file has here, and the suffix that tells the format."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    umask = os.umask(0)
    os.umask(umask)
    Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
    return Path(name)


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full; free some space, or choose another folder"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "its folder does not let files be written; choose another folder"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "its folder does not exist; make it first"
    return error.strerror or str(error)
