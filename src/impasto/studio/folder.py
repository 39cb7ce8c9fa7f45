"""The folder that a studio works in: one at a time, every file in it written whole."""

import json
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from impasto.errors import OutputError
from impasto.files.atomic_write import replacing


def default_folder() -> Path:
    """The folder of a studio unless the user names a folder: the user's own data folder."""
    from platformdirs import user_data_path

    return user_data_path("impasto", appauthor=False) / "studio"


class Folder:
    """The folder, made if need be and held until `close`.

    Raises OutputError: it cannot be made or written to, or another studio works in it.
    """

    def __init__(self, path: Path):
        self.path = path.expanduser().resolve()
        self.pictures, self.paintings = self.path / "pictures", self.path / "paintings"
        self.incoming = self.path / "incoming"
        self._lock = FileLock(self.path / "studio.lock", blocking=False, thread_local=False)
        try:
            for one in (self.pictures, self.paintings, self.incoming):
                one.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise OutputError(
                f"another studio works in '{self.path}': use its page, or choose another folder with --folder"
            ) from None
        except OSError as error:
            why = f"cannot be worked in ({error.strerror})"
            raise OutputError(f"the folder '{path}' {why}: choose another with --folder") from None
        for left in self.incoming.iterdir():
            left.unlink(missing_ok=True)  # uploads that a killed server was receiving

    def close(self) -> None:
        """Let go of the folder, so that another studio may work in it."""
        self._lock.release()


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all. Raises OutputError."""
    with replacing(path, overwrite=True) as file:
        file.write(json.dumps(value, indent=1).encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in a JSON file; None when it is missing, damaged or something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
